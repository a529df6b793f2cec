"""The ways out of the registry that lead on: into the earlier item, to another organ or route, to the organ's own
procedure, to a suggestion's answer, to the simple procedure (Art 23, 28, 29, 31).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lianxin.cases.links import link
from lianxin.cases.models import Case, CaseNumber, Kind, Link
from lianxin.cases.policies import check_may, content_of
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, apply, mark_told, perform
from lianxin.cases.services.approval import approved
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import typed_day
from lianxin.cases.texts import one_line, plain_code
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind, Staff
from lianxin.organs.selectors import reviewing_organs
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import GuardFailed
from lianxin.procedure.routing import review_organs

Given = Mapping[str, object]
OWN_ROUTE = "31.6"
HINTS = {"reconsider": "RECONSIDER", "litigate": "LITIGATE"}
"""Time limits of other procedures that the rulebook knows; every other one is typed."""
ADOPTION = {"adopt": "采纳", "partly": "部分采纳", "not": "不予采纳"}
TOLD_BY = {"paper": "书面", "spoken": "当面口头", "phone": "电话", "sms": "短信"}
"""How acceptance by the simple procedure was told (简易办理办法)."""
SIMPLE = (
    "first_time",
    "assigned_by_upper",
    "may_refuse",
    "statutory_route",
    "many_bodies",
    "joint",
    "complex",
)
"""What the simple procedure is judged by (简易办理办法 第四条、第五条)."""
TO_SUE = "不服本决定的，可以依法申请行政复议，也可以依法向人民法院提起行政诉讼。"


def merge_duplicate(
    loaded: Loaded,
    *,
    actor: Actor,
    earlier: str,
    same: bool,
    given: Given,
    key: str,
    when: Moment,
    approver: Staff | None = None,
) -> Case:
    """Return the case as linked into the open item numbered `earlier`, with the notice that says where to look (并件告知).

    Both items keep their text; a link of kind "repeat" is written both ways. `same` is the officer's word that person and
    matter are the same; a checker consents. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "merge_duplicate")
    case, rule = loaded.case, loaded.book.steps["merge_duplicate"][0]
    first = _earlier(actor, case, earlier, article=rule.basis)
    consent = approved(actor, "checker", approver=approver, when=when, article=rule.basis)
    parts: dict[str, object] = {
        "same_person": same,
        "same_matter": same,
        "earlier_item": first.number,
        "earlier_open": not load_book(first.rulebook).states[first.state].ends,
        **consent,
        "checker_confirms": consent["approved_by_checker"],
    }
    texts = nameless(case, given)
    paper = papers.letter(
        loaded, "merge_notice", organ=actor.organ, on=when.on, given={**texts, "earlier_item": first.number}
    )

    def keep(seq: int) -> None:
        apply(first, {})
        link(case, first, Link.Kind.REPEAT, reason=str(texts.get("why", "")))

    request = Request("merge_duplicate", key, parts, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper], also=keep))


def _earlier(actor: Actor, case: Case, number: str, *, article: str) -> Case:
    """Return the earlier item, one whose content the officer may read. Raises GuardFailed for any other number."""
    row = CaseNumber.objects.filter(number=plain_code(number)).first()
    found = Case.objects.filter(content_of(actor), pk=row.case_id if row else 0).first()
    if found is None or found.pk == case.pk or (found.kind == Kind.REPORT) != (case.kind == Kind.REPORT):
        raise GuardFailed(
            "没有找到本机构负责的这个编号的信访件",
            article=article,
            instead="请核对原件编号；原件由其他机构办理的，不能并入。",
        )
    if (found.received_on, found.pk) > (case.received_on, case.pk):
        raise GuardFailed(
            f"编号{found.number}的那一件收到得比这一件晚，先提出的不能并入后提出的",
            article=article,
            instead="请到那一件上办理并件，并入这一件。",
        )
    return found


def tell_elsewhere(loaded: Loaded, *, actor: Actor, given: Given, key: str, when: Moment) -> Case:
    """Return the case as told to which organ outside civil affairs the petitioner must turn (告知书, Art 23(1)).

    `given` are the contents of the paper. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "tell_elsewhere")
    texts = nameless(loaded.case, given)
    organ = one_line(str(texts.get("competent_organ", "")))
    ours = Organ.objects.filter(name=organ).exclude(
        kind__in=[OrganKind.GOVERNMENT, OrganKind.PETITION_BUREAU]
    )
    parts = {"competent_organ": organ, "within_civil_affairs": bool(organ) and ours.exists()}
    paper = papers.letter(loaded, "elsewhere_notice", organ=actor.organ, on=when.on, given=texts)
    request = Request("tell_elsewhere", key, parts, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=[paper]))


def route_out(
    loaded: Loaded,
    *,
    actor: Actor,
    subroute: str,
    hint: str,
    knew_on: date | None,
    given: Given,
    key: str,
    when: Moment,
    approver: Staff | None = None,
) -> Case:
    """Return the case as directed to a statutory route outside (31.1-31.4), with organ, time limit and its last day.

    `hint` is a key of `HINTS`: the last day is computed from `knew_on`, the day the petitioner knew of the decision, by
    the rulebook's clock; else time limit and last day stand in `given`. A checker agrees.
    Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "route_out")
    article = loaded.book.steps["route_out"][0].basis
    _not_later(knew_on, when, "知道该行政行为的日期", article=article)
    texts = {**nameless(loaded.case, given), **limit_words(loaded, hint, knew_on, on=when.on)}
    label = next((one.label for one in loaded.book.routes.values() if one.subroute == subroute), "")
    consent = approved(actor, "checker", approver=approver, when=when, article=article)
    parts: dict[str, object] = {
        "subroute": subroute,
        "own_organ_decides": False,
        **consent,
        "checker_agrees": consent["approved_by_checker"],
        "time_limit_shown": bool(texts.get("time_limit") and texts.get("time_limit_ends_on")),
        "competent_organ": one_line(str(texts.get("competent_organ", ""))),
    }
    if hint in HINTS and knew_on is not None:
        parts["knew_on"] = knew_on.isoformat()
    paper = papers.letter(
        loaded, "route_notice", organ=actor.organ, on=when.on, given={**texts, "route": label}
    )
    request = Request("route_out", key, parts, role="intake")
    return perform(
        loaded, request, actor=actor, when=when, writing=Writing({"subroute": subroute}, papers=[paper])
    )


def limit_words(loaded: Loaded, hint: str, knew_on: date | None, *, on: date) -> dict[str, object]:
    """Return time limit and last day of reconsideration or a lawsuit as a notice says them; {} for another limit."""
    if hint not in HINTS:
        return {}
    rule = loaded.book.clocks[HINTS[hint]]
    length = f"{rule.length}日" if rule.unit == "CD" else f"{rule.length}个月"
    limit = f"自知道该行政行为之日起{length}内（{rule.article}）"
    if knew_on is None:
        return {"time_limit": limit, "time_limit_ends_on": f"自您知道该行政行为之日起满{length}的那一天"}
    last = deadline(loaded.book, rule.id, knew_on, calendar=load_calendar()).legal
    words = last.isoformat()
    if last < on:
        words += "（已经届满；因不可抗力或者其他正当理由耽误的，请向受理机关说明）"
    return {"time_limit": f"{limit}，您说明知道的日期是{knew_on.isoformat()}", "time_limit_ends_on": words}


def open_own_route(
    loaded: Loaded, *, actor: Actor, subroute: str, given: Given, key: str, when: Moment
) -> Case:
    """Return the case as handled in the organ's own statutory procedure (31.4, 31.5) until the day `given["last_day"]`.

    Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "open_own_route")
    texts = nameless(loaded.case, given)
    article = loaded.book.clocks["OWN_ROUTE"].article
    last_day = typed_day(texts.get("last_day"), "法定程序的最后一日", article=article)
    due_on = last_day.isoformat() if last_day else ""
    if last_day and last_day < when.on:
        raise GuardFailed(
            f"法定程序的最后一日（{due_on}）已经过去",
            article=article,
            instead="请按适用的法律、法规重新计算期限。",
        )
    parts = {
        "subroute": subroute,
        "own_organ_decides": True,
        "due_on": due_on,
        "legal_period": one_line(str(texts.get("legal_period", ""))),
    }
    paper = papers.letter(loaded, "own_procedure_notice", organ=actor.organ, on=when.on, given=texts)
    changes = {"subroute": subroute, "handled_by": actor.organ}
    request = Request("open_own_route", key, parts, role="intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(changes, papers=[paper]))


def finish_route(
    loaded: Loaded,
    *,
    actor: Actor,
    decided_on: date,
    served_on: date,
    proof: str,
    given: Given,
    key: str,
    when: Moment,
) -> Case:
    """Return the case as finished by the decision or answer of the own procedure, served on `served_on` (行政决定书/履职答复).

    The time for reconsideration starts with service and is told on the paper. Raises NotYours, Refused,
    IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "finish_route")
    article = loaded.book.steps["finish_route"][0].basis
    opened = max((act.on for act in loaded.acts if act.event == "open_own_route"), default=when.on)
    if not opened <= decided_on <= served_on <= when.on:
        raise GuardFailed(
            f"作出日期和送达日期应当依次在启动法定程序之日（{opened}）和今天（{when.on}）之间",
            article=article,
        )
    last = deadline(loaded.book, "RECONSIDER", served_on, calendar=load_calendar()).legal
    proof = one_line(proof)
    texts = nameless(loaded.case, {**given, "proof": proof})
    del texts["proof"]
    texts |= {
        "remedy": TO_SUE,
        "remedy_organs": _reconsidering(loaded, actor.organ, served_on),
        "remedy_last_day": _to_reconsider(loaded, last),
    }
    parts = {"decision_served": bool(proof), "knew_on": served_on.isoformat(), "proof": proof}
    paper = papers.letter(loaded, "route_decision", organ=actor.organ, on=decided_on, given=texts)

    def told(seq: int) -> None:
        mark_told(loaded.case, seq, "route_decision", at=when.at)

    request = Request("finish_route", key, parts, role="handler" if actor.has("handler") else "head")
    moment = Moment(served_on, when.at)
    return perform(loaded, request, actor=actor, when=moment, writing=Writing(papers=[paper], also=told))


def _reconsidering(loaded: Loaded, organ: Organ, on: date) -> list[str]:
    """Return who takes an appeal against an administrative decision: the government above, and the court."""
    above = reviewing_organs(organ, review_organs(loaded.book, organ.rank), on=on)
    governments = [one.name for one in above if one.kind == OrganKind.GOVERNMENT]
    return [*(governments or [organ.name]), "有管辖权的人民法院"]


def _to_reconsider(loaded: Loaded, last: date) -> str:
    months = loaded.book.clocks["LITIGATE"].length
    return f"申请行政复议的最后一日是{last.isoformat()}；提起行政诉讼的，自收到之日起{months}个月内"


def accept_simple(
    loaded: Loaded, *, actor: Actor, answers: Mapping[str, bool], told_by: str, key: str, when: Moment
) -> Case:
    """Return the case as accepted by the simple procedure (简易受理): ten working days to answer.

    `answers` are the facts of `SIMPLE`; `told_by` is a key of `TOLD_BY`: acceptance may be told orally, the paper is
    issued all the same and then counts as told. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "accept_simple")
    article = loaded.book.steps["accept_simple"][0].basis
    missing = [name for name in SIMPLE if not isinstance(answers.get(name), bool)]
    if missing or told_by not in TOLD_BY:
        raise GuardFailed("请逐项回答是否适用简易办理，并选择怎样告知信访人", article=article)
    if loaded.case.kind != Kind.CLAIM:
        raise GuardFailed(
            "只有申诉求决类事项可以简易办理", article=article, instead="请按检举控告或者建议意见办理。"
        )
    subroute = loaded.case.subroute or OWN_ROUTE
    stated = {"told_by": told_by, "subroute": subroute, "competent": True}
    parts = {**{name: answers[name] for name in SIMPLE}, **stated}
    paper = papers.acceptance_notice(loaded, organ=actor.organ, on=when.on, clock="SIMPLE_REPLY")

    def told(seq: int) -> None:
        if told_by != "paper":
            mark_told(loaded.case, seq, "acceptance_notice", at=when.at)

    changes = {"subroute": subroute, "handled_by": actor.organ}
    request = Request("accept_simple", key, parts, role="intake")
    return perform(
        loaded, request, actor=actor, when=when, writing=Writing(changes, papers=[paper], also=told)
    )


def answer_suggestion(
    loaded: Loaded,
    *,
    actor: Actor,
    adoption: str,
    given: Given,
    key: str,
    when: Moment,
    approver: Staff | None = None,
) -> Case:
    """Return the suggestion as answered (建议回复函, Art 29): studied, and adopted, partly adopted or not, with reasons.

    `adoption` is a key of `ADOPTION`; a checker consents. Raises NotYours, Refused, IncompletePaper, MissingGlyph, Stale.
    """
    check_may(actor, loaded.case, "answer_suggestion")
    article = loaded.book.steps["answer_suggestion"][0].basis
    texts = nameless(loaded.case, given)
    parts: dict[str, object] = {
        "study_recorded": bool(texts.get("studied")),
        "adoption": adoption if adoption in ADOPTION and texts.get("reasons") else "",
        **approved(actor, "checker", approver=approver, when=when, article=article),
    }
    paper = papers.letter(
        loaded,
        "suggestion_reply",
        organ=actor.organ,
        on=when.on,
        given={**texts, "adoption": ADOPTION.get(adoption, "")},
    )
    request = Request("answer_suggestion", key, parts, role="handler")
    changes = {"handled_by": actor.organ}
    return perform(loaded, request, actor=actor, when=when, writing=Writing(changes, papers=[paper]))


def _not_later(day: date | None, when: Moment, label: str, *, article: str) -> None:
    """Raise GuardFailed for a day in the future."""
    if day is not None and day > when.on:
        raise GuardFailed(f"{label}不能晚于今天（{when.on}）", article=article)
