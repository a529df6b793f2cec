"""Telling the petitioner (告知): a notice that is owed is kept as told only when somebody has told it, and how (Art 23(2))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from lianxin.cases.history import BEIJING
from lianxin.cases.models import Case, Kind, Notice
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, mark_told, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第二十三条"
RECEPTION = "receipt"
WAYS = {
    "in_person": "当场告知",
    "post": "邮寄告知",
    "phone": "电话告知",
    "sms": "短信告知",
    "online": "网上告知",
}
ROLES = ("window", "intake", "handler", "head", "reviewer", "rechecker", "report_desk")


def owed(case: Case) -> list[Notice]:
    """Return the notices that are still owed, oldest first."""
    return list(Notice.objects.filter(case_id=case.pk, state=Notice.State.OWED).order_by("seq", "kind"))


def owed_by(actor: Actor, loaded: Loaded) -> list[Notice]:
    """Return the notices this officer's organ may keep as told: all where it answers for the case, else those of its own steps."""
    mine = loaded.case.holder_id == actor.organ.pk
    return [
        notice
        for notice in owed(loaded.case)
        if mine or loaded.acts[notice.seq - 1].organ == str(actor.organ.pk)
    ]


def name_of(notice: Notice) -> str:
    """Return the name of one notice within its case: the number of its act and its kind."""
    return f"{notice.seq}.{notice.kind}"


def give_notice(
    loaded: Loaded,
    *,
    actor: Actor,
    notices: Sequence[str],
    way: str,
    proof: str,
    told_on: date,
    key: str,
    when: Moment,
) -> Case:
    """Return the case with the chosen owed notices (`name_of`) kept as told on `told_on`, one of `WAYS`, with its proof.

    Nothing marks a notice as told by itself. A suggestion is accepted by no paper: its receipt, told, ends the fifteen days.
    Raises NotYours, GuardFailed for a notice that is not owed, a day before
    it was issued or in the future, a missing proof; Stale.
    """
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "give_notice")
    there = {name_of(notice): notice for notice in owed_by(actor, loaded)}
    chosen = [there[name] for name in dict.fromkeys(notices) if name in there]
    if not chosen or len(chosen) != len(set(notices)):
        raise GuardFailed("请选择还没有告知的文书", article=ARTICLE)
    if way not in WAYS:
        raise GuardFailed("请选择告知的方式", article=ARTICLE)
    proof = needed(proof, "告知的凭证", article=ARTICLE, line=True)
    nameless(loaded.case, {"proof": proof}, fields=("name", "id_number", "phone", "address"))
    first = max(loaded.acts[notice.seq - 1].on for notice in chosen)
    if not first <= told_on <= when.on:
        raise GuardFailed(f"告知日期应当在文书出具之日（{first}）和今天（{when.on}）之间", article=ARTICLE)
    parts: dict[str, object] = {
        "notices": [name_of(notice) for notice in chosen],
        "way": f"{WAYS[way]}：{proof}",
        "told_on": told_on.isoformat(),
    }
    if loaded.case.kind == Kind.SUGGESTION and RECEPTION in {notice.kind for notice in chosen}:
        parts["stops"] = ["REG_NOTICE"]
    at = when.at if told_on == when.on else datetime.combine(told_on, time(12), BEIJING)

    def told(seq: int) -> None:
        for notice in chosen:
            mark_told(loaded.case, notice.seq, notice.kind, at=at)

    role = next((role for role in ROLES if actor.has(role)), "")
    request = Request("give_notice", key, parts, note=str(parts["way"]), role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=told))
