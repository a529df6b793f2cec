"""What the petitioner's page shows of a case: banner, dates, three facts, timeline, papers, who looked, what one may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lianxin.cases import materials, openings, selectors
from lianxin.cases.models import Case, Evaluation, Paper, Step
from lianxin.cases.selectors import Opened
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment
from lianxin.papers import KINDS
from lianxin.procedure.book import Rulebook
from lianxin.procedure.clock import Running, overdue
from lianxin.web import material
from lianxin.web.public import mine, sentences
from lianxin.web.public import opened as opening_words
from lianxin.web.public.rights import may, rungs, waiting_wish
from lianxin.web.public.trail import MOST, looked
from lianxin.web.public.words import article_words, day_words, how_words, in_english

WINDOWS = {"served": "REVIEW_WIN", "review_served": "RECHECK_WIN"}
ANSWERS = ("serve", "answer_suggestion", "review_uphold", "review_change", "recheck_decide")
HELD_BACK = frozenset({"opinion"})
"""Papers that are handed over by service: shown once that has happened."""
OWN = frozenset({*HELD_BACK, "proof_of_service", "mediation_consent", "evaluation_record"})
"""Papers the petitioner may have besides those the rulebook says are told; drafts and slips stay in the house."""


def page(opened: Opened, when: Moment) -> dict[str, Any]:
    """Return the context of the follow page of a case. A report shows that it was received and forwarded, nothing else."""
    case, loaded = opened.case, opened.loaded
    common = {
        "nav": "follow",
        "number": case.number,
        "received": day_words(case.received_on),
        "total": sentences.total_days(case.received_on, when.on),
        "report": case.kind == "report",
        "keeps": case.erased_on is None,
        "timeline": timeline(opened),
        "text": opened.text,
        "claims": claims(opened),
        "brought": materials.brought(loaded),
        "looks": looked(selectors.looks_at(case.pk, latest=MOST), report=case.kind == "report"),
        "corrections": mine.corrections(opened),
        "openings": opening_words.lines(case, openings.of_case(case), at=when.at),
        "files": [] if case.kind == "report" else material.lines(materials.files_of(loaded)),
    }
    if case.kind == "report":
        banner = sentences.report_situation(forwarded=case.state == "forwarded_report")
        return {
            **common,
            "text": None,
            "banner": banner,
            "chips": None,
            "papers": [],
            "may": {},
            "rungs": [],
            "wish": None,
            "thanks": False,
            "how": [],
            "late": "",
        }
    said = selectors.evaluation_of(case.pk)
    return {
        **common,
        **_dates(opened, when),
        "chips": chips(opened, said),
        "papers": papers(opened),
        "may": may(loaded, when),
        "rungs": rungs(opened, when),
        "wish": waiting_wish(loaded, when),
        "thanks": said is not None,
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
        if by and step.role == PETITIONER:
            by = _("由%(organ)s代为录入") % {"organ": by}
        article = article_words(sentences.article_of(step, book))
        items.append(
            {
                "title": title,
                "on": step.on,
                "by": by,
                "kind": kind,
                "article": article,
                "text": _detail(step, book, report=report),
            }
        )
    return items


def _detail(step: Step, book: Rulebook, *, report: bool) -> str:
    """Return what a step's own facts add for the petitioner: where it went, which item it was joined to, which days moved."""
    facts = step.facts
    if report:
        return sentences.wall_words({**facts, "seen_before": []})
    if step.event in ("refer_down", "decide_organ") and facts.get("target_name"):
        return _("转送给：%(organ)s") % {"organ": facts["target_name"]}
    if step.event in ("tell_elsewhere", "refuse_visit_level", "route_out") and _turn_to(facts):
        return _("应当向这里提出：%(organ)s") % {"organ": _turn_to(facts)}
    if step.event == "raise_wall":
        return sentences.wall_words(facts)
    if step.event == "answer_correction":
        return mine.answer_words(step)
    if step.event == "merge_duplicate":
        return _("先前那件的编号：%(number)s") % {"number": facts.get("earlier_item", "")}
    if step.event == "recount":
        return " ".join(
            _("%(clock)s：最后一日由 %(old)s 变为 %(holds)s。")
            % {**move, "clock": _clock_name(book, str(move["clock"]))}
            for move in facts.get("moved", ())
        )
    return ""


def _turn_to(facts: Mapping[str, object]) -> str:
    """Return the organ the petitioner was told to turn to, "" where the step names none."""
    return str(facts.get("competent_name") or facts.get("competent_organ") or "")


def _clock_name(book: Rulebook, clock: str) -> str:
    rule = book.clocks.get(clock)
    return clock if rule is None else (rule.label_en if in_english() else rule.label)


def claims(opened: Opened) -> list[dict[str, Any]]:
    """Return what was asked for, and what was answered to each once the opinion that says so has been served."""
    served = _served_at(opened) > max((s.seq for s in opened.steps if s.event == "draft_opinion"), default=0)
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
                "outcome": claim.get_outcome_display() or _("走其他法定途径"),
                "facts": claim.facts,
                "decision": claim.decision,
                "basis": claim.basis,
                "promise": promise,
            }
        found.append(row)
    return found


def shown_papers(opened: Opened) -> list[Paper]:
    """Return the papers the petitioner may have now, newest first; an opinion once it has been served itself."""
    if opened.case.kind == "report":
        return []
    served = _served_at(opened)
    told = OWN.union(*(rule.notices for rule in opened.loaded.book.all_steps()))
    given = [paper for paper in reversed(opened.papers) if paper.kind in told]
    return [p for p in given if p.kind not in HELD_BACK or p.step < served]


def _served_at(opened: Opened) -> int:
    """Return the number of the step that served the latest opinion; 0 before any was served."""
    return max((step.seq for step in opened.steps if step.event == "serve"), default=0)


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
