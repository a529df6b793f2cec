"""For each step of the rulebook the call that takes it, with arguments the dice choose. A refusal is a fair answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from lianxin.cases.models import Case, Claim, Evaluation, Outcome
from lianxin.cases.services import (
    attaching,
    claims,
    correcting,
    disputes,
    evaluation,
    extending,
    handling,
    hearings,
    intake,
    leaving,
    mediation,
    notices,
    oversight,
    refusals,
    reports,
    reviewing,
    routing,
    serving,
    stages,
    withdrawing,
)
from lianxin.files.keeping import Kept
from lianxin.organs.models import Organ
from lianxin.organs.selectors import receivers
from tests.histories.turn import Turn

Deed = Callable[[Turn], object]
ROUTES = ("31.1", "31.2", "31.4", "31.5", *["31.6"] * 8)


def register(turn: Turn) -> object:
    kind = turn.dice.choice(["claim"] * 8 + ["report", "suggestion"])
    return intake.register(
        turn.loaded, actor=turn.actor, key=turn.key, when=turn.when, kind=kind, category="0101",
        subroute=turn.dice.choice(ROUTES) if kind == "claim" else "", summary="低保金停发，要求恢复发放",
    )  # fmt: skip


def add_material(turn: Turn) -> object:
    kept = [
        Kept(
            f"{turn.loaded.case.pk}/{turn.dice.getrandbits(128):032x}",
            "a.pdf",
            "pdf",
            9,
            "ab" * 32,
            "checked",
        )
        for _ in range(turn.dice.randint(0, 2))
    ]
    return attaching.add(turn.loaded, kept, actor=None, key=turn.key, when=turn.when)


def refer(turn: Turn) -> object:
    actor = turn.actor
    targets = list(receivers(actor.organ, on=turn.when.on))
    target = turn.dice.choice(targets) if targets else actor.organ
    return routing.refer(turn.loaded, actor=actor, target=target, key=turn.key, when=turn.when)


def merge(turn: Turn) -> object:
    actor = turn.actor
    number = Case.objects.get(pk=turn.dice.choice(turn.world.cases)).number
    return leaving.merge_duplicate(
        turn.loaded, actor=actor, earlier=number, same=turn.likely(), when=turn.when, key=turn.key,
        given=turn.given("merge_notice", ["earlier_item"]), approver=turn.colleague(actor),
    )  # fmt: skip


def route_out(turn: Turn) -> object:
    actor = turn.actor
    hint = turn.dice.choice(["reconsider", "litigate", ""])
    knew_on = turn.when.on - timedelta(days=turn.dice.randint(0, 80)) if turn.likely(0.7) else None
    return leaving.route_out(
        turn.loaded, actor=actor, subroute=turn.case.subroute or "31.2", hint=hint, knew_on=knew_on, key=turn.key,
        given=turn.given("route_notice", ["route"]), when=turn.when, approver=turn.colleague(actor),
    )  # fmt: skip


def finish_route(turn: Turn) -> object:
    return leaving.finish_route(
        turn.loaded, actor=turn.actor, decided_on=turn.when.on, served_on=turn.when.on, proof="本人签收",
        given=turn.given("route_decision"), key=turn.key, when=turn.when,
    )  # fmt: skip


def refuse_in_progress(turn: Turn) -> object:
    actor = turn.actor
    known = turn.likely(0.5)
    number = Case.objects.get(pk=turn.dice.choice(turn.world.cases)).number if known else ""
    running = refusals.InProgress(number=number, organ="涪城区民政局", last_day=turn.later())
    return refusals.refuse_in_progress(
        turn.loaded, actor=actor, running=running, same=True, when=turn.when, key=turn.key,
        given=turn.given("non_acceptance_notice", ["organ_in_charge"]), approver=turn.colleague(actor),
    )  # fmt: skip


def refuse_final(turn: Turn) -> object:
    actor = turn.actor
    given = turn.given("no_further_notice", recheck_no="D-1", recheck_served_on=turn.when.on.isoformat())
    return refusals.refuse_final(
        turn.loaded, actor=actor, same=turn.likely(), given=given, when=turn.when, key=turn.key,
        approver=turn.colleague(actor), recheck_organ="四川省民政厅",
    )  # fmt: skip


def file_again_same(turn: Turn) -> object:
    actor = turn.actor
    return refusals.file_again_same(
        turn.loaded, actor=actor, same=turn.likely(), key=turn.key, when=turn.when, approver=turn.colleague(actor),
        given=turn.given("no_further_notice", recheck_served_on=turn.when.on.isoformat()),
    )  # fmt: skip


def answer_suggestion(turn: Turn) -> object:
    actor = turn.actor
    return leaving.answer_suggestion(
        turn.loaded, actor=actor, adoption=turn.dice.choice(["adopt", "partly", "not"]), when=turn.when, key=turn.key,
        given=turn.given("suggestion_reply", ["adoption"]), approver=turn.colleague(actor),
    )  # fmt: skip


def seal(turn: Turn) -> object:
    receiver = reports.Receiver("绵阳市纪律检查委员会", "city", "discipline")
    return reports.seal_as_report(
        turn.loaded, actor=turn.actor, receiver=receiver, accused=["anzhou"], sealed=turn.likely(), key=turn.key,
        given=turn.given("report_transfer", ["receiver", "opened_by"]), when=turn.when,
    )  # fmt: skip


def accept(turn: Turn) -> object:
    actor = turn.actor
    return handling.accept(
        turn.loaded, actor=actor, key=turn.key, when=turn.when, approver=turn.colleague(actor)
    )


def accept_simple(turn: Turn) -> object:
    answers = dict.fromkeys(leaving.SIMPLE, False) | {"first_time": True}
    return leaving.accept_simple(
        turn.loaded, actor=turn.actor, answers=answers, told_by="phone", key=turn.key, when=turn.when
    )


def assign(turn: Turn) -> object:
    actor = turn.actor
    officer = turn.dice.choice(turn.world.people[actor.organ.pk])
    return handling.assign(
        turn.loaded, actor=actor, officer=officer, no_interest=turn.likely(), key=turn.key, when=turn.when
    )


def reassign(turn: Turn) -> object:
    actor = turn.actor
    officer = turn.dice.choice(turn.world.people[actor.organ.pk])
    return handling.reassign(
        turn.loaded, actor=actor, officer=officer, no_interest=True, key=turn.key, when=turn.when
    )


def sort_claims(turn: Turn) -> object:
    there = list(Claim.objects.filter(case_id=turn.case.pk).values_list("seq", flat=True))
    routes = {seq: turn.dice.choice(ROUTES) for seq in there}
    added = [claims.Added(turn.text(), turn.dice.choice(ROUTES))] if turn.likely(0.4) else []
    return claims.sort_claims(
        turn.loaded, actor=turn.actor, routes=routes, added=added, key=turn.key, when=turn.when
    )


def start_mediation(turn: Turn) -> object:
    consents = mediation.Consents("某镇人民政府", True, turn.likely(), turn.text())
    return mediation.start_mediation(
        turn.loaded, actor=turn.actor, consents=consents, key=turn.key, when=turn.when
    )


def settle(turn: Turn) -> object:
    actor = turn.actor
    return mediation.agree_settlement(
        turn.loaded, actor=actor, consents=mediation.Consents("某镇人民政府", True, turn.likely(0.4), turn.text()),
        duties=[mediation.Duty("补发低保金", turn.later())], signatures="双方签名", signed=True, lawful=True,
        within_discretion=True, approver=turn.colleague(actor), key=turn.key, when=turn.when,
    )  # fmt: skip


def hearing(turn: Turn) -> object:
    actor = turn.actor
    if hearings.called(turn.loaded) is None:
        return hearings.call_hearing(
            turn.loaded, actor=actor, on=turn.later(0, 10), time="九时", place="二楼会议室", subject=turn.text(),
            weighty=turn.likely(), key=turn.key, when=turn.when,
        )  # fmt: skip
    held = hearings.Held(turn.text(), turn.text(), turn.text(), turn.text(), turn.when.on)
    return hearings.record_hearing(turn.loaded, actor=actor, held=held, key=turn.key, when=turn.when)


def draft(turn: Turn) -> object:
    findings = [
        handling.Finding(
            seq=seq,
            facts=turn.text() + str(turn.dice.random()),
            outcome=turn.dice.choice(Outcome.values),
            decision=turn.text(),
            basis="社会救助暂行办法 第十二条",
            promise="补发",
            promise_on=turn.later(),
        )
        for seq in Claim.objects.filter(case_id=turn.case.pk).values_list("seq", flat=True)
    ]
    return handling.draft_opinion(
        turn.loaded, actor=turn.officer, findings=findings, heard=turn.likely(0.95), verified=True, key=turn.key,
        when=turn.when,
    )  # fmt: skip


def serve(turn: Turn) -> object:
    signed = max(act.on for act in turn.loaded.acts if act.event == "sign_opinion")
    served_on = turn.dice.choice([turn.when.on, max(signed, turn.loaded.acts[-1].on)])
    return serving.serve(
        turn.loaded, actor=turn.actor, method="post", served_on=served_on, proof=turn.dice.choice(["邮件签收", "邮件签收", ""]),
        receiver="", refused=False, witness="", key=turn.key, when=turn.when,
    )  # fmt: skip


def dispute(turn: Turn) -> object:
    found = disputes.arbiters(turn.case, on=turn.when.on)
    return disputes.escalate_dispute(
        turn.loaded, actor=turn.actor, arbiter=found[0] if found else None, reasons=turn.text(), key=turn.key,
        when=turn.when,
    )  # fmt: skip


def designate(turn: Turn) -> object:
    target = turn.dice.choice(disputes.candidates(turn.loaded, on=turn.when.on))
    return disputes.decide_organ(
        turn.loaded, actor=turn.actor, target=target, reason=turn.text(), key=turn.key, when=turn.when
    )


def asking(stage: stages.Stage) -> Deed:
    def deed(turn: Turn) -> object:
        found = stages.organs_to_ask(turn.loaded, stage, on=turn.when.on)
        organ = turn.dice.choice(found) if found else Organ.objects.get(code="ministry")
        late = "住院" if turn.likely() else ""
        asked = stages.Asked(("恢复发放低保金",), turn.text(), late_reason=late)
        return reviewing.ask(
            turn.loaded, stage, asked=asked, organ=organ, actor=None, key=turn.key, when=turn.when
        )

    return deed


def taking_on(stage: stages.Stage) -> Deed:
    return lambda turn: reviewing.accept(
        turn.loaded, stage, actor=turn.actor, ground=turn.text(), key=turn.key, when=turn.when
    )


def refuse_review(turn: Turn) -> object:
    actor = turn.actor
    return reviewing.refuse(
        turn.loaded, actor=actor, ground=turn.dice.choice(["out_of_time", "new_matter"]), reasons=turn.text(),
        approver=turn.colleague(actor), key=turn.key, when=turn.when,
    )  # fmt: skip


def deciding(stage: stages.Stage, outcomes: tuple[str, ...]) -> Deed:
    def deed(turn: Turn) -> object:
        actor = turn.actor
        found = stages.Found(turn.text(), turn.text(), turn.dice.choice(outcomes), turn.text())
        service = stages.Service("in_person", turn.when.on, "本人签收")
        return reviewing.decide(
            turn.loaded, stage, actor=actor, found=found, service=service, approver=turn.colleague(actor), key=turn.key,
            when=turn.when,
        )  # fmt: skip

    return deed


def sending_back(stage: stages.Stage) -> Deed:
    def deed(turn: Turn) -> object:
        actor = turn.actor
        return reviewing.remand(
            turn.loaded, stage, actor=actor, found=stages.Found(turn.text(), turn.text()), due_on=turn.later(),
            approver=turn.colleague(actor), key=turn.key, when=turn.when,
        )  # fmt: skip

    return deed


def withdraw(turn: Turn) -> object:
    actor = turn.dice.choice([None, turn.other])
    return withdrawing.withdraw(
        turn.loaded, free=turn.likely(), contact="phone", record=turn.text(), actor=actor, key=turn.key, when=turn.when
    )  # fmt: skip


def give_notice(turn: Turn) -> object:
    owed = [notices.name_of(one) for one in notices.owed(turn.case)]
    return notices.give_notice(
        turn.loaded, actor=turn.actor, notices=owed[:2], way="post", proof="邮件签收", told_on=turn.when.on,
        key=turn.key, when=turn.when,
    )  # fmt: skip


def urgent(turn: Turn) -> object:
    actor = turn.actor
    seen = oversight.Emergency(
        turn.when.on,
        "上午九时",
        "接待大厅",
        "三人",
        turn.text(),
        turn.text(),
        turn.text(),
    )
    return oversight.urgent_report(
        turn.loaded,
        actor=actor,
        emergency=seen,
        approver=turn.colleague(actor),
        key=turn.key,
        when=turn.when,
    )


def supervise(turn: Turn) -> object:
    return oversight.supervise(
        turn.loaded, actor=turn.actor, trigger=turn.dice.choice(sorted(oversight.TRIGGERS)), facts=turn.text(),
        required=turn.text(), report_due_on=turn.later(), key=turn.key, when=turn.when,
    )  # fmt: skip


def evaluate(turn: Turn) -> object:
    rating = turn.dice.choice(Evaluation.Rating.values)
    said = evaluation.Opinion(True, turn.likely(), None, rating, rating, turn.text())
    return evaluation.evaluate(turn.loaded, opinion=said, key=turn.key, when=turn.when)


def _plain(function: Callable[..., object], **more: object) -> Deed:
    return lambda turn: function(turn.loaded, actor=turn.actor, key=turn.key, when=turn.when, **more)


DEEDS: dict[str, Deed] = {
    "register": register,
    "merge_duplicate": merge,
    "seal_as_report": seal,
    "tell_elsewhere": lambda turn: leaving.tell_elsewhere(
        turn.loaded,
        actor=turn.actor,
        given=turn.given("elsewhere_notice", competent_organ="医疗保障局"),
        key=turn.key,
        when=turn.when,
    ),
    "route_out": route_out,
    "open_own_route": lambda turn: leaving.open_own_route(
        turn.loaded,
        actor=turn.actor,
        subroute=turn.case.subroute or "31.5",
        given=turn.given("own_procedure_notice"),
        key=turn.key,
        when=turn.when,
    ),
    "finish_route": finish_route,
    "refer_down": refer,
    "refuse_in_progress": refuse_in_progress,
    "refuse_visit_level": lambda turn: refusals.refuse_visit_level(
        turn.loaded,
        actor=turn.actor,
        competent=turn.world.cast.organs["anzhou"],
        offered=True,
        given=turn.given("guidance_note"),
        key=turn.key,
        when=turn.when,
    ),
    "refuse_final": refuse_final,
    "accept": accept,
    "accept_simple": accept_simple,
    "answer_suggestion": answer_suggestion,
    "take": _plain(routing.take),
    "object": _plain(routing.object_to, reasons="不属于本机关", believed="涪城区民政局"),
    "agree_objection": _plain(routing.agree_objection),
    "reject_objection": _plain(routing.reject_objection, reasons="属于贵机关"),
    "escalate_dispute": dispute,
    "decide_organ": designate,
    "assign": assign,
    "recuse": _plain(handling.recuse, reasons="与信访人是亲属", replacement=None),
    "extend": lambda turn: extending.extend(
        turn.loaded,
        actor=turn.actor,
        days=turn.dice.randint(1, 35),
        reason=turn.text(),
        key=turn.key,
        when=turn.when,
    ),
    "start_mediation": start_mediation,
    "agree_settlement": settle,
    "hold_hearing": hearing,
    "to_ordinary": _plain(extending.to_ordinary, reason="案情复杂"),
    "draft_opinion": draft,
    "send_back": _plain(handling.send_back, reasons="缺少法律依据"),
    "sign_opinion": _plain(handling.sign),
    "serve": serve,
    "accept_result": lambda turn: evaluation.accept_result(turn.loaded, key=turn.key, when=turn.when),
    "window_end": lambda turn: serving.lapse(turn.loaded, when=turn.when),
    "request_review": asking(stages.REVIEW),
    "accept_review": taking_on(stages.REVIEW),
    "refuse_review": refuse_review,
    "review_uphold": deciding(stages.REVIEW, ("uphold",)),
    "review_change": deciding(stages.REVIEW, ("change", "revoke")),
    "review_remand": sending_back(stages.REVIEW),
    "request_recheck": asking(stages.RECHECK),
    "accept_recheck": taking_on(stages.RECHECK),
    "recheck_decide": deciding(stages.RECHECK, ("uphold", "change", "revoke")),
    "recheck_remand": sending_back(stages.RECHECK),
    "file_again_same": file_again_same,
    "withdraw": withdraw,
    "urgent_report": urgent,
    "supervise": supervise,
    "evaluate": evaluate,
    "give_notice": give_notice,
    "sort_claims": sort_claims,
    "reassign": reassign,
    "ask_to_withdraw": lambda turn: withdrawing.ask(
        turn.loaded, via="window", actor=turn.actor, key=turn.key, when=turn.when
    ),
    "keep_open": lambda turn: withdrawing.keep(
        turn.loaded, contact=turn.text(), actor=turn.actor, key=turn.key, when=turn.when
    ),
    "add_material": add_material,
    "ask_correction": lambda turn: correcting.ask(
        turn.loaded,
        identity={"phone": f"139{turn.dice.randint(10**7, 10**8 - 1)}"} if turn.dice.random() < 0.5 else {},
        words=turn.text(),
        key=turn.key,
        when=turn.when,
    ),
    "answer_correction": lambda turn: correcting.answer(
        turn.loaded,
        taken=turn.dice.random() < 0.5,
        how=turn.text(),
        actor=turn.actor,
        key=turn.key,
        when=turn.when,
    ),
    "hand_in_report": lambda turn: oversight.hand_in_report(
        turn.loaded, actor=turn.actor, given=turn.given("closing_report"), key=turn.key, when=turn.when
    ),
}
ELSEWHERE = frozenset(
    {"submit", "record_offline", "file_again_new", "recount", "raise_wall", "lift_wall", "reissue_code"}
)
"""Steps that open a case, that only a new holiday notice takes, or that keep a case from people (tests of the walls)."""
FIRST = date(2016, 3, 1)
