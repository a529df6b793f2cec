"""The only place for what the petitioner reads of who looked at the case: organ, posts, purpose and day, never a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lianxin.ledger.models import Look
from lianxin.organs.models import Organ, Role
from lianxin.web.public.words import day_words, listed

MOST = 5000
"""Looks that are read for the page, the latest; more than that has never been seen of one case."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One line of the list of looks: same organ, posts, purpose and day are one line."""

    text: str
    identity: bool
    times: int


def looked(looks: Sequence[Look], *, report: bool = False) -> list[Looked]:
    """Return who looked, newest first, folded by day, organ, posts and purpose. One query for the organs' names.

    Of a report (检举控告) the lines say the day and how often, not the organ: that would tell where it was forwarded.
    """
    if report:
        return _of_report(looks)
    names = dict(
        Organ.objects.filter(pk__in={look.organ_id for look in looks if look.organ_id}).values_list(
            "pk", "name"
        )
    )
    folded: dict[tuple[date, int | None, str, str], list[Look]] = {}
    for look in looks:
        folded.setdefault((_day(look), look.organ_id, look.role, look.purpose), []).append(look)
    return [
        _line(_words(day, names.get(organ_id, _("某机关")) if organ_id else _("您本人"), role, purpose), rows)
        for (day, organ_id, role, purpose), rows in folded.items()
    ]


def _of_report(looks: Sequence[Look]) -> list[Looked]:
    folded: dict[tuple[date, bool], list[Look]] = {}
    for look in looks:
        folded.setdefault((_day(look), look.organ_id is not None), []).append(look)
    officer, own = _("依法办理检举控告的工作人员"), _("您本人")
    return [
        _line(_("%(on)s，%(organ)s") % {"on": day_words(day), "organ": officer if official else own}, rows)
        for (day, official), rows in folded.items()
    ]


def _line(text: str, rows: Sequence[Look]) -> Looked:
    return Looked(text, identity=any(one.what.startswith("identity") for one in rows), times=len(rows))


def _words(day: date, organ: str, role: str, purpose: str) -> str:
    words = {"on": day_words(day), "organ": organ, "role": _roles(role), "purpose": purpose}
    return (
        _("%(on)s，%(organ)s（%(role)s）：%(purpose)s") if role else _("%(on)s，%(organ)s：%(purpose)s")
    ) % words


def _day(look: Look) -> date:
    return localtime(look.at).date()


def _roles(codes: str) -> str:
    labels = dict(Role.choices)
    return listed(str(labels[code]) for code in codes.split("、") if code in labels)
