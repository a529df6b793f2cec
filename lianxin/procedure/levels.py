"""The only place that knows levels and names of organs (county.civil_affairs), and who is above whom."""

from __future__ import annotations

from lianxin.procedure.catalogue import LEVELS
from lianxin.procedure.errors import BadFact

GOVERNMENT = "government"
ALIASES = {
    "central": "ministry",
    "state": "ministry",
    "national": "ministry",
    "prefecture": "city",
    "district": "county",
    "street": "township",
    "subdistrict": "township",
    "community": "village",
}
OUTSIDE_LINE = frozenset({"discipline", "supervision", "court", "procuratorate", "organisation_department"})
"""Kinds of organs that answer to their own line and not to the government beside them."""


def split_organ(name: object) -> tuple[str, str]:
    """Return level and kind of an organ name; raises BadFact for anything else."""
    if isinstance(name, str):
        level, dot, kind = name.partition(".")
        level = ALIASES.get(level, level)
        if dot and kind and level in LEVELS:
            return level, kind
    raise BadFact(f"{name!r} 不是机关名称。请写成 county.civil_affairs 的形式（级别.机关）。")


def is_organ_name(name: object) -> bool:
    """Tell whether `name` has the form level.kind, so that its place in the ladder is known."""
    try:
        split_organ(name)
    except BadFact:
        return False
    return True


def rank(level: str) -> int:
    """Return the height of a level, village lowest."""
    return LEVELS.index(ALIASES.get(level, level))


def level_above(level: str) -> str:
    """Return the level above, or an empty text at the top."""
    place = rank(level) + 1
    return LEVELS[place] if place < len(LEVELS) else ""


def reviewing_organs(organ: str) -> tuple[str, ...]:
    """Return the organs that may review what `organ` decided; none where no text defines one.

    信访工作条例 第三十五条；国法函〔2005〕253号: a department up to city level answers to its government
    or to the department one level up, a provincial one to its government, a township to the county.
    """
    level, kind = split_organ(organ)
    if level == "township":
        return (f"county.{GOVERNMENT}",)
    if level not in ("county", "city", "province"):
        return ()
    above = level_above(level)
    if kind == GOVERNMENT:
        return (f"{above}.{GOVERNMENT}",) if level != "province" else ()
    own = f"{level}.{GOVERNMENT}"
    return (own, f"{above}.{kind}") if level != "province" else (own,)


def answers_to(organ: str, superior: str) -> bool:
    """Tell whether `organ` is `superior` or stands below it: a report about that one must not reach it."""
    if organ == superior:
        return True
    if not (is_organ_name(organ) and is_organ_name(superior)):
        return False
    level, kind = split_organ(organ)
    above, of = split_organ(superior)
    if kind in OUTSIDE_LINE and of not in OUTSIDE_LINE:
        return False
    if of == GOVERNMENT:
        return rank(level) <= rank(above)
    if kind.startswith(f"{of}."):
        return rank(level) <= rank(above)
    return rank(level) < rank(above) and kind == of
