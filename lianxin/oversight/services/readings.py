"""Second readings (重新审视): somebody of another unit, who had no hand in a case, reads it anew and writes what is owed."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from lianxin.cases import walls
from lianxin.cases.history import Moment
from lianxin.cases.models import Case, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.ledger import face
from lianxin.organs.actors import Actor
from lianxin.organs.models import Post
from lianxin.oversight.models import SecondReading
from lianxin.oversight.policies import OVERSEERS, READERS, open_readings, owing_cases, read_anew_by
from lianxin.oversight.services.recording import record
from lianxin.procedure.errors import GuardFailed, Stale

ARTICLE = "信访工作条例 第四十条第一款"
LONGEST_DAYS = 30
LISTED = 200
LIMIT = 1000
PARTS = ("unanswered", "undone", "unclear")


def candidates(case: Case, *, actor: Actor) -> list[Post]:
    """Return the posts from which a second reader may be chosen: in the officer's organ and below, in units that never had the
    case, by persons who took no step in it and stand behind none of its walls. Up to four queries.
    """
    had = {
        organ_id
        for organ_id in (
            case.holder_id,
            case.handled_by_id,
            case.offered_to_id,
            case.arbiter_id,
            case.registrar_id,
        )
        if organ_id
    }
    face.name(case.pk)
    steps = Step.objects.filter(case_id=case.pk, staff__isnull=False).exclude(role="supervisor")
    taken = set(steps.values_list("staff_id", "organ_id"))
    acted = {staff_id for staff_id, _ in taken}
    had |= {organ_id for _, organ_id in taken if organ_id}
    posts = Post.objects.held_on(actor.on).filter(
        organ__path__startswith=actor.organ.path, role__in=READERS, staff__is_active=True
    )
    posts = posts.exclude(organ_id__in=had).exclude(staff_id__in=acted).select_related("staff", "organ")
    rows = list(posts.order_by("organ__path", "staff__name", "pk")[:LISTED])
    hidden = walls.hidden_staff(case, [one.staff_id for one in rows], on=actor.on)
    found = {(one.organ_id, one.staff_id): one for one in rows if one.staff_id not in hidden}
    return list(found.values())


def ask(
    case: Case, post: Post, *, why: str, due_on: date, actor: Actor, key: str, when: Moment
) -> SecondReading:
    """Return a new second reading until a day, by somebody of another unit; a repeated key finds the first one.

    Raises NotYours, GuardFailed, Stale.
    """
    face.name(case.pk)
    mine = Case.objects.filter(owing_cases(actor, "pk"), pk=case.pk).exists()
    if not mine or not actor.has(*OVERSEERS):
        raise NotYours("重新审视由督查督办人员或者负责人安排", article=ARTICLE)
    rows = SecondReading.objects.filter(case_id=case.pk)
    if twin := rows.filter(key=key).first():
        return twin
    if why not in SecondReading.Why.values:
        raise GuardFailed("请选择缘由", article=ARTICLE)
    if not when.on < due_on <= when.on + timedelta(days=LONGEST_DAYS):
        raise GuardFailed(f"完成期限应当在今天以后、{LONGEST_DAYS} 天以内", article=ARTICLE)
    if (post.organ_id, post.staff_id) not in {
        (one.organ_id, one.staff_id) for one in candidates(case, actor=actor)
    }:
        raise GuardFailed("请选择没有经手这一件的其他单位的人员", article=ARTICLE)
    owing_id = case.handled_by_id or case.holder_id
    try:
        with transaction.atomic():
            seq = (rows.aggregate(last=Max("seq"))["last"] or 0) + 1
            row = SecondReading(
                case_id=case.pk, seq=seq, number=case.number, organ=post.organ, asker=actor.organ, owing_id=owing_id,
                reader=post.staff, why=why, asked_on=when.on, due_on=due_on, key=key,
            )  # fmt: skip
            row.save(force_insert=True)
            record("reading.asked", actor, when, seq=seq, reader=post.staff_id, number=case.number)
    except IntegrityError:
        if twin := rows.filter(key=key).first():
            return twin
        raise Stale("其他同事刚刚安排过。请看最新情况后再决定。") from None
    return row


def write(found: SecondReading, *, texts: dict[str, str], actor: Actor, when: Moment) -> SecondReading:
    """Return the second reading with what is still owed: not answered, not carried out, not made clear, and how to make it good.

    About the handling, never about a person. Raises NotYours, GuardFailed, Stale.
    """
    face.name(found.case_id)
    case = Case.objects.filter(read_anew_by(actor), pk=found.case_id).first()
    if case is None:
        raise NotYours("这一件现在不由您重新审视，或者期限已过", article=ARTICLE)
    given = {name: str(texts.get(name, "")).strip() for name in PARTS}
    if not any(given.values()):
        raise GuardFailed("请至少写明一项：没有答复、没有落实或者没有说清楚的", article=ARTICLE)
    kept = {
        name: needed(value, "欠下的事项", article=ARTICLE)[:LIMIT] for name, value in given.items() if value
    }
    kept["proposal"] = needed(texts.get("proposal", ""), "应当怎样补上", article=ARTICLE)[:LIMIT]
    nameless(case, kept)
    with transaction.atomic():
        rows = SecondReading.objects.filter(open_readings(actor), case_id=found.case_id, seq=found.seq)
        if not rows.update(written_on=when.on, **kept):
            raise Stale("这一份已经写过了。请刷新后再看。")
        record("reading.written", actor, when, seq=found.seq, number=found.number)
    for name, value in {"written_on": when.on, **kept}.items():
        setattr(found, name, value)
    return found
