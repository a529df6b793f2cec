"""Special inspections (专项督查, Art 38): plan with a seed nobody knows, draw, read, find, rectify, close with a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from lianxin.cases.history import Moment
from lianxin.cases.models import Case, Wall
from lianxin.cases.policies import NotYours
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.ledger import face
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Staff
from lianxin.oversight import drawing
from lianxin.oversight.models import Finding, Inspection, Inspector, Sample
from lianxin.oversight.policies import READERS, inspected_by, may_judge, may_rectify, plans
from lianxin.oversight.services.recording import record
from lianxin.procedure.errors import GuardFailed, Stale

ARTICLE = "信访工作条例 第三十八条"
LARGEST_FRAME = 20_000
LARGEST_SAMPLE = 200
LONGEST_DAYS = 90
LIMIT = 1000
CHECKLIST = (
    "按期登记、告知，去向写明了机关和电话",
    "该受理的受理了，没有推诿，没有层层转送",
    "听取了信访人的陈述，事实查清了",
    "逐项答复，依据写明条款，告知了复查途径",
    "承诺写明日期，到期有落实凭据",
    "身份信息只给了必须知道的人",
)
"""What is looked at in every case, unless the plan says otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a special inspection is to look into; `inspectors` are officers of the inspecting organ."""

    topic: str
    scope: Organ
    received_from: date
    received_to: date
    starts_on: date
    ends_on: date
    size: int
    inspectors: Sequence[Staff]
    category: str = ""
    checklist: Sequence[str] = CHECKLIST


def plan(wanted: Plan, *, actor: Actor, key: str, when: Moment) -> Inspection:
    """Return a new inspection, its plan and the digest of its seed recorded before anybody knows the frame.

    A repeated key finds the first one. Raises NotYours, GuardFailed (days, scope, nobody named), LogBehind.
    """
    _check_planner(actor)
    if twin := Inspection.objects.filter(key=key, organ=actor.organ).first():
        return twin
    topic = needed(wanted.topic, "督查主题", article=ARTICLE, line=True)[:80]
    checklist = [line for one in wanted.checklist if (line := one.strip())]
    _check_plan(wanted, checklist, actor, when)
    seed = drawing.new_seed()
    row = Inspection(
        id=new_id(),
        organ=actor.organ,
        topic=topic,
        scope=wanted.scope,
        category=wanted.category,
        received_from=wanted.received_from,
        received_to=wanted.received_to,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        size=wanted.size,
        checklist=checklist,
        seed=seed,
        seed_hash=drawing.seed_digest(seed),
        planned_on=when.on,
        planner=actor.staff,
        key=key,
    )
    facts = {
        "inspection": str(row.pk),
        "seed_hash": row.seed_hash,
        "scope": wanted.scope.pk,
        "category": wanted.category,
        "received": [wanted.received_from.isoformat(), wanted.received_to.isoformat()],
        "runs": [wanted.starts_on.isoformat(), wanted.ends_on.isoformat()],
        "size": wanted.size,
        "inspectors": sorted(one.pk for one in wanted.inspectors),
    }
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            named = {one.pk: one for one in wanted.inspectors}.values()
            Inspector.objects.bulk_create(Inspector(inspection=row, staff=one) for one in named)
            record("inspection.planned", actor, when, **facts)
    except IntegrityError:
        return Inspection.objects.get(key=key, organ=actor.organ)
    return row


def draw(found: Inspection, *, actor: Actor, when: Moment) -> Inspection:
    """Return the inspection with its sample drawn from the cases that fit the plan today; seed and frame are made known.

    Done once: a second call returns what the first one drew. Raises NotYours, GuardFailed for an empty frame, LogBehind.
    """
    _check_planner(actor, found)
    found = Inspection.objects.select_related("organ", "scope").get(pk=found.pk)
    if found.state != Inspection.State.PLANNED:
        return found
    if when.on > found.ends_on:
        raise GuardFailed("督查的日期已经过去，不能再抽样", article=ARTICLE, instead="请重新制定方案。")
    cases = {case.pk: case for case in frame(found)[: LARGEST_FRAME + 1]}
    if not cases:
        raise GuardFailed("没有符合方案的信访件", article=ARTICLE, instead="请重新制定范围更大的方案。")
    if len(cases) > LARGEST_FRAME:
        raise GuardFailed(
            f"符合方案的超过 {LARGEST_FRAME} 件", article=ARTICLE, instead="请缩小日期或者机关的范围。"
        )
    sample = drawing.draw(found.seed, cases, found.size)
    changes = {
        "state": Inspection.State.DRAWN,
        "drawn_on": when.on,
        "frame": drawing.frame_lines(cases),
        "frame_hash": drawing.frame_digest(cases),
        "frame_size": len(cases),
    }
    face.name(*sample)
    with transaction.atomic():
        if not Inspection.objects.filter(pk=found.pk, state=Inspection.State.PLANNED).update(**changes):
            return Inspection.objects.get(pk=found.pk)
        Sample.objects.bulk_create(
            Sample(
                inspection=found,
                case_id=one,
                organ=found.organ,
                about_id=cases[one].handled_by_id or cases[one].holder_id,
                number=cases[one].number,
            )
            for one in sample
        )
        facts = {"seed": found.seed, "frame_hash": changes["frame_hash"], "frame_size": len(cases)}
        sampled = drawing.frame_digest(sample)
        record("inspection.drawn", actor, when, inspection=str(found.pk), sample_hash=sampled, **facts)
    found.refresh_from_db()
    return found


def frame(found: Inspection) -> QuerySet[Case]:
    """Return the cases that fit a plan, ascending: of the organs in scope, of the category, received in the days; no reports, and
    none behind any wall, so that the frame tells nobody of one.
    """
    hidden = Wall.objects.filter(case_id=OuterRef("pk"), lifted_step=None)
    rows = Case.objects.filter(
        ~Exists(hidden),
        holder__path__startswith=found.scope.path,
        category__startswith=found.category,
        received_on__gte=found.received_from,
        received_on__lte=found.received_to,
        erased_on=None,
    )
    kept = rows.exclude(kind="report").exclude(state__in=["received", "merged"])
    return kept.only("pk", "number", "holder_id", "handled_by_id").order_by("pk")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What an inspector found wrong with the handling of a case; `claim` 0 is the whole case."""

    claim: int
    wrong: str
    article: str
    evidence: str
    required: str
    due_on: date


def find(found: Inspection, case_id: int, wrong: Wrong, *, actor: Actor, key: str, when: Moment) -> Finding:
    """Return a new finding with its rectification task; a repeated key finds the first one.

    For a named inspector while the inspection runs. Raises NotYours, GuardFailed (a hole, an identity, a day past), Stale.
    """
    face.name(case_id)
    case = Case.objects.filter(inspected_by(actor, found.pk), pk=case_id).first()
    sample = Sample.objects.filter(inspection=found, case_id=case_id).first()
    if case is None or sample is None:
        raise NotYours("这一件不在您现在可以督查的样本里", article=ARTICLE)
    texts = {
        name: needed(getattr(wrong, name), label, article=ARTICLE)[:LIMIT]
        for name, label in {
            "wrong": "发现的问题",
            "article": "依据条款",
            "evidence": "证据",
            "required": "整改要求",
        }.items()
    }
    nameless(case, texts)
    if wrong.due_on <= when.on:
        raise GuardFailed("整改期限应当在今天以后", article=ARTICLE)
    rows = Finding.objects.filter(inspection=found)
    if twin := rows.filter(key=key).first():
        return twin
    texts["article"] = texts["article"][:200]
    try:
        with transaction.atomic():
            seq = (rows.aggregate(last=Max("seq"))["last"] or 0) + 1
            row = Finding(
                inspection=found, seq=seq, case_id=case_id, organ=found.organ, about=sample.about, number=case.number,
                claim=wrong.claim, due_on=wrong.due_on, found_on=when.on, finder=actor.staff, key=key, **texts,
            )  # fmt: skip
            row.save(force_insert=True)
            record("inspection.found", actor, when, inspection=str(found.pk), finding=seq)
    except IntegrityError:
        if twin := rows.filter(key=key).first():
            return twin
        raise Stale("其他同事刚刚记录了一条，您的没有保存。请再提交一次。") from None
    return row


def rectify(finding: Finding, *, actor: Actor, done: str, done_on: date, when: Moment) -> Finding:
    """Return the finding with what was done about it, on which day and by which proof. Raises NotYours, GuardFailed, Stale."""
    if not may_rectify(actor, finding):
        raise NotYours("整改由被督查机关的负责人或者督查督办人员报送", article=ARTICLE)
    text = _text(finding, done, "整改情况和凭据")
    if not finding.found_on <= done_on <= when.on:
        raise GuardFailed(f"整改日期应当在 {finding.found_on} 和今天（{when.on}）之间", article=ARTICLE)
    changes = {"state": Finding.State.DONE, "done": text, "done_on": done_on}
    return _move(finding, Finding.State.OPEN, "inspection.rectified", actor, when, **changes)


def judge(
    finding: Finding, *, actor: Actor, enough: bool, remark: str, due_on: date | None, when: Moment
) -> Finding:
    """Return the finding as rectified, or as open again until another day with what is missing.

    Raises NotYours, GuardFailed, Stale.
    """
    if not may_judge(actor, finding):
        raise NotYours("整改由督查机关的督查督办人员核实", article=ARTICLE)
    text = _text(finding, remark, "核实意见")[:500]
    if enough:
        changes: dict[str, object] = {"state": Finding.State.ACCEPTED, "settled_on": when.on}
    elif due_on is None or due_on <= when.on:
        raise GuardFailed("没有整改到位的，请写明今天以后的新期限", article=ARTICLE)
    else:
        changes = {"state": Finding.State.OPEN, "due_on": due_on}
    return _move(finding, Finding.State.DONE, "inspection.judged", actor, when, remark=text, **changes)


def close(found: Inspection, *, actor: Actor, report: str, when: Moment) -> Inspection:
    """Return the inspection as closed with its report: nobody reads by it any more; rectification goes on.

    Raises NotYours, GuardFailed, Stale.
    """
    _check_planner(actor, found)
    text = needed(report, "督查报告", article=ARTICLE)
    with transaction.atomic():
        rows = Inspection.objects.filter(pk=found.pk, state=Inspection.State.DRAWN)
        if not rows.update(state=Inspection.State.CLOSED, closed_on=when.on, report=text):
            raise Stale("这次督查还没有抽样，或者已经结束。请刷新后再看。")
        record("inspection.closed", actor, when, inspection=str(found.pk))
    return Inspection.objects.get(pk=found.pk)


def candidates(organ: Organ, *, on: date) -> list[Staff]:
    """Return the officers of an organ who may be named for its inspections, by name. One query."""
    posts = Post.objects.held_on(on).filter(organ=organ, role__in=READERS, staff__is_active=True)
    people = {post.staff_id: post.staff for post in posts.select_related("staff")}
    return sorted(people.values(), key=lambda one: (one.name, one.pk))


def _check_planner(actor: Actor, found: Inspection | None = None) -> None:
    if not plans(actor) or (found is not None and found.organ_id != actor.organ.pk):
        raise NotYours("专项督查由督查机关的督查督办人员办理", article=ARTICLE)


def _check_plan(wanted: Plan, checklist: Sequence[str], actor: Actor, when: Moment) -> None:
    """Raise GuardFailed for a plan that cannot be carried out: wrong days, an organ that is not below, nobody named."""
    if not wanted.scope.path.startswith(actor.organ.path):
        raise GuardFailed("只能督查本机关和下级机关", article=ARTICLE)
    if not wanted.received_from <= wanted.received_to <= when.on:
        raise GuardFailed("收到日期的起止应当依次，且不晚于今天", article=ARTICLE)
    if not when.on <= wanted.starts_on <= wanted.ends_on:
        raise GuardFailed("督查的起止日期应当依次，且不早于今天", article=ARTICLE)
    if (wanted.ends_on - wanted.starts_on).days > LONGEST_DAYS:
        raise GuardFailed(f"督查最长 {LONGEST_DAYS} 天，请缩短", article=ARTICLE)
    if not 1 <= wanted.size <= LARGEST_SAMPLE:
        raise GuardFailed(f"抽样件数在 1 和 {LARGEST_SAMPLE} 之间", article=ARTICLE)
    allowed = {one.pk for one in candidates(actor.organ, on=when.on)}
    if not wanted.inspectors or any(one.pk not in allowed for one in wanted.inspectors):
        raise GuardFailed("请从本机关在岗人员中指定督查人员", article=ARTICLE)
    if not checklist:
        raise GuardFailed("请写明检查项目，一行一项", article=ARTICLE)


def _text(finding: Finding, typed: str, label: str) -> str:
    text = needed(typed, label, article=ARTICLE)[:LIMIT]
    face.name(finding.case_id)
    nameless(Case.objects.get(pk=finding.case_id), {"text": text})
    return text


def _move(finding: Finding, source: str, kind: str, actor: Actor, when: Moment, **changes: object) -> Finding:
    """Bring a finding from one state to another, recorded. Raises Stale where somebody was first."""
    face.name(finding.case_id)
    with transaction.atomic():
        rows = Finding.objects.filter(inspection_id=finding.inspection_id, seq=finding.seq, state=source)
        if not rows.update(**changes):
            raise Stale("这一条刚刚有人办理过。请看最新情况后再决定。")
        record(kind, actor, when, inspection=str(finding.inspection_id), finding=finding.seq)
    for name, value in changes.items():
        setattr(finding, name, value)
    return finding
