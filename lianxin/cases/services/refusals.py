"""The refusals at the registry and what comes after a final re-check: in progress elsewhere, a visit above the level,
no further acceptance, and the same matter brought again (Art 19(3), 20, 36(3)).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from lianxin.cases.history import load
from lianxin.cases.links import link
from lianxin.cases.models import Case, Kind, Link, Paper
from lianxin.cases.policies import case_numbered, check_may
from lianxin.cases.services import intake, papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, apply, perform
from lianxin.cases.services.approval import approved
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import typed_day
from lianxin.cases.texts import normalised, one_line, plain_code
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import nearest
from lianxin.procedure.engine import decide
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.receiving import UNDER_RECHECK, UNDER_REVIEW

Given = Mapping[str, object]
HANDLING = frozenset({"HANDLE", "SIMPLE_REPLY", "OWN_ROUTE"})
DECIDING = {"REVIEW": frozenset({"REVIEW"}), "RECHECK": frozenset({"RECHECK"})}
"""The clocks inside which an item is in progress, by what it is under; a supervisor's report is none of them."""
FOR_GOOD = ("closed_final", "no_further")
AGAIN = "复核终结后有新的事实和理由"


@dataclass(frozen=True, slots=True)
class InProgress:
    """Where the same matter is in progress: the number of an item of this system, or organ and last day as typed."""

    number: str
    organ: str = ""
    last_day: date | None = None


def refuse_in_progress(
    loaded: Loaded,
    *,
    actor: Actor,
    running: InProgress,
    same: bool,
    given: Given,
    key: str,
    when: Moment,
    approver: Staff | None = None,
) -> Case:
    """Return the case as not accepted, because the same matter is being handled below inside its time (Art 19(3)).

    Where the running item is in this system, its organ and its last day are read from it; else both must be typed.
    A head consents. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "refuse_in_progress")
    article = loaded.book.steps["refuse_in_progress"][0].basis
    number = plain_code(running.number)
    there = case_numbered(actor, number) if number else None
    facts = _known(loaded, there, actor, when) if there else None
    facts = facts or _typed(running, when, article=article)
    parts: dict[str, object] = {
        "same_matter": same,
        "running_item": number,
        **facts,
        **approved(actor, "head", approver=approver, when=when, article=article),
    }
    where = f"{facts['running_organ']}，编号{number}，" if number else f"{facts['running_organ']}，"
    texts = {
        **nameless(loaded.case, given),
        "organ_in_charge": f"{where}期限的最后一日是{facts['running_until']}",
    }
    paper = papers.letter(loaded, "non_acceptance_notice", organ=actor.organ, on=when.on, given=texts)
    request = Request("refuse_in_progress", key, parts, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def _known(loaded: Loaded, case_id: int, actor: Actor, when: Moment) -> dict[str, object] | None:
    """Return the facts of a running item of this system; None where an organ has it that is not below (Art 19(3)).

    Raises GuardFailed where it does not bar this one.
    """
    rule = loaded.book.guards["in_progress_elsewhere"]
    article = loaded.book.steps["refuse_in_progress"][0].basis
    other = Case.objects.select_related("holder").get(pk=case_id)
    if other.pk == loaded.case.pk or (other.kind == Kind.REPORT) != (loaded.case.kind == Kind.REPORT):
        raise GuardFailed(
            "没有找到这个编号的同一事项", article=article, instead="请核对正在办理的那一件的编号。"
        )
    if not other.holder.path.startswith(actor.organ.path):
        return None
    if other.holder_id == actor.organ.pk:
        raise GuardFailed(
            "这一件正由本机构负责，不属于向上级重复提出", article=article, instead="请并入原件一起办理。"
        )
    history = load(other)
    in_time = DECIDING.get({**UNDER_REVIEW, **UNDER_RECHECK}.get(other.state, ""), HANDLING)
    owed = nearest(one for one in history.running() if one.clock in in_time)
    started = {act.event: act for act in history.acts}
    asked = started.get("request_recheck" if other.state in UNDER_RECHECK else "request_review")
    if owed is None or owed.deadline.legal < when.on:
        raise GuardFailed(rule.sentence, article=article, instead=rule.instead)
    facts: dict[str, object] = {
        "lower_status": other.state,
        "running_organ": other.holder.name,
        "running_until": owed.deadline.legal.isoformat(),
        "extension_days": owed.deadline.extension_days,
    }
    if other.state in {**UNDER_REVIEW, **UNDER_RECHECK}:
        return {**facts, "requested_on": asked.on.isoformat()} if asked else facts
    return {**facts, "accepted_on": owed.started_on.isoformat()}


def _typed(running: InProgress, when: Moment, *, article: str) -> dict[str, object]:
    """Return the facts of a running item of another system as the officer states them. Raises GuardFailed."""
    organ = one_line(running.organ)
    if not organ or running.last_day is None:
        raise GuardFailed(
            "这个编号不在本系统里" if running.number.strip() else "没有写明正在办理的信访件",
            article=article,
            instead="请写明正在办理的机关和期限的最后一日，或者核对编号。",
        )
    return {
        "in_progress": True,
        "within_limit": running.last_day >= when.on,
        "running_organ": organ,
        "running_until": running.last_day.isoformat(),
    }


def refuse_visit_level(
    loaded: Loaded, *, actor: Actor, competent: Organ, offered: bool, given: Given, key: str, when: Moment
) -> Case:
    """Return the visit as registered and guided to the competent level (引导告知单, Art 20); other ways stay open.

    `offered` is the officer's word that letter, online and telephone were offered. Raises NotYours, Refused,
    IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "refuse_visit_level")
    parts = {
        "competent_organ": competent.rank,
        "competent_name": competent.name,
        "visited_organ": actor.organ.rank,
        "other_way_offered": offered,
    }
    texts = nameless(loaded.case, given)
    paper = papers.letter(loaded, "guidance_note", organ=actor.organ, on=when.on, given=texts)
    request = Request("refuse_visit_level", key, parts, role="window")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def refuse_final(
    loaded: Loaded,
    *,
    actor: Actor,
    same: bool,
    given: Given,
    key: str,
    when: Moment,
    approver: Staff | None = None,
    recheck_organ: str = "",
) -> Case:
    """Return the case as not accepted any further, after a re-check on the same facts and reasons (Art 36(3)).

    `given` names number and day of service of the re-check opinion. A number of this system must have one; for any other
    `recheck_organ` says who decided, and paper and facts mark both as the officer's own statement. A head consents.
    Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "refuse_final")
    article = loaded.book.steps["refuse_final"][0].basis
    texts = nameless(loaded.case, {**given, "recheck_organ": recheck_organ})
    organ, typed = one_line(str(texts.pop("recheck_organ"))), one_line(str(texts.get("recheck_no", "")))
    served_on = typed_day(texts.get("recheck_served_on"), "复核意见送达日期", article=article)
    if served_on and served_on > when.on:
        raise GuardFailed(f"复核意见送达日期不能晚于今天（{when.on}）", article=article)
    there = case_numbered(actor, plain_code(typed[: len(loaded.case.number)]))
    if typed and there is None:
        if not organ:
            raise GuardFailed(
                "这份复核意见不在本系统里",
                article=article,
                instead="请写明作出复核意见的机关，或者核对编号。",
            )
        texts["recheck_no"] = f"{typed}（{organ}作出，编号和日期由办理人员填写）"
    ended = there is None or Case.objects.filter(pk=there, state__in=FOR_GOOD).exists()
    parts: dict[str, object] = {
        "recheck_served": bool(served_on) and ended,
        "recheck_organ": organ if there is None else "",
        "stated_elsewhere": there is None,
        "same_facts_and_reasons": same,
        "new_facts": False,
        "recheck_no": typed,
        **approved(actor, "head", approver=approver, when=when, article=article),
    }
    paper = papers.letter(loaded, "no_further_notice", organ=actor.organ, on=when.on, given=texts)
    request = Request("refuse_final", key, parts, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def recheck_of(loaded: Loaded) -> dict[str, str]:
    """Return number and day of the re-check opinion that closed the case, by the keys of the notice; {} where there is none."""
    decided = max((act.on for act in loaded.acts if act.event == "recheck_decide"), default=None)
    paper = Paper.objects.filter(case_id=loaded.case.pk, kind="recheck_opinion").order_by("-seq").first()
    found = {"recheck_no": paper.number if paper else "", "recheck_served_on": str(decided or "")}
    return {key: value for key, value in found.items() if value}


def file_again_same(
    loaded: Loaded,
    *,
    actor: Actor,
    same: bool,
    given: Given,
    key: str,
    when: Moment,
    approver: Staff | None = None,
) -> Case:
    """Return the finally closed case, on which the same matter was brought again, as not accepted any further (Art 36(3)).

    A head consents. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "file_again_same")
    article = loaded.book.steps["file_again_same"][0].basis
    consent = approved(actor, "head", approver=approver, when=when, article=article)
    texts = nameless(loaded.case, given)
    paper = papers.letter(loaded, "no_further_notice", organ=actor.organ, on=when.on, given=texts)
    parts = {"same_facts_and_reasons": same, **consent}
    request = Request("file_again_same", key, parts, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def file_again_new(
    loaded: Loaded,
    *,
    actor: Actor,
    petition: intake.Petition,
    new_facts: str,
    case_id: int,
    when: Moment,
    note: str = "",
    keep: Callable[[intake.Filed], None] | None = None,
) -> intake.Filed:
    """Return the NEW item for new facts or reasons after a final re-check; the old one stays closed, linked both ways.

    The rulebook's step is judged on the old case; what is written is the registration of the new one. Of two at once
    the second is Stale. Raises NotYours, Refused, BadPetition, Stale.
    """
    check_may(actor, loaded.case, "file_again_new")
    old, reasons = loaded.case, one_line(new_facts)
    if Kind.REPORT in (petition.kind, old.kind):
        raise GuardFailed(
            "检举控告不与其他信访件关联，以免暴露检举控告人",
            article="信访工作条例 第三十条",
            instead="请在登记页单独登记。",
        )
    decide(
        loaded.book,
        loaded.snapshot(),
        "file_again_new",
        roles=actor.roles,
        on=when.on,
        parts={"new_facts": reasons},
        calendar=load_calendar(),
    )

    def linked(filed: intake.Filed) -> None:
        apply(old, {})
        link(filed.case, old, Link.Kind.FOLLOW_UP, reason=AGAIN)
        if keep:
            keep(filed)

    return intake.record(
        petition, case_id=case_id, actor=actor, when=when, note=normalised(f"{reasons}\n{note}"), keep=linked
    )
