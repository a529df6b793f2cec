"""The only place that turns an opened case into what its page prints: claims, timeline, clocks, papers, notices, looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases import selectors
from lianxin.cases.history import Loaded
from lianxin.cases.models import Case, Claim, Kind, Notice, Paper, Step
from lianxin.cases.policies import RELAYED_EVENTS, may_reveal
from lianxin.cases.selectors import Opened
from lianxin.cases.services import correcting
from lianxin.cases.services.claims import goes_elsewhere
from lianxin.ledger.models import Look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganLevel, Role
from lianxin.petitioners.vault import SAME
from lianxin.procedure.book import Rulebook
from lianxin.procedure.engine import Offer
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk import consequences, words
from lianxin.web.desk.signed_in import DeskRequest

OWN_LEVELS = frozenset({OrganLevel.COUNTY, OrganLevel.TOWNSHIP})
OUTCOME_TONES = {"support": "green", "explain": "blue", "not_support": "amber"}
PAGES = {
    "register": "desk:act_register",
    "refer_down": "desk:act_refer",
    "take": "desk:act_take",
    "object": "desk:act_object",
    "agree_objection": "desk:act_agree_objection",
    "reject_objection": "desk:act_reject_objection",
    "accept": "desk:act_accept",
    "assign": "desk:act_assign",
    "draft_opinion": "desk:act_draft_opinion",
    "send_back": "desk:act_send_back",
    "sign_opinion": "desk:act_sign",
    "serve": "desk:act_serve",
    "sort_claims": "desk:act_sort_claims",
    "reassign": "desk:act_reassign",
    "recuse": "desk:act_recuse",
    "extend": "desk:act_extend",
    "to_ordinary": "desk:act_to_ordinary",
    "start_mediation": "desk:act_start_mediation",
    "agree_settlement": "desk:act_agree_settlement",
    "hold_hearing": "desk:act_hold_hearing",
    "escalate_dispute": "desk:act_escalate_dispute",
    "decide_organ": "desk:act_decide_organ",
    "give_notice": "desk:act_give_notice",
    "urgent_report": "desk:act_urgent_report",
    "supervise": "desk:act_supervise",
    "hand_in_report": "desk:act_hand_in_report",
    "request_review": "desk:act_request_review",
    "accept_review": "desk:act_accept_review",
    "refuse_review": "desk:act_refuse_review",
    "review_uphold": "desk:act_review_uphold",
    "review_change": "desk:act_review_change",
    "review_remand": "desk:act_review_remand",
    "request_recheck": "desk:act_request_recheck",
    "accept_recheck": "desk:act_accept_recheck",
    "recheck_decide": "desk:act_recheck_decide",
    "recheck_remand": "desk:act_recheck_remand",
    "ask_to_withdraw": "desk:act_ask_to_withdraw",
    "withdraw": "desk:act_withdraw",
    "keep_open": "desk:act_keep_open",
    "merge_duplicate": "desk:act_merge_duplicate",
    "seal_as_report": "desk:act_seal_as_report",
    "tell_elsewhere": "desk:act_tell_elsewhere",
    "route_out": "desk:act_route_out",
    "open_own_route": "desk:act_open_own_route",
    "finish_route": "desk:act_finish_route",
    "refuse_in_progress": "desk:act_refuse_in_progress",
    "refuse_visit_level": "desk:act_refuse_visit_level",
    "refuse_final": "desk:act_refuse_final",
    "accept_simple": "desk:act_accept_simple",
    "answer_suggestion": "desk:act_answer_suggestion",
    "file_again_same": "desk:act_file_again_same",
    "file_again_new": "desk:act_file_again_new",
    "add_material": "desk:act_add_material",
    "answer_correction": "desk:act_answer_correction",
    "raise_wall": "desk:act_raise_wall",
    "lift_wall": "desk:act_lift_wall",
    "reissue_code": "desk:act_reissue_code",
}
MATCHES = ("identity.match", "match")
"""A document compared with the sealed identity, as it is recorded and as it was."""
FIELD_LABELS = ("name", "phone", "address", "email", "id_number")


def reading(request: DeskRequest, loaded: Loaded, *, purpose: str) -> dict[str, object] | None:
    """Return the text of a case for the page of an act that works on it; the look is recorded."""
    opened = selectors.open_case(request.actor, loaded.case.pk, purpose=purpose, at=now().at)
    return text_of(opened) if opened is not None else None


def text_of(opened: Opened) -> dict[str, object] | None:
    """Return the petition's words, the original beside them only where it differs; None without the right to read."""
    if opened.text is None:
        return None
    original = opened.text.original.replace("\r\n", "\n").strip()
    return {
        "body": opened.text.body,
        "ask": opened.text.ask,
        "original": original if original and original != opened.text.body else "",
        "read_back": opened.text.read_back,
        "corrections": correcting.of_words(opened.steps),
        "claims": [claim.text for claim in opened.claims],
    }


def claim_cards(claims: Iterable[Claim]) -> list[dict[str, object]]:
    """Return the claims as cards: facts, article, answer, promise."""
    return [
        {
            "number": claim.seq,
            "title": claim.text,
            "facts": claim.facts
            or (_("依法走其他途径，不在意见书中作结论") if goes_elsewhere(claim) else _("尚未查明")),
            "article": claim.basis,
            "answer": claim.decision,
            "promise": _("%(what)s（%(on)s 前完成）")
            % {"what": claim.promise, "on": claim.promise_on.isoformat()}
            if claim.promise and claim.promise_on
            else "",
            "state": {"text": claim.get_outcome_display(), "tone": OUTCOME_TONES[claim.outcome]}
            if claim.outcome
            else None,
        }
        for claim in claims
    ]


BACKWARD = frozenset({"send_back", "object", "reject_objection"})
"""Acts that send a case back; never the main button."""
QUIET = RELAYED_EVENTS | {"keep_open", "answer_correction"}
"""Acts of the petitioner: where they are not open nothing is said of them."""
BESIDE = frozenset(
    {
        *(
            "sort_claims",
            "reassign",
            "recuse",
            "extend",
            "to_ordinary",
            "start_mediation",
            "agree_settlement",
        ),
        *("request_review", "request_recheck", "ask_to_withdraw", "withdraw", "keep_open"),
        *("raise_wall", "lift_wall", "reissue_code"),
        *(
            "add_material",
            "answer_correction",
            "hold_hearing",
            "escalate_dispute",
            "give_notice",
            "urgent_report",
            "supervise",
            "hand_in_report",
        ),
    }
)
"""Acts beside the way of a case; they come after those that bring it on."""


ASIDE = frozenset(
    {
        *("merge_duplicate", "tell_elsewhere", "route_out", "open_own_route", "accept_simple"),
        *("refuse_in_progress", "refuse_visit_level", "refuse_final", "file_again_same"),
    }
)
"""Ways out of the registry; the main button only where route or kind of the case lead there."""
ROUTED = {
    **dict.fromkeys(("31.1", "31.2", "31.3"), "route_out"),
    **dict.fromkeys(("31.4", "31.5"), "open_own_route"),
}


def fitting(case: Case, *, own: bool) -> str:
    """Return the event to which kind and route of a registered case lead, "" for the usual order."""
    if case.kind == Kind.REPORT:
        return "seal_as_report"
    if case.kind == Kind.SUGGESTION:
        return "answer_suggestion" if own else ""
    return ROUTED.get(case.subroute, "") if own else ""


def act_list(
    book: Rulebook, offers: Sequence[Offer], case: Case, organ: Organ
) -> tuple[list[dict[str, object]], list[dict[str, str]]]:
    """Return the acts offered as buttons with their consequence, and those refused with the reason.

    The first one is the main act; an organ that itself decides at the place of the matter is offered to accept first.
    """
    if not getattr(case, "has_walls", False):
        offers = [offer for offer in offers if offer.event != "lift_wall"]
    own = organ.level in OWN_LEVELS and case.place.path.startswith(organ.region.path)
    open_ = [offer for offer in offers if offer.allowed and offer.event in PAGES]
    fits = fitting(case, own=own)
    open_.sort(
        key=lambda offer: (
            offer.event in BESIDE,
            offer.event in BACKWARD,
            offer.event != fits,
            offer.event in ASIDE,
            own and offer.event == "refer_down",
        )
    )
    acts: list[dict[str, object]] = [
        {
            "label": words.event_label(book, offer.event),
            "href": reverse(PAGES[offer.event], args=[case.pk]),
            "hint": consequences.of(offer.event),
            "primary": place == 0 and offer.event not in BESIDE,
            "aside": place > 0 and offer.event in ASIDE,
        }
        for place, offer in enumerate(open_)
    ]
    refused = [
        {"label": words.event_label(book, offer.event), "reason": offer.reason, "article": ""}
        for offer in offers
        if not offer.allowed and offer.event in PAGES and offer.event not in QUIET
    ]
    return acts, refused


def timeline(opened: Opened, *, public: bool) -> list[dict[str, object]]:
    """Return the steps, newest first; the public view without officers' names, notes and inner steps."""
    book, case = opened.loaded.book, opened.case
    papers: dict[int, list[dict[str, str]]] = {}
    for paper in opened.papers:
        papers.setdefault(paper.step, []).append(paper_link(book, case, paper))
    return [_step(book, step, papers.get(step.seq, []), public=public) for step in reversed(opened.steps)]


def _step(book: Rulebook, step: Step, papers: list[dict[str, str]], *, public: bool) -> dict[str, object]:
    organ = step.organ.name if step.organ else ""
    rules = book.steps.get(step.event, ())
    rule = next((one for one in rules if one.id == step.rule), None)
    by_petitioner = step.role == "petitioner"
    officer = words.by_whom(organ, "" if public or not step.staff else step.staff.name)
    by = officer if not by_petitioner else _("信访人")
    if by_petitioner and officer:
        by = _("信访人（由%(officer)s录入）") % {"officer": officer}
    return {
        "title": title_of(book, step),
        "on": step.on,
        "by": by or _("系统"),
        "text": "" if public else step.note,
        "article": rule.basis if rule else "",
        "kind": "citizen" if by_petitioner else "organ",
        "papers": papers,
        "late": False,
    }


def title_of(book: Rulebook, step: Step) -> str:
    """Return the name of a step; a hearing is called first and held later."""
    if step.event == "hold_hearing" and step.facts.get("phase") == "notice":
        return _("发出听证通知")
    return words.event_label(book, step.event, step.rule)


def clock_rows(loaded: Loaded, *, on: date) -> list[dict[str, object]]:
    """Return every clock of the case: ring, state in words, and how its day was computed; running ones first."""
    running = sorted(loaded.running(), key=lambda one: (one.stopped_on is not None, one.deadline.legal))
    return [
        {
            "ring": words.clock_ring(loaded.book, one, on=on),
            "started_on": one.started_on,
            "stopped_on": one.stopped_on,
            "lines": [line.words(english=words.english()) for line in one.deadline.lines],
            "provisional": one.deadline.provisional,
        }
        for one in running
    ]


def paper_link(book: Rulebook, case: Case, paper: Paper) -> dict[str, str]:
    """Return name and address of a paper's PDF."""
    title = _("%(label)s %(number)s（PDF）") % {
        "label": words.paper_label(book, paper.kind),
        "number": paper.number,
    }
    return {"title": title, "href": reverse("desk:paper", args=[case.pk, paper.seq])}


def notice_rows(book: Rulebook, notices: Iterable[Notice]) -> list[dict[str, object]]:
    """Return the notices owed to the petitioner and those given."""
    return [
        {
            "key": words.paper_label(book, notice.kind),
            "value": notice.get_state_display(),
            "note": _("%(on)s 告知") % {"on": notice.told_at.astimezone(BEIJING).date().isoformat()}
            if notice.told_at
            else "",
        }
        for notice in notices
    ]


def look_rows(looks: Iterable[Look], case: Case, actor: Actor, *, purposes: bool) -> list[dict[str, object]]:
    """Return who looked, newest first: organ and roles, never a name; what, and why for those who read the case."""
    organs = {
        organ.pk: organ.name for organ in (case.holder, case.registrar, case.offered_to, actor.organ) if organ
    }
    return [
        {
            "at": timezone.localtime(look.at, BEIJING),
            "by": _("信访人本人")
            if look.organ_id is None
            else words.by_whom(organs.get(look.organ_id, _("其他机构")), roles_of(look.role)),
            "what": what_seen(look.what),
            "purpose": look.purpose if purposes else "",
        }
        for look in looks
    ]


def parties_of(opened: Opened, actor: Actor) -> list[dict[str, object]]:
    """Return the parties as pseudonyms with the fields that were given, and whether the officer may open them."""
    may = may_reveal(actor, opened.case)
    return [
        {
            "seq": person.seq,
            "name": person.name,
            "fields": [{"field": field, "label": field_label(field)} for field in person.given],
            "may_reveal": may and bool(person.given),
        }
        for person in opened.people
    ]


def field_label(field: str) -> str:
    """Return the name of an identity field."""
    return {
        "name": _("姓名"),
        "phone": _("电话"),
        "address": _("住址"),
        "email": _("电子邮箱"),
        "id_number": _("身份证件号码"),
    }.get(field, field)


def what_seen(what: str) -> str:
    """Return what a look was at, in words; of an identity also which field, never whose."""
    if what == SAME:
        return _("查找同一人的其他信访件")
    if what in MATCHES:
        return _("核对证件")
    if what.startswith("identity."):
        return _("查看身份信息：%(field)s") % {"field": field_label(what.partition(".")[2])}
    seen = {
        "case": _("查看信访件"),
        "progress": _("查看办理进度"),
        "preview": _("看材料预览"),
        "file": _("另存材料"),
        "original": _("另存原图"),
        "paper": _("打印文书"),
    }
    return seen.get(what.partition(".")[0], what)


def roles_of(text: str) -> str:
    """Return the posts kept with a look, in words."""
    return _("、").join(str(Role(part).label) for part in text.split("、") if part in Role.values)
