"""What the petitioner's page shows of a case: banner, dates, three facts, timeline, papers, who looked, what one may do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lianxin.cases import selectors
from lianxin.cases.models import Case, Evaluation, Paper, Step
from lianxin.cases.selectors import Opened
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment
from lianxin.ledger.models import Look
from lianxin.organs.models import Organ, Role
from lianxin.organs.selectors import reviewing_organs
from lianxin.papers import KINDS
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import Running, overdue
from lianxin.procedure.engine import offers
from lianxin.procedure.routing import review_organs
from lianxin.web.public import sentences
from lianxin.web.public.words import article_words, day_words, how_words, in_english, listed

WINDOWS = {"served": "REVIEW_WIN", "review_served": "RECHECK_WIN"}
ANSWERS = ("serve", "answer_suggestion")
HELD_BACK = frozenset({"opinion"})
"""Papers that are handed over by service: shown once that has happened."""


def page(opened: Opened, when: Moment) -> dict[str, Any]:
    """Return the context of the follow page of a case. A report shows that it was received and forwarded, nothing else."""
    case, loaded = opened.case, opened.loaded
    common = {
        "nav": "follow",
        "number": case.number,
        "received": day_words(case.received_on),
        "total": sentences.total_days(case.received_on, when.on),
        "report": case.kind == "report",
        "timeline": timeline(opened),
        "text": opened.text,
        "claims": claims(opened),
    }
    if case.kind == "report":
        banner = sentences.report_situation(forwarded=case.state == "forwarded_report")
        return {
            **common,
            "text": None,
            "banner": banner,
            "chips": None,
            "papers": [],
            "looks": [],
            "may": {},
            "rungs": [],
            "how": [],
            "late": "",
        }
    said = selectors.evaluation_of(case.pk)
    return {
        **common,
        **_dates(opened, when),
        "chips": chips(opened, said),
        "papers": papers(opened),
        "looks": looked(selectors.looks_at(case.pk)),
        "may": may(loaded, when),
        "rungs": rungs(opened, when),
    }


def _dates(opened: Opened, when: Moment) -> dict[str, Any]:
    """Return banner, the sentence on the next date, its arithmetic, and whether an organ is late."""
    case = opened.case
    holder, offered = case.holder.name, case.offered_to.name if case.offered_to else ""
    banner = sentences.situation(case.state, holder=holder, offered=offered)
    running = next_date(case, opened.loaded.running())
    if running is None:
        return {"banner": banner, "how": [], "late": ""}
    legal = running.deadline.legal
    day = day_words(legal)
    following = (
        f"{banner.next}{_date_sentence(running, day)}"
        if not in_english()
        else f"{banner.next} {_date_sentence(running, day)}"
    )
    late, days = overdue(running.deadline, done_on=None, asof=when.on)
    if late and running.deadline.rule.owed_by_organ:
        owing = offered if running.clock == "REF_NOTICE" and offered else holder
        banner = sentences.Situation("late", banner.sentence, banner.next)
        return {
            "banner": banner,
            "how": how_words(running.deadline),
            "late": sentences.late_sentence(owing, day, days),
        }
    return {
        "banner": sentences.Situation(banner.tone, banner.sentence, following.strip()),
        "how": how_words(running.deadline),
        "late": "",
    }


def _date_sentence(running: Running, day: str) -> str:
    words = {"REVIEW_WIN": sentences.REVIEW_UNTIL, "RECHECK_WIN": sentences.RECHECK_UNTIL}.get(running.clock)
    return str(words) % {"day": day} if words else sentences.due_sentence(running.clock, day)


def next_date(case: Case, running: Iterable[Running]) -> Running | None:
    """Return the clock whose date the petitioner should know: the right that is open, else what an organ owes."""
    open_now = [
        one for one in running if one.stopped_on is None and one.deadline.rule.protects == "petitioner"
    ]
    window = [one for one in open_now if one.clock == WINDOWS.get(case.state)]
    owed = [one for one in open_now if one.deadline.rule.owed_by_organ]
    return min(window or owed, key=lambda one: one.deadline.legal, default=None)


# --- three facts ------------------------------------------------------------------------------------------------


def chips(opened: Opened, said: Evaluation | None) -> dict[str, dict[str, str]]:
    """Return the three facts that are never one: answered, accepted by the petitioner, carried out."""
    served = [step.on for step in opened.steps if step.event in ANSWERS]
    return {
        "answered": _fact("yes", day_words(served[-1])) if served else _fact("wait", _("还没有")),
        "agreed": _agreed(opened.steps, said, answered=bool(served)),
        "carried_out": _carried_out(said),
    }


def _agreed(steps: Sequence[Step], said: Evaluation | None, *, answered: bool) -> dict[str, str]:
    if said is not None:
        return _fact("yes", _("您说认可")) if said.right else _fact("no", _("您说不认可"))
    if any(step.event == "accept_result" for step in steps):
        return _fact("yes", _("您说认可"))
    return _fact("wait", _("等您表态") if answered else _("答复以后请您说"))


def _carried_out(said: Evaluation | None) -> dict[str, str]:
    if said is None or said.carried_out is None:
        return _fact("wait", _("还没有"))
    return _fact("yes", _("您说已落实")) if said.carried_out else _fact("no", _("您说没有落实"))


def _fact(state: str, text: str) -> dict[str, str]:
    return {"state": state, "text": text}


# --- timeline, claims, papers -----------------------------------------------------------------------------------


def timeline(opened: Opened) -> list[dict[str, Any]]:
    """Return the steps newest first, each with organ, day and article; of a report only receipt and forwarding."""
    book, report = opened.loaded.book, opened.case.kind == "report"
    items = []
    for step in reversed(opened.steps):
        if report and step.event not in sentences.REPORT_SHOWN:
            continue
        kind, title = sentences.told(step, book)
        by = "" if report or step.organ is None else step.organ.name
        article = article_words(sentences.article_of(step, book))
        items.append(
            {
                "title": title,
                "on": step.on,
                "by": by,
                "kind": kind,
                "article": article,
                "text": _detail(step, report),
            }
        )
    return items


def _detail(step: Step, report: bool) -> str:
    target = str(step.facts.get("target_name", ""))
    if report or step.event != "refer_down" or not target:
        return ""
    return _("转送给：%(organ)s") % {"organ": target}


def claims(opened: Opened) -> list[dict[str, Any]]:
    """Return what was asked for, and what was answered to each once the opinion has been served."""
    served = any(step.event == "serve" for step in opened.steps)
    found: list[dict[str, Any]] = []
    for claim in opened.claims:
        row: dict[str, Any] = {"number": claim.seq, "text": claim.text, "served": served}
        if served:
            promise = claim.promise
            if claim.promise_on:
                promise = _("%(promise)s（%(day)s）") % {
                    "promise": promise,
                    "day": day_words(claim.promise_on),
                }
            row |= {
                "outcome": claim.get_outcome_display(),
                "facts": claim.facts,
                "decision": claim.decision,
                "basis": claim.basis,
                "promise": promise,
            }
        found.append(row)
    return found


def shown_papers(opened: Opened) -> list[Paper]:
    """Return the papers the petitioner may have now, newest first."""
    if opened.case.kind == "report":
        return []
    served = any(step.event == "serve" for step in opened.steps)
    return [paper for paper in reversed(opened.papers) if served or paper.kind not in HELD_BACK]


def papers(opened: Opened) -> list[dict[str, str]]:
    """Return the papers as a list of title, day and address; the receipt of registration is the first of every case."""
    issued = [
        {
            "title": _("%(title)s（PDF）") % {"title": _paper_title(paper, opened.loaded)},
            "on": day_words(localtime(paper.issued_at).date()),
            "number": paper.number,
            "href": reverse("public:paper", args=[paper.seq]),
        }
        for paper in shown_papers(opened)
    ]
    receipt = {
        "title": _("%(title)s（PDF）") % {"title": _("登记回执")},
        "on": day_words(opened.case.received_on),
        "number": opened.case.number,
        "href": reverse("public:case_receipt"),
    }
    return [*issued, receipt]


def _paper_title(paper: Paper, loaded: Loaded) -> str:
    rule = loaded.book.papers.get(paper.kind)
    if rule is not None:
        return rule.label_en if in_english() else rule.label
    return KINDS[paper.kind].label if paper.kind in KINDS else paper.kind


# --- who looked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """One line of the list of looks: same organ, role, purpose and day are one line."""

    text: str
    identity: bool
    times: int


def looked(looks: Sequence[Look]) -> list[Looked]:
    """Return who looked, newest first, folded by day, organ, role and purpose. One query for the organs' names."""
    names = dict(
        Organ.objects.filter(pk__in={look.organ_id for look in looks if look.organ_id}).values_list(
            "pk", "name"
        )
    )
    folded: dict[tuple[date, int | None, str, str], list[Look]] = {}
    for look in looks:
        folded.setdefault((_day(look.at), look.organ_id, look.role, look.purpose), []).append(look)
    return [
        Looked(
            _look_words(
                day, names.get(organ_id, _("某机关")) if organ_id else _("您本人"), _roles(role), purpose
            ),
            identity=any(one.what.startswith("identity") for one in rows),
            times=len(rows),
        )
        for (day, organ_id, role, purpose), rows in folded.items()
    ]


def _look_words(day: date, organ: str, role: str, purpose: str) -> str:
    words = {"on": day_words(day), "organ": organ, "role": role, "purpose": purpose}
    return (
        _("%(on)s，%(organ)s（%(role)s）：%(purpose)s") if role else _("%(on)s，%(organ)s：%(purpose)s")
    ) % words


def _day(at: datetime) -> date:
    return localtime(at).date()


def _roles(codes: str) -> str:
    labels = dict(Role.choices)
    return listed(str(labels[code]) for code in codes.split("、") if code in labels)


# --- what one may do --------------------------------------------------------------------------------------------


def may(loaded: Loaded, when: Moment) -> dict[str, bool]:
    """Return which acts are open to the petitioner now: accept the result, evaluate, ask for review."""
    found = offers(loaded.book, loaded.snapshot(), roles=PETITIONER, on=when.on, calendar=load_calendar())
    allowed = {offer.event for offer in found if offer.allowed}
    evaluated = any(act.event == "evaluate" for act in loaded.acts)
    return {
        "accept": "accept_result" in allowed,
        "evaluate": "evaluate" in allowed and not evaluated,
        "review": "request_review" in allowed and loaded.case.state == "served",
    }


def rungs(opened: Opened, when: Moment) -> list[dict[str, Any]]:
    """Return the ladder of rights once there is an answer: answer, review with organs and last day, re-check."""
    case = opened.case
    served = [step for step in opened.steps if step.event == "serve"]
    if not served:
        return []
    window = next((one for one in opened.loaded.running() if one.clock == "REVIEW_WIN"), None)
    organs = reviewing_organs(case.holder, review_organs(opened.loaded.book, case.holder.rank), on=when.on)
    names = listed(organ.name for organ in organs) or _("请拨打电话或者到窗口询问")
    review: dict[str, Any] = {
        "title": _("复查"),
        "text": _("不同意答复的，可以书面请求复查。可以选择的机关：%(organs)s。") % {"organs": names},
    }
    if window is not None:
        review["until"] = window.deadline.legal
    if case.state == "served":
        review["state"] = "current"
    answer = _("%(organ)s，%(day)s送达。") % {
        "organ": served[-1].organ.name if served[-1].organ else "",
        "day": day_words(served[-1].on),
    }
    return [
        {"title": _("书面答复"), "state": "done", "text": answer},
        review,
        {"title": _("复核"), "text": _("对复查意见仍不同意的，可以再向上一级机关请求复核。")},
    ]
