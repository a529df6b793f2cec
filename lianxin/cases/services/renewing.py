"""A new query code for a lost one (补发查询码): in person at a window, with a document that agrees with the sealed identity,
by two officers of one organ. The old code dies with the step that makes the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from lianxin.cases import numbers
from lianxin.cases.models import Case, CodeRenewal, QueryCode, State
from lianxin.cases.policies import SECONDS, WINDOWS, NotYours, check_may, may_renew_code
from lianxin.cases.services import alarming, consents, papers
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.texts import one_line, plain_code
from lianxin.ledger.chain import record_look
from lianxin.ledger.models import Look
from lianxin.organs.actors import Actor
from lianxin.organs.chains import same_person
from lianxin.papers import PaperContent
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第二十一条"
EVENT = "reissue_code"
AGREED = "code.agreed"
DOCUMENTS = {"id_card": "居民身份证", "household": "户口簿", "passport": "护照", "other": "其他有照片的证件"}
PROVING = ("name", "id_number")
"""What of the identity a document can agree with; all of it that was given has to."""
MATCH = "identity.match"
"""What is recorded of a comparison; by its name `reading` counts it among the identities an officer opens on a day."""
TRIES, WITHIN = 5, timedelta(hours=24)
PURPOSE = "核对证件，补发查询码"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person at the window has shown: which document, and the name and number on it."""

    document: str
    name: str
    id_number: str


def ask(case: Case, shown: Shown, *, actor: Actor, key: str, when: Moment) -> CodeRenewal:
    """Return the request, recorded, once the document agrees with the identity that is sealed; nothing of it is shown.

    Each comparison is a look the petitioner sees, five within a day at most. A repeated key finds the first request.
    Raises NotYours, GuardFailed for a document that does not agree and a case without a name, LogDown.
    """
    if not may_renew_code(actor, case):
        raise NotYours("补发查询码由登记或者办理这一件的机构的窗口办理", article=ARTICLE)
    if shown.document not in DOCUMENTS:
        raise GuardFailed("请选择核对的证件", article=ARTICLE)
    renewal = CodeRenewal(
        case_id=case.pk,
        number=case.number,
        kind=case.kind,
        organ=actor.organ,
        staff=actor.staff,
        role=_role(actor, WINDOWS),
        asked_at=when.at,
        document=shown.document,
        key=key,
    )
    if (twin := consents.first(renewal)) is not None:
        return twin
    renewal.checked = _compared(case, shown, actor=actor, when=when)
    facts = {"role": renewal.role, "document": renewal.document, "checked": renewal.checked}
    return consents.write(renewal, kind="code.asked", facts=facts)


def decide(
    renewal: CodeRenewal, case: Case, *, actor: Actor, agrees: bool, remark: str, when: Moment
) -> CodeRenewal:
    """Return the request as a second officer of the organ has decided it, who has seen person and document too.

    Raises NotYours for the same person, another organ or post; GuardFailed where nothing waits any more; LogDown, Stale.
    """
    hidden = case.kind == "report" and not actor.has("report_desk")
    if actor.organ.pk != renewal.organ_id or not actor.has(*SECONDS) or hidden:
        raise NotYours("这份申请不由您决定", article=ARTICLE)
    if same_person(actor.staff, renewal.staff):
        raise NotYours("申请和同意不能是同一个人", article=ARTICLE, instead="请另一位同事当面核对后同意。")
    if not renewal.waits(when.at):
        raise GuardFailed("这份申请已经有了决定，或者超过时间失效了", article=ARTICLE)
    consents.check_log(when.at)
    return consents.move(
        renewal,
        State.AGREED if agrees else State.REFUSED,
        kind=AGREED if agrees else "code.refused",
        organ_id=actor.organ.pk,
        staff_id=actor.staff.pk,
        at=when.at,
        facts=_consent(renewal),
        decided_by=actor.staff,
        decided_role=_role(actor, SECONDS),
        decided_at=when.at,
        remark=one_line(remark)[: consents.REMARK_LIMIT],
    )


def issue(
    renewal: CodeRenewal, loaded: Loaded, *, actor: Actor, when: Moment, keep: Callable[[str], None]
) -> Case:
    """Return the case with a new query code, which `keep` is given inside the transaction; the old one is dead from then on.

    The step (U16) owes a letter to the contact the petitioner gave. Only who asked may, within half an hour of the consent.
    Raises NotYours, GuardFailed for a request that is not open, MissingGlyph, LogDown where the consent stands in no ledger
    or the log does not stand, Stale.
    """
    case = loaded.case
    check_may(actor, case, EVENT)
    if (renewal.staff_id, renewal.organ_id) != (actor.staff.pk, actor.organ.pk):
        raise NotYours("新的查询码由提出补发的窗口人员交给信访人", article=ARTICLE)
    if not renewal.is_open(when.at):
        raise GuardFailed(
            "还没有同事同意，或者超过时间失效了", article=ARTICLE, instead="请重新核对后再申请。"
        )
    consents.check_log(when.at)
    if not consents.is_recorded(renewal, AGREED, organ_id=renewal.organ_id, facts=_consent(renewal)):
        raise consents.down()
    code = numbers.new_code()
    parts: dict[str, object] = {
        "renewal": renewal.seq,
        "checked": renewal.checked,
        "identity_checked": bool(renewal.checked),
        "second": renewal.decided_by_id,
        "second_agrees": renewal.decided_by_id is not None,
    }

    def told() -> list[PaperContent]:
        given = _told(actor.organ.name, when)
        return [papers.letter(loaded, "code_notice", organ=actor.organ, on=when.on, given=given)]

    def renew(step: int) -> None:
        consents.move(
            renewal,
            State.ENDED,
            kind="code.reissued",
            organ_id=actor.organ.pk,
            staff_id=actor.staff.pk,
            at=when.at,
            facts={"step": step, "second": renewal.decided_by_id},
            ended_at=when.at,
        )
        fresh = {
            "code_hash": numbers.code_hash(case.number, code),
            "issued_at": when.at,
            "dead_at": None,
        }
        QueryCode.objects.update_or_create(number=case.number, defaults=fresh)
        keep(code)

    request = Request(EVENT, f"code.{renewal.seq}", parts, role=_role(actor, WINDOWS))
    return perform(loaded, request, actor=actor, when=when, writing=Writing(papers=told, also=renew))


def settle(*, when: Moment) -> int:
    """Write down which requests have lapsed, and return how many. For the sweep; may be stopped and run twice."""
    over = when.at - CodeRenewal.LASTS
    waiting = CodeRenewal.objects.filter(state=State.ASKED, asked_at__lte=over)
    agreed = CodeRenewal.objects.filter(state=State.AGREED, decided_at__lte=over)
    rows = [*waiting.order_by("case_id", "seq"), *agreed.order_by("case_id", "seq")]
    return consents.lapse(rows, word="code", at=when.at)


def _compared(case: Case, shown: Shown, *, actor: Actor, when: Moment) -> list[str]:
    """Return which fields of one party the document agrees with. Raises GuardFailed unless all it can agree with do."""
    tried = Look.objects.filter(case_id=case.pk, what=MATCH, at__gt=when.at - WITHIN)
    if tried.count() >= TRIES:
        raise _too_often()
    look = record_look(case_id=case.pk, what=MATCH, purpose=PURPOSE, reader=actor.reader(), at=when.at)
    alarming.alarm(actor.staff.pk, when=when)
    if tried.filter(seq__lte=look.seq).count() > TRIES:  # somebody compared at the same moment
        raise _too_often()
    typed = {"name": shown.name, "id_number": shown.id_number}
    people = [person for person in vault.parties(case.pk) if person.role in ("petitioner", "agent")]
    proving = {person.seq: [one for one in PROVING if one in person.given] for person in people}
    if not any(proving.values()):
        raise GuardFailed(
            "登记时没有留姓名和证件号码，不能核对是不是本人，不能补发",
            article=ARTICLE,
            instead="可以再次提出，另行登记。",
        )
    for seq, fields in proving.items():
        if fields and all(_agrees(case, seq, field, typed) for field in fields):
            return fields
    raise GuardFailed(
        "证件和登记的信息不一致，不能补发", article=ARTICLE, instead="请核对录入的内容，或者请本人前来。"
    )


def _too_often() -> GuardFailed:
    return GuardFailed(
        f"这一件一天内已经核对 {TRIES} 次",
        article=ARTICLE,
        instead="请明天再来，或者由负责人当面了解情况。",
    )


def _agrees(case: Case, seq: int, field: str, typed: Mapping[str, str]) -> bool:
    wanted = plain_code(typed[field])

    def same(value: str) -> bool:
        return bool(wanted) and plain_code(value) == wanted

    return vault.examine(case_id=case.pk, seq=seq, field=field, test=same)


def _consent(renewal: CodeRenewal) -> dict[str, object]:
    """Return what the event of a decision says; the row must say the same when the code is made."""
    return {"asked_by": renewal.staff_id}


def _told(organ: str, when: Moment) -> dict[str, object]:
    return {
        "what_happened": f"{when.on.isoformat()}，有人持证件到{organ}窗口，补发了您这一信访事项的查询码。"
        "原来的查询码同时作废。",
        "why": "证件经核对与登记的信息一致，由两名工作人员办理。",
        "what_stays_possible": "是您本人办理的，不用理会。不是您本人办理的，请立即告诉上面的机关，查询码可以再次作废、补发。",
    }


def _role(actor: Actor, roles: tuple[str, ...]) -> str:
    return next((role for role in roles if actor.has(role)), "")
