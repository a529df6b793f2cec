"""The only place that turns an opened case into what its page prints: claims, timeline, clocks, papers, notices, looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases import selectors
from lianxin.cases.history import Loaded
from lianxin.cases.models import Case, Claim, Notice, Paper, Step
from lianxin.cases.policies import may_reveal
from lianxin.cases.selectors import Opened
from lianxin.ledger.models import Look
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganLevel, Role
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
}
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
        "claims": [claim.text for claim in opened.claims],
    }


def claim_cards(claims: Iterable[Claim]) -> list[dict[str, object]]:
    """Return the claims as cards: facts, article, answer, promise."""
    return [
        {
            "number": claim.seq,
            "title": claim.text,
            "facts": claim.facts or _("尚未查明"),
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


def act_list(
    book: Rulebook, offers: Sequence[Offer], case: Case, organ: Organ
) -> tuple[list[dict[str, object]], list[dict[str, str]]]:
    """Return the acts offered as buttons with their consequence, and those refused with the reason.

    The first one is the main act; an organ that itself decides at the place of the matter is offered to accept first.
    """
    own = organ.level in OWN_LEVELS and case.place.path.startswith(organ.region.path)
    open_ = [offer for offer in offers if offer.allowed and offer.event in PAGES]
    open_.sort(key=lambda offer: (offer.event in BACKWARD, own and offer.event == "refer_down"))
    acts: list[dict[str, object]] = [
        {
            "label": words.event_label(book, offer.event),
            "href": reverse(PAGES[offer.event], args=[case.pk]),
            "hint": consequences.of(offer.event),
            "primary": place == 0,
        }
        for place, offer in enumerate(open_)
    ]
    refused = [
        {"label": words.event_label(book, offer.event), "reason": offer.reason, "article": ""}
        for offer in offers
        if not offer.allowed and offer.event in PAGES
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
    by = (
        _("信访人")
        if by_petitioner
        else words.by_whom(organ, "" if public or not step.staff else step.staff.name)
    )
    return {
        "title": words.event_label(book, step.event, step.rule),
        "on": step.on,
        "by": by or _("系统"),
        "text": "" if public else step.note,
        "article": rule.basis if rule else "",
        "kind": "citizen" if by_petitioner else "organ",
        "papers": papers,
        "late": False,
    }


def clock_rows(loaded: Loaded, *, on: date) -> list[dict[str, object]]:
    """Return every clock of the case: ring, state in words, and how its day was computed; running ones first."""
    running = sorted(loaded.running(), key=lambda one: (one.stopped_on is not None, one.deadline.legal))
    return [
        {
            "ring": words.clock_ring(loaded.book, one, on=on),
            "started_on": one.started_on,
            "stopped_on": one.stopped_on,
            "lines": [line.text for line in one.deadline.lines],
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
            else words.by_whom(organs.get(look.organ_id, _("其他机构")), _roles(look.role)),
            "what": _what(look.what),
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


def _what(what: str) -> str:
    if what.startswith("identity."):
        return _("查看身份信息：%(field)s") % {"field": field_label(what.partition(".")[2])}
    return {"case": _("查看信访件"), "progress": _("查看办理进度")}.get(what, what)


def _roles(text: str) -> str:
    labels = {role.value: str(role.label) for role in Role}
    return _("、").join(labels[part] for part in text.split("、") if part in labels)
