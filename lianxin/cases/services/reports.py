"""How a report (检举控告) leaves the report desk: sealed, to an organ that is neither the accused nor below it (Art 30).

What this act states about accused and receiver stands in the facts of its step alone, which only the report desk reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from lianxin.cases.models import Case
from lianxin.cases.policies import check_may
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.texts import one_line
from lianxin.cases.walls import walled
from lianxin.ledger.models import Look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Staff
from lianxin.petitioners.vault import FIELDS
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.levels import is_organ_name

LEVELS = {
    "county": "县级",
    "city": "市级",
    "province": "省级",
    "ministry": "国家级",
}
LINES = {
    "discipline": "纪检监察机关",
    "organisation_department": "组织（人事）部门",
    "civil_affairs": "民政部门",
    "government": "人民政府",
    "procuratorate": "人民检察院",
    "public_security": "公安机关",
    "other": "其他机关",
}
NOBODY = "除检举控告专办人员外没有其他人员查阅"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives a report by cadre authority (干部管理权限): its name, level and line (keys of `LEVELS`, `LINES`)."""

    name: str
    level: str
    line: str


def seal_as_report(
    loaded: Loaded,
    *,
    actor: Actor,
    receiver: Receiver,
    accused: Sequence[str],
    sealed: bool,
    given: Mapping[str, object],
    key: str,
    when: Moment,
) -> Case:
    """Return the report as forwarded under seal, with the letter (移送函) that holds no identity page.

    `accused` are codes or names of the accused organs: neither they nor an organ below them may receive it.
    `sealed` is the officer's word that the identity page stays apart; a text that holds any identity field is refused.
    Who has opened the material is taken from the looks. Raises NotYours, Refused (AccusedLeak), IncompletePaper, Stale.
    """
    check_may(actor, loaded.case, "seal_as_report")
    article = loaded.book.steps["seal_as_report"][0].basis
    texts = nameless(loaded.case, given, fields=FIELDS)
    name = one_line(receiver.name)
    if not name or receiver.level not in LEVELS or receiver.line not in LINES:
        raise GuardFailed(
            "没有写明按管理权限接收的机关", article=article, instead="请写明机关名称、级别和性质。"
        )
    named = [one for one in map(one_line, accused) if one]
    if not named:
        raise GuardFailed(
            "没有写明被检举控告的单位",
            article=article,
            instead="请一行写一个单位的名称或者代码；检举个人的，写其所在单位。",
        )
    organs = _organs(named)
    parts: dict[str, object] = {
        "kind": loaded.case.kind,
        "receiver": name,
        "target_organ": f"{receiver.level}.{receiver.line}",
        "accused_organs": _codes(named, organs),
        "target_subordinate_of_accused": _reaches(name, named, organs)
        or any(walled(loaded.case, on=when.on).organ(one) for one in _organs([name])),
        "identity_sealed": sealed,
    }
    paper = papers.letter(
        loaded,
        "report_transfer",
        organ=actor.organ,
        on=when.on,
        given={**texts, "receiver": name, "opened_by": opened_by(loaded.case)},
    )
    request = Request("seal_as_report", key, parts, role="report_desk")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def opened_by(case: Case) -> list[str]:
    """Return who has opened the material of a report, one line an officer and organ; the petitioner not among them."""
    looks = Look.objects.filter(case_id=case.pk).exclude(organ_id=None).only("organ_id", "staff_id")
    staff = dict(Staff.objects.filter(pk__in={look.staff_id for look in looks}).values_list("pk", "name"))
    organs = dict(Organ.objects.filter(pk__in={look.organ_id for look in looks}).values_list("pk", "name"))
    lines = {
        f"{organs.get(look.organ_id or 0, '')} {staff.get(look.staff_id or 0, '')}".strip() for look in looks
    }
    return sorted(lines) or [NOBODY]


def _organs(named: Sequence[str]) -> list[Organ]:
    """Return the organs of this system that these names or codes mean."""
    words = Q(code__in=named) | Q(name__in=named) | Q(short_name__in=named)
    return list(Organ.objects.filter(words).order_by("pk"))


def _codes(named: Sequence[str], organs: Sequence[Organ]) -> list[str]:
    """Return the accused as the rules know them: rank and code of the known ones, as typed where unknown."""
    known = {word for organ in organs for word in (organ.code, organ.name, organ.short_name)}
    ranks = [organ.rank for organ in organs] + [one for one in named if is_organ_name(one)]
    codes = [organ.code for organ in organs]
    return list(dict.fromkeys([*ranks, *codes, *(one for one in named if one not in known)]))


def _reaches(receiver: str, named: Sequence[str], organs: Sequence[Organ]) -> bool:
    """Tell whether the receiver is an accused organ, a part of one, or stands below one."""
    names = {*named, *(word for organ in organs for word in (organ.name, organ.short_name))}
    if any(receiver.startswith(name) or receiver == name for name in names):
        return True
    found = Organ.objects.filter(Q(name=receiver) | Q(short_name=receiver)).first()
    return found is not None and any(found.path.startswith(organ.path) for organ in organs)
