"""How an item comes in: filed online by the petitioner, recorded at a desk, or taken over from another system.

Every item is registered; nothing is refused for its level, its author or its number (Art 17, 22, 23, 44(1)).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction

from lianxin.cases import numbers
from lianxin.cases.history import leading
from lianxin.cases.models import (
    Case,
    CaseNumber,
    CaseText,
    Claim,
    ImportedRow,
    Kind,
    QueryCode,
    Step,
    WorkItem,
)
from lianxin.cases.policies import check_may
from lianxin.cases.services import attaching, walls
from lianxin.cases.services.acts import (
    PETITIONER,
    Loaded,
    Moment,
    Request,
    Writing,
    act_of,
    entry_of,
    perform,
    place_work,
    step_row,
    write_owed,
)
from lianxin.cases.services.naming import named_in, typed_in
from lianxin.cases.services.petitions import BadPetition, Filed, Origin, Petition
from lianxin.cases.texts import normalised, one_line, tidied
from lianxin.ledger import chain, face
from lianxin.ledger.models import Entry
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Region
from lianxin.organs.selectors import report_desk
from lianxin.petitioners import vault
from lianxin.procedure.book import Rulebook, book_for
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import clocks
from lianxin.procedure.engine import Act, Decision, Snapshot, decide

__all__ = [
    "BODY_LIMIT",
    "ORAL",
    "BadPetition",
    "Filed",
    "Origin",
    "Petition",
    "file",
    "record",
    "register",
    "take_over",
]

BODY_LIMIT = 20_000
SUMMARY_LIMIT = 120
NAMED = "摘要会出现在列表和文书上，里面有{what}。请删去再登记。"
NOTED = "备注里有信访人的{what}。请删去再登记。"
FIRST_DAY = date(2005, 5, 1)
"""No regulation in the rulebooks is older."""
ORAL = frozenset({"visit", "call"})


def file(
    petition: Petition,
    *,
    case_id: int,
    when: Moment,
    book: Rulebook | None = None,
    keep: Callable[[Filed], None] | None = None,
) -> Filed:
    """Return the item a petitioner has submitted, in state `received` with its number and code.

    `case_id` is the id of the draft: a second submission of one draft raises IntegrityError and writes nothing.
    `keep` is given the item inside its transaction: the place to keep the receipt for a lost answer.
    A report goes to the nearest organ upward that has a report desk, so that none lies unseen (Art 30); what an organ must
    not know of goes to the nearest one above it that may (`petition.avoid`). Raises BadPetition.
    """
    if petition.kind == Kind.REPORT:
        petition = replace(petition, organ=report_desk(petition.organ, on=when.on) or petition.organ)
    petition = replace(petition, organ=_in_front(petition, when))
    events = [("submit", PETITIONER, None)]
    return _open(petition, case_id=case_id, events=events, when=when, book=book, keep=keep)


def record(
    petition: Petition,
    *,
    case_id: int,
    actor: Actor,
    when: Moment,
    note: str = "",
    keep: Callable[[Filed], None] | None = None,
) -> Filed:
    """Return the item an officer has taken in from a letter, a visit, a call or a fax, and registered.

    Oral statements must have been read back (Art 19(1)). Where the organ must not know of the item, it has registered it
    and another one has it. `keep` is given the item inside its transaction.
    Raises BadPetition and Refused.
    """
    events = [("record_offline", "window", actor), ("register", "window", actor)]
    return _open(petition, case_id=case_id, events=events, when=when, note=note, keep=keep)


def take_over(petition: Petition, *, case_id: int, actor: Actor, when: Moment) -> Filed:
    """Return an item taken over from another system, with its own number and day, registered here. No code is made."""
    events = [("record_offline", "window", actor), ("register", "window", actor)]
    return _open(petition, case_id=case_id, events=events, when=when, with_code=False)


def register(
    loaded: Loaded,
    *,
    actor: Actor,
    key: str,
    when: Moment,
    kind: str,
    category: str,
    subroute: str,
    summary: str,
    place: Region | None = None,
    simple: bool = False,
) -> Case:
    """Return the received item as registered: the officer has confirmed kind, category, route, place and a summary
    without identity. With `simple` the simple procedure is meant: the three working days to accept begin with the receipt.
    Raises Refused, Stale.
    """
    check_may(actor, loaded.case, "register")
    summary = one_line(summary)
    if not summary:
        raise BadPetition(
            "请填写摘要：一句话说明反映的问题，不写姓名、电话等身份信息。", article="信访工作条例 第二十三条"
        )
    if found := named_in(loaded.case, summary):
        raise BadPetition(NAMED.format(what=found), article="信访工作条例 第二十三条")
    changes: dict[str, object] = {
        "kind": kind,
        "category": category,
        "subroute": subroute,
        "summary": summary[:SUMMARY_LIMIT],
        "registered_at": when.at,
    }
    keep = None
    if place is not None and place.pk != loaded.case.place_id:
        changes["place"] = place

        def keep(seq: int) -> None:
            WorkItem.objects.filter(organ_id=loaded.case.holder_id, case_id=loaded.case.pk).update(
                place_name=place.full_name[-60:]
            )

    case = loaded.case
    before = {"kind": case.kind, "category": case.category, "subroute": case.subroute, "place": case.place_id}
    parts: dict[str, object] = {
        "kind": kind,
        "category": category,
        "subroute": subroute,
        "text": True,
        "summary": summary[:SUMMARY_LIMIT],
        "place": place.pk if place else case.place_id,
        "before": before,
    }
    if simple and kind == Kind.CLAIM:
        parts |= {"procedure": "simple", "received_on": case.received_on.isoformat()}
    request = Request("register", key, parts, role="window" if actor.has("window") else "intake")
    return perform(loaded, request, actor=actor, when=when, writing=Writing(changes, also=keep))


def _open(
    petition: Petition,
    *,
    case_id: int,
    events: Sequence[tuple[str, str, Actor | None]],
    when: Moment,
    note: str = "",
    book: Rulebook | None = None,
    with_code: bool = True,
    keep: Callable[[Filed], None] | None = None,
) -> Filed:
    """Write a new item with its first steps in one transaction."""
    check(petition, when)
    if found := typed_in(note, petition.identity, petition.helper):
        raise BadPetition(NOTED.format(what=found), article="信访工作条例 第四十六条第（五）项")
    book = book or book_for(petition.received_on)
    region_code = petition.organ.region.code[:6]
    count = numbers.counter.next(region_code, when.on, block=numbers.BLOCK if with_code else 500)
    case = _case_row(petition, case_id=case_id, book=book, when=when, count=count)
    case.holder = _in_front(petition, when)
    if petition.avoid:
        events = [*events, ("raise_wall", PETITIONER, None)]
    opening = _opening(petition, case, events, book=book, when=when, note=note)
    entries = []
    for step, _ in opening:
        entries.append(entry_of(step, case.head))
        case.head = entries[-1].hash
    running = clocks(book, [act_of(step) for step, _ in opening], calendar=load_calendar())
    code = numbers.new_code() if with_code else ""
    face.name(case.pk)
    with face.raising(case.pk), transaction.atomic():
        case.save(force_insert=True)
        _write_content(petition, case)
        attaching.write_rows(case.pk, petition.files, step=1, first=1, when=when)
        Step.objects.bulk_create(step for step, _ in opening)
        Entry.objects.bulk_create(entries)
        for step, decision in opening:
            write_owed(case, step, decision, ())
        place_work(case, before={}, running=leading(running))
        CaseNumber.objects.create(number=case.number, case_id=case.pk)
        if code:
            QueryCode.objects.create(
                number=case.number, code_hash=numbers.code_hash(case.number, code), issued_at=when.at
            )
        if petition.origin:
            ImportedRow.objects.create(
                source=petition.origin.system,
                row_key=petition.origin.row_key,
                case_id=case.pk,
                imported_at=when.at,
            )
        filed = Filed(case, code)
        if keep:
            keep(filed)
    return filed


def check(petition: Petition, when: Moment) -> None:
    """Raise BadPetition for what a person can mend; writes nothing."""
    problems = []
    body = normalised(petition.body)
    if not body:
        problems.append("请写明反映的事情，不能为空。")
    if len(body) > BODY_LIMIT:
        problems.append(f"正文有 {len(body)} 字，最多 {BODY_LIMIT} 字。请分成几部分，其余作为补充材料提交。")
    if petition.received_on > when.on:
        problems.append(f"收到日期 {petition.received_on} 晚于今天 {when.on}，请核对。")
    if petition.received_on < FIRST_DAY:
        problems.append(f"收到日期 {petition.received_on} 早于 2005 年 5 月 1 日，没有可适用的规则，请核对。")
    if len(one_line(petition.summary)) > SUMMARY_LIMIT:
        problems.append(f"摘要有 {len(one_line(petition.summary))} 字，最多 {SUMMARY_LIMIT} 字，请写短一些。")
    if found := typed_in(petition.summary, petition.identity, petition.helper):
        problems.append(NAMED.format(what=f"信访人的{found}"))
    if any("\ud800" <= c <= "\udfff" for c in petition.body + petition.ask + petition.summary):
        problems.append("文字里有残缺的字符（半个代理对），无法保存，请改正这个字。")
    if petition.people < 1:
        problems.append("信访人数至少为 1。")
    if problems:
        raise BadPetition("".join(problems), article="信访工作条例 第十九条")


def _case_row(petition: Petition, *, case_id: int, book: Rulebook, when: Moment, count: int) -> Case:
    number = numbers.item_number(
        region_code=petition.organ.region.code, channel=petition.channel, day=when.on, count=count
    )
    origin, online = petition.origin, petition.channel == "online" and petition.origin is None
    return Case(
        id=case_id,
        number=number,
        channel=petition.channel,
        kind=petition.kind,
        category=petition.category,
        subroute=petition.subroute,
        place=petition.place,
        summary=one_line(petition.summary),
        state="draft" if online else "-",
        received_on=petition.received_on,
        received_at=petition.received_at,
        registrar=petition.organ,
        holder=petition.organ,
        rulebook=book.id,
        anonymous=not any(petition.identity.values()),
        people=petition.people,
        source_system=origin.system if origin else "",
        source_number=origin.number if origin else "",
    )


def _in_front(petition: Petition, when: Moment) -> Organ:
    """Return the organ that has a new item: the one it was given to, or the nearest above that may know of it."""
    return walls.first_holder(petition.organ, petition.avoid, kind=petition.kind, on=when.on)


def _opening(
    petition: Petition,
    case: Case,
    events: Sequence[tuple[str, str, Actor | None]],
    *,
    book: Rulebook,
    when: Moment,
    note: str,
) -> list[tuple[Step, Decision]]:
    """Return the first steps of a new item, unsaved, and bring `case` to the state they lead to."""
    calendar = load_calendar()
    parts = {
        "text": True,
        "oral": petition.channel in ORAL,
        "read_back": petition.read_back,
        "taken_over": petition.taken_over,
        "kind": petition.kind,
        "category": petition.category,
        "channel": petition.channel,
    }
    acts: tuple[Act, ...] = ()
    opening: list[tuple[Step, Decision]] = []
    for event, role, actor in events:
        on = when.on if acts else petition.received_on
        snapshot = Snapshot(
            state=case.state,
            received_on=case.received_on,
            channel=case.channel,
            kind=case.kind,
            subroute=case.subroute or None,
            acts=acts,
            organ=str(petition.organ.pk),
        )
        stated = petition.avoid.facts() if event == "raise_wall" else parts
        decision = decide(
            book, snapshot, event, roles=frozenset({role}), on=on, parts=stated, calendar=calendar
        )
        request = Request(event, f"open.{event}", stated, note=note if not acts else "", role=role)
        step = step_row(case, decision, request, actor=actor, when=Moment(on, when.at))
        acts = (*acts, Act(event, decision.state, on, str(petition.organ.pk), stated))
        case.state, case.steps = decision.state, step.seq
        if not opening:
            step.facts["content"] = content_digest(*_texts(petition))
            step.facts |= attaching.facts(petition.files)
        opening.append((step, decision))
    if case.state != "received":
        case.registered_at = when.at
    return opening


def _write_content(petition: Petition, case: Case) -> None:
    """Write text and claims, and seal the people into the vault."""
    body, ask, claims = _texts(petition)
    CaseText.objects.create(
        case=case,
        body=body,
        ask=ask,
        original=petition.body,
        read_back=petition.read_back,
    )
    Claim.objects.bulk_create(
        Claim(case_id=case.pk, seq=i, text=text) for i, text in enumerate(claims, start=1)
    )
    for seq, (role, identity) in enumerate(
        (("petitioner", petition.identity), ("helper", petition.helper)), start=1
    ):
        if role == "petitioner" or any(identity.values()):
            vault.enrol(
                case_id=case.pk, seq=seq, role=role, identity=tidied(identity), organ_id=case.holder_id
            )
    if petition.avoid:
        walls.write_rows(case.pk, petition.avoid, step=case.steps, sealed_to=case.holder_id)


def content_digest(body: str, ask: str, claims: Sequence[str]) -> str:
    """Return the digest of what was asked, in its stored form: the first step's facts hold it, so the ledger covers it."""
    return chain.digest(chain.canonical([body, ask, list(claims)]))


def _texts(petition: Petition) -> tuple[str, str, list[str]]:
    """Return body, request and claims in their stored form; without claims, the first words of the request are one."""
    claims = [one_line(text)[:500] for text in petition.claims if one_line(text)] or [_first_words(petition)]
    return normalised(petition.body), normalised(petition.ask), claims


def _first_words(petition: Petition) -> str:
    return (one_line(petition.ask) or one_line(petition.body))[:500]
