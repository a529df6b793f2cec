"""What each paper of a case says, checked before it is issued, and its printing. The rulebook lists the mandatory contents.

A paper never holds the petitioner's name: `SEALED_NAME` stands for it, and the vault opens the name when the paper
is printed, which is a look. The registration receipt is number D00 of every case and is made when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import override

from lianxin.cases.history import BEIJING
from lianxin.cases.models import Case, Channel, Claim, Kind, Paper
from lianxin.cases.services.acts import Loaded, Moment
from lianxin.cases.services.claims import goes_elsewhere, route_words
from lianxin.ledger import evidence
from lianxin.ledger.chain import Reader, record_look
from lianxin.organs.models import Organ
from lianxin.organs.selectors import reviewing_organs
from lianxin.papers import MissingGlyph, PaperContent, check, cited, from_rule, missing_glyphs, render_apart
from lianxin.petitioners import rights, vault
from lianxin.procedure.book import Rulebook
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.routing import review_organs

SEALED_NAME = "〔信访人姓名〕"
UNNAMED = "信访人"
RECEIPT_WORDS = 400
SEALED_REPORT = "检举控告事项（内容密封）"
PROVISIONAL = (
    "上述最后一日所在年份的放假安排尚未公布，日期暂按周末计算；公布后如有变动，对您的期限只会顺延、不会缩短。"
)
SEAL = "（印章）"
HOW_TO_REVIEW = "可以在网上信访平台、到接待场所或者邮寄书面申请提出，并附本意见书。"
YOUR_RIGHTS = (
    "您可以随时查询进展、补充材料，可以陈述事实和理由，也可以要求当面说明。办理本事项的人员与您或者本事项有直接利害"
    "关系的，您可以要求其回避。被反映的单位和个人无权查看您的身份信息；谁查看过您的信息，您可以在网上查询。"
)


ACCEPTING = frozenset({"accept", "accept_simple"})
FILLED = frozenset(
    {
        *("number", "date", "organ", "seal", "contact", "item_no", "petitioner", "applicant"),
        *("matter", "summary", "sender", "received_on", "channel"),
        *("remedy", "remedy_organs", "remedy_last_day"),
    }
)
"""Contents `letter` fills in from the case; the act gives the rest."""
HOW_TO_OBJECT = "对本告知有不同意见的，可以当面或者书面向下列机关反映，请带上本告知书。"
ANY_TIME = "随时可以提出"
STILL_OPEN = (
    "您仍然可以查询、评价和下载文书；承诺的事项没有落实的，可以向本机关或者上级机关反映；有新的事实和理由的，可以作为新的"
    "信访事项提出；因正当理由没有赶上期限的，可以说明理由，由有权机关决定。"
)


def paper_number(case: Case, count: int, suffix: str = "D") -> str:
    """Return the number of the case's `count`th paper: the item number and D01, D02, …; F and H in review and re-check."""
    return f"{case.number}-{suffix}{count:02d}"


def letter(
    loaded: Loaded,
    kind: str,
    *,
    organ: Organ,
    on: date,
    given: Mapping[str, object],
    place: int = 1,
    title: str | None = None,
) -> PaperContent:
    """Return a paper of any kind of the rulebook, checked: `given` are the contents only the act knows.

    What is in `FILLED` is taken from the case unless given; `place` counts the papers of one act from 1; `title` is
    the rulebook's name of the paper unless given.
    Raises IncompletePaper, MissingGlyph.
    """
    case, rule = loaded.case, loaded.book.papers[kind]
    known: dict[str, object] = {
        "petitioner": _person(case)["petitioner"],
        "applicant": _person(case)["petitioner"],
        "matter": case.summary,
        "summary": case.summary,
        "sender": organ.name,
        "received_on": case.received_on.isoformat(),
        "channel": _channel(case),
        "remedy": HOW_TO_OBJECT,
        "remedy_last_day": ANY_TIME,
    }
    wanted = {content.key for content in rule.contents}
    if "remedy_organs" in wanted and "remedy_organs" not in given:
        known["remedy_organs"] = [above.name for above in _above(loaded.book, organ, on)]
    fields = {
        **_common(case, organ, on),
        "number": paper_number(case, case.papers + place, rule.suffix),
        **{key: value for key, value in known.items() if key in wanted},
        **{key: value for key, value in given.items() if value not in (None, "", [])},
    }
    return _checked(loaded.book, from_rule(rule, fields, title=title), case)


def registration_receipt(case: Case, *, text: str, book: Rulebook, code: str = "") -> PaperContent:
    """Return the receipt (登记回执) of a case, with its place in the log; the query code only where it is passed in, it is
    kept nowhere.
    """
    due = deadline(book, "REG_NOTICE", case.received_on, calendar=load_calendar())
    if case.kind == Kind.REPORT:
        text = SEALED_REPORT
    summary = _printable(text if len(text) <= RECEIPT_WORDS else text[:RECEIPT_WORDS] + "……")
    fields: dict[str, object] = {
        **_common(case, case.registrar, _issued_on(case)),
        "number": paper_number(case, 0),
        "received_at": _received(case),
        "channel": _channel(case),
        "summary": summary,
        "promised_notice_on": due.legal.isoformat(),
        "follow": _follow(),
    }
    if code:
        fields["query_code"] = code
    fields |= _standing(case)
    fields["basis"] = cited(book.papers["receipt"].basis)
    return PaperContent("receipt", fields)


def acceptance_notice(loaded: Loaded, *, organ: Organ, on: date, clock: str = "HANDLE") -> PaperContent:
    """Return the acceptance notice (受理告知书) with the last day of `clock`, checked. Raises IncompletePaper, MissingGlyph."""
    case = loaded.case
    due = deadline(loaded.book, clock, on, calendar=load_calendar())
    fields = {
        **_common(case, organ, on),
        **_person(case),
        "number": paper_number(case, case.papers + 1),
        "matter": case.summary,
        "handling_organ": organ.name,
        "accepted_on": on.isoformat(),
        "last_day": due.legal.isoformat(),
        "right_to_be_heard": YOUR_RIGHTS + (PROVISIONAL if due.provisional else ""),
        "query_code": f"凭信访事项编号和登记时领取的查询码，可以在{_follow()['address']}查询办理进展。",
        "received_on": case.received_on.isoformat(),
        "channel": _channel(case),
    }
    fields["basis"] = cited(loaded.book.papers["acceptance_notice"].basis)
    return _checked(loaded.book, PaperContent("acceptance_notice", fields), case)


def opinion(loaded: Loaded, *, organ: Organ, on: date, claims: Sequence[Claim]) -> PaperContent:
    """Return the opinion (处理意见书), claim by claim, with the way to review, checked. Raises as above."""
    case = loaded.case
    organs = [above.name for above in _above(loaded.book, organ, on)]
    fields = {
        **_common(case, organ, on),
        **_person(case),
        "number": paper_number(case, case.papers + 1),
        "claims": [claim_part(loaded.book, claim) for claim in claims],
        "remedy": HOW_TO_REVIEW,
        "remedy_organs": organs,
        "remedy_last_day": f"自收到本意见书之日起{loaded.book.clocks['REVIEW_WIN'].length}日内",
        "received_on": case.received_on.isoformat(),
        "channel": _channel(case),
        "accepted_on": max((act.on for act in loaded.acts if act.event in ACCEPTING), default=on).isoformat(),
    }
    fields["basis"] = cited(loaded.book.papers["opinion"].basis)
    return _checked(loaded.book, PaperContent("opinion", fields), case)


def proof_of_service(
    loaded: Loaded, *, organ: Organ, on: date, service: Mapping[str, object]
) -> PaperContent:
    """Return the proof of service (送达回证) of the case's opinion, checked. Raises as above."""
    case = loaded.case
    served = Paper.objects.filter(case_id=case.pk, kind="opinion").order_by("-seq").first()
    fields: dict[str, object] = {
        **_common(case, organ, on),
        **_person(case),
        "number": paper_number(case, case.papers + 1),
        "document": {"title": "信访事项处理意见书", "number": served.number if served else ""},
        "method": service["method"],
        "served_at": str(service["served_on"]),
        "proof": service["proof"],
    }
    if service["refused"]:
        fields["refusal_note"] = f"收件人拒绝签收，见证人：{service['witness']}"
    else:
        fields["receiver"] = service["receiver"] or fields["petitioner"]
    fields["basis"] = cited(loaded.book.papers["proof_of_service"].basis)
    return _checked(loaded.book, PaperContent("proof_of_service", fields), case)


def closing_notice(loaded: Loaded, *, why: str, when: Moment) -> PaperContent:
    """Return the notice that a case is closed (办结告知), with what stays possible, checked. Raises as above."""
    given = {
        "what_happened": f"您提出的信访事项（编号{loaded.case.number}）已于{when.on.isoformat()}办结。",
        "why": why,
        "what_stays_possible": STILL_OPEN,
    }
    return letter(loaded, "closing_notice", organ=loaded.case.holder, on=when.on, given=given)


def print_paper(paper: Paper, *, reader: Reader, purpose: str, at: datetime, named: bool = True) -> bytes:
    """Return the PDF of an issued paper, the look recorded; same bytes each time.

    The name is opened for it where there is one; with `named` false its stand-in is printed.
    """
    content = PaperContent(paper.kind, paper.content)
    if not named or SEALED_NAME not in str(paper.content):
        record_look(case_id=paper.case_id, what=f"paper.{paper.kind}", purpose=purpose, reader=reader, at=at)
    else:
        step = paper.step
        name = rights.reveal_as_of(
            case_id=paper.case_id, field="name", step=step, purpose=purpose, reader=reader, at=at
        )
        content = PaperContent(paper.kind, _named(paper.content, name or UNNAMED))
    return render_apart(content, issued_at=paper.issued_at)


def print_receipt(case: Case, *, text: str, book: Rulebook, code: str, variant: str = "a4") -> bytes:
    """Return the PDF of the registration receipt, A4 or 58 mm ("narrow"). Raises IncompletePaper, MissingGlyph.

    Without `code` it is a copy: the paper says that the code was handed over at registration and is kept nowhere.
    """
    content = registration_receipt(case, text=text, book=book, code=code)
    rule = book.papers[content.kind]
    if not code:
        rule = replace(rule, contents=tuple(part for part in rule.contents if part.key != "query_code"))
    check(rule, content)
    return render_apart(content, variant=variant, issued_at=case.received_at)


def _above(book: Rulebook, organ: Organ, on: date) -> Sequence[Organ]:
    return reviewing_organs(organ, review_organs(book, organ.rank), on=on)


def _printable(text: str) -> str:
    """Return the petitioner's words with □ for what no font has (emoji): nobody goes without a receipt for that."""
    for char in missing_glyphs(text, "body"):
        text = text.replace(char, "□")
    return text


def _checked(book: Rulebook, content: PaperContent, case: Case) -> PaperContent:
    """Return the content if nothing mandatory is missing and every character can be printed, the sealed name included."""
    check(book.papers[content.kind], content)
    if SEALED_NAME in str(content.fields):
        missing = vault.examine(
            case_id=case.pk, seq=1, field="name", test=lambda name: missing_glyphs(name, "body")
        )
        if missing:
            label = book.papers[content.kind].label
            raise MissingGlyph(label, tuple((char, ("信访人姓名",)) for char in missing))
    return content


def _common(case: Case, organ: Organ, on: date) -> dict[str, object]:
    contact = {"phone": organ.phone, "address": organ.address, "hours": organ.hours}
    return {
        "organ": organ.name,
        "date": on.isoformat(),
        "item_no": case.number,
        "seal": SEAL,
        "contact": {key: value for key, value in contact.items() if value},
    }


def _person(case: Case) -> dict[str, object]:
    return {"petitioner": UNNAMED if case.anonymous else SEALED_NAME}


def _issued_on(case: Case) -> date:
    """Return the day a receipt was given: at once online, with the registration otherwise."""
    if case.channel == Channel.ONLINE or case.registered_at is None:
        return case.received_on
    return case.registered_at.astimezone(BEIJING).date()


def _received(case: Case) -> str:
    """Return when an item came in, in Beijing time: to the minute online, the day alone for what came in otherwise."""
    if case.channel == Channel.ONLINE:
        return case.received_at.astimezone(BEIJING).isoformat()
    return case.received_on.isoformat()


def claim_part(book: Rulebook, claim: Claim) -> dict[str, object]:
    """Return what an opinion prints of one claim; one that goes another way by law is told so, not decided (Art 31)."""
    if goes_elsewhere(claim):
        return {
            "text": claim.text,
            "facts": f"该项请求依法应当通过“{route_words(book, claim.subroute)}”处理。",
            "outcome": "elsewhere",
            "decision": claim.decision,
            "basis": claim.basis,
        }
    fields: dict[str, object] = {
        "text": claim.text,
        "facts": claim.facts,
        "outcome": claim.outcome,
        "decision": claim.decision,
        "basis": claim.basis,
    }
    if claim.promise and claim.promise_on:
        fields |= {"promise": claim.promise, "promise_on": claim.promise_on.isoformat()}
    return fields


def _standing(case: Case) -> dict[str, object]:
    """Return what the receipt says of the log: the leaf of the first act, and where it stands once a checkpoint holds it."""
    found = evidence.standing(case.pk)
    if found is None:
        return {}
    if found.position is None:
        return {"leaf": found.leaf}
    return {
        "leaf": found.leaf,
        "logged": {"position": found.position, "size": found.size, "root": found.root},
    }


def _channel(case: Case) -> str:
    """Return the channel in Chinese, whatever language the officer reads: papers are in the source language."""
    with override("zh-hans"):
        return str(Channel(case.channel).label)


def _follow() -> dict[str, str]:
    return {"address": f"{settings.PUBLIC_URL.rstrip('/')}/follow/"}


def _named(value: object, name: str) -> Mapping[str, object]:
    """Return paper fields with the name in the place of its stand-in."""

    def put(part: object) -> object:
        if isinstance(part, str):
            return part.replace(SEALED_NAME, name)
        if isinstance(part, Mapping):
            return {key: put(inner) for key, inner in part.items()}
        return [put(inner) for inner in part] if isinstance(part, list) else part

    named = put(value)
    return named if isinstance(named, Mapping) else {}
