"""What two persons decide about the end of keeping: hold (暂缓销毁), propose, agree, drop.

Nothing here destroys anything, and nothing happens because a day has come: an operator carries out what was agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from lianxin.cases.disposal import (
    AGREE,
    DROP,
    HOLD,
    LIFT,
    PROPOSE,
    Keeping,
    Standing,
    keeping_of,
    mark_of,
    standing_of,
)
from lianxin.cases.history import Loaded, Moment
from lianxin.cases.models import Case, Step
from lianxin.cases.policies import NotYours, disposal_of
from lianxin.cases.services import consents
from lianxin.cases.services.acts import apply
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.ledger.chain import record_event
from lianxin.ledger.models import Event
from lianxin.organs.actors import Actor
from lianxin.organs.chains import same_person
from lianxin.organs.models import Organ, Staff
from lianxin.petitioners import vault
from lianxin.procedure.errors import GuardFailed

ARTICLE = "档案法实施条例；机关文件材料归档范围和文书档案保管期限规定 第六条"


def hold(loaded: Loaded, *, actor: Actor, reason: str, key: str, when: Moment) -> None:
    """Keep a case from being erased, whatever its term, for a reason: a lawsuit, an inquiry, an audit.

    Raises NotYours, GuardFailed without a reason or with a name in it, LogDown, Stale.
    """
    standing = _checked(loaded, actor)
    if key not in standing.keys:
        _record(loaded, HOLD, actor, {"reason": _reason(loaded, reason), "key": key}, when)


def lift(loaded: Loaded, *, actor: Actor, of: str, reason: str, key: str, when: Moment) -> None:
    """End one hold, named by its mark, for a reason: by the organ that set it, or one above that.

    Raises NotYours, GuardFailed where it does not stand, LogDown, Stale.
    """
    standing = _checked(loaded, actor)
    if key in standing.keys:
        return
    held = next((one for one in standing.holds if mark_of(one) == of), None)
    if held is None:
        raise GuardFailed("这一条暂缓销毁已经不在了", article=ARTICLE, instead="请刷新后再看。")
    if not may_lift(actor, held):
        raise NotYours(
            "暂缓销毁由设置它的机关或者其上级解除", article=ARTICLE, instead="请与设置暂缓的机关联系。"
        )
    _record(loaded, LIFT, actor, {"of": of, "reason": _reason(loaded, reason), "key": key}, when)


def propose(loaded: Loaded, *, actor: Actor, reason: str, key: str, when: Moment) -> None:
    """Propose to erase a case whose keeping is over, as the first of two reviewers.

    Raises NotYours, GuardFailed while it is kept or held or when somebody has proposed it, LogDown, Stale.
    """
    standing = _checked(loaded, actor)
    if key in standing.keys:
        return
    keeping = check_over(loaded, standing, when=when)
    if standing.proposal is not None:
        raise GuardFailed("已经有人提出销毁", article=ARTICLE, instead="请由另一位审核，或者撤销后重新提出。")
    facts = {
        "class": keeping.rule.id,
        "until": keeping.until.isoformat() if keeping.until else "",
        "article": keeping.rule.article,
        "steps": loaded.case.steps,
        "reason": _reason(loaded, reason),
        "key": key,
    }
    _record(loaded, PROPOSE, actor, facts, when)


def agree(loaded: Loaded, *, actor: Actor, key: str, when: Moment) -> None:
    """Agree to a proposal as the second reviewer: another person, who never handled the case.

    Raises NotYours, GuardFailed where there is no proposal, the case is held, or something came in since; LogDown, Stale.
    """
    standing = _checked(loaded, actor)
    if key in standing.keys or standing.consent is not None:
        return
    if standing.proposal is None:
        raise GuardFailed("还没有人提出销毁", article=ARTICLE)
    check_over(loaded, standing, when=when)
    check_second(loaded.case, standing.proposal, actor.staff)
    _record(loaded, AGREE, actor, {"of": mark_of(standing.proposal), "key": key}, when)


def drop(loaded: Loaded, *, actor: Actor, reason: str, key: str, when: Moment) -> None:
    """Take a proposal back, agreed to or not, for a reason. Raises NotYours, GuardFailed where there is none, LogDown,
    Stale.
    """
    standing = _checked(loaded, actor)
    if key in standing.keys:
        return
    if standing.proposal is None:
        raise GuardFailed("没有等待的销毁提议", article=ARTICLE)
    facts = {"of": mark_of(standing.proposal), "reason": _reason(loaded, reason), "key": key}
    _record(loaded, DROP, actor, facts, when)


def check_over(loaded: Loaded, standing: Standing, *, when: Moment) -> Keeping:
    """Return how long a case was kept. Raises GuardFailed while it is open, still kept, kept for good, held, or when an act
    was added after the proposal.
    """
    keeping = keeping_of(loaded)
    if keeping is None:
        raise GuardFailed("还没有办结，不能销毁", article=ARTICLE)
    if keeping.until is None:
        raise GuardFailed("属于永久保管，不能销毁", article=keeping.rule.article)
    if not keeping.over(when.on):
        raise GuardFailed(
            f"保管到 {keeping.until.isoformat()} 为止，现在不能销毁", article=keeping.rule.article
        )
    if standing.holds:
        raise GuardFailed("正在暂缓销毁", article=ARTICLE, instead="先由有关人员解除暂缓。")
    if standing.proposal is not None and standing.proposal.facts.get("steps") != loaded.case.steps:
        raise GuardFailed("提出销毁以后又有新的步骤", article=ARTICLE, instead="请撤销后重新提出。")
    return keeping


def may_lift(actor: Actor, held: Event) -> bool:
    """Tell whether the officer's organ set a hold, or stands above the one that did. One query for another organ's."""
    if held.organ_id == actor.organ.pk:
        return True
    return Organ.objects.filter(pk=held.organ_id, path__startswith=actor.organ.path).exists()


def check_second(case: Case, proposal: Event, staff: Staff) -> None:
    """Raise NotYours unless an officer may be the second reviewer: neither who proposed, under whatever account, nor anybody
    who handled the case. Two queries.
    """
    first = Staff.objects.filter(pk=proposal.staff_id or 0).first()
    if first is None or same_person(first, staff):
        raise NotYours(
            "提出的人不能自己审核", article=ARTICLE, instead="请另一位负责人或者督查督办人员审核。"
        )
    if any(same_person(one, staff) for one in handlers_of(case)):
        raise NotYours(
            "办理过这一件的人不能作第二位审核人", article=ARTICLE, instead="请没有办理过的人审核。"
        )


def handlers_of(case: Case) -> list[Staff]:
    """Return the officers who handled a case: its last one, and everybody who took a step in it. One query."""
    acted = Step.objects.filter(case_id=case.pk, staff__isnull=False).values("staff_id")
    return list(Staff.objects.filter(Q(pk__in=acted) | Q(pk=case.officer_id or 0)))


def _checked(loaded: Loaded, actor: Actor) -> Standing:
    """Return where the end of the case stands. Raises NotYours, GuardFailed for an erased case."""
    if not Case.objects.filter(disposal_of(actor), pk=loaded.case.pk).exists():
        raise NotYours("保管期限由责任机构的负责人、督查督办人员办理", article=ARTICLE)
    if loaded.case.erased_on is not None:
        raise GuardFailed("这一件已经依规销毁", article=ARTICLE)
    return standing_of(loaded.case.pk)


def _reason(loaded: Loaded, typed: str) -> str:
    text = needed(typed, "理由", article=ARTICLE)
    nameless(loaded.case, {"reason": text}, fields=vault.FIELDS)
    return text


def _record(loaded: Loaded, kind: str, actor: Actor, facts: Mapping[str, object], when: Moment) -> Event:
    """Write the event on the case as it was read; of two at one moment the second raises Stale. Raises LogDown."""
    consents.check_log(when.at)
    with transaction.atomic():
        apply(loaded.case, {})
        return record_event(
            kind=kind,
            organ_id=actor.organ.pk,
            staff_id=actor.staff.pk,
            case_id=loaded.case.pk,
            at=when.at,
            facts=facts,
        )
