"""Withdrawal (撤回): asked for, waited for, looked into; it stands only where the petitioner wants it freely.

A wish to withdraw changes nothing while it waits. A word of pressure ends it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianxin.cases.models import Case
from lianxin.cases.policies import NotYours, check_may
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.papers import letter
from lianxin.cases.texts import normalised
from lianxin.organs.actors import Actor
from lianxin.papers import missing_glyphs
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.closing import wish_to_withdraw
from lianxin.procedure.errors import GuardFailed

ARTICLE = "撤回惯例"
WAYS = {"online": "网上", "window": "当面", "phone": "电话", "letter": "书面来信", "visit": "上门"}
"""How the petitioner was reached, or came."""
RELAYED_WAYS = frozenset(WAYS) - {"online"}
STILL_POSSIBLE = (
    "以后仍然可以就同一件事再次提出，没有期限限制；也可以走法律规定的其他途径，请留意那些途径自己的期限。"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to withdraw that waits: its day, how it came, and the last day of waiting."""

    asked_on: date
    via: str
    waits_until: date


def wish_of(loaded: Loaded) -> Wish | None:
    """Return the wish to withdraw that nobody has settled yet, or None."""
    act = wish_to_withdraw(loaded.acts)
    if act is None:
        return None
    last = deadline(loaded.book, "WITHDRAW_WAIT", act.on, calendar=load_calendar()).nominal
    return Wish(act.on, str(act.facts.get("via", "")), last)


def ask(loaded: Loaded, *, via: str, actor: Actor | None, key: str, when: Moment) -> Case:
    """Return the case with the petitioner's wish to withdraw, which waits; everything goes on as before.

    `actor` is None online, else the officer of a window who writes it down. Raises NotYours, Refused, Stale.
    """
    if actor is not None:
        check_may(actor, loaded.case, "ask_to_withdraw")
    _check_scope(loaded.case)
    if via not in (RELAYED_WAYS if actor else ("online",)):
        raise GuardFailed("请写明信访人是怎样提出撤回的", article=ARTICLE)
    request = Request(
        "ask_to_withdraw", key, {"explicit": True, "via": via}, role=PETITIONER, relayed=actor is not None
    )
    return perform(loaded, request, actor=actor, when=when)


def keep(loaded: Loaded, *, contact: str, actor: Actor | None, key: str, when: Moment) -> Case:
    """Return the case as going on: the petitioner takes the wish back, or an officer found it is not free.

    `contact` says how the petitioner was reached and what was said; without identity. Raises NotYours, Refused, Stale.
    """
    if actor is not None:
        check_may(actor, loaded.case, "keep_open")
    contact = normalised(contact)
    if actor is not None:
        nameless(loaded.case, {"contact": contact})
    facts = {"contact": contact or ("online" if actor is None else ""), "pressure": False}
    role = (
        PETITIONER
        if actor is None
        else next(r for r in ("window", "intake", "head", "") if not r or actor.has(r))
    )
    return perform(loaded, Request("keep_open", key, facts, role=role), actor=actor, when=when)


def pressed(loaded: Loaded, *, words: str, key: str, when: Moment) -> Case:
    """Return the case as going on because the petitioner says to have been pressed to withdraw.

    The words stand in the step's facts for supervisors of the organs above, and nowhere else. It may be said at any
    time, whether or not a wish waits. Raises Refused, Stale.
    """
    _check_scope(loaded.case)
    facts = {"contact": normalised(words) or "信访人说是被要求撤回的", "pressure": True}
    return perform(loaded, Request("keep_open", key, facts, role=PETITIONER), actor=None, when=when)


def withdraw(
    loaded: Loaded, *, free: bool, contact: str, record: str, actor: Actor | None, key: str, when: Moment
) -> Case:
    """Return the case as withdrawn, after its waiting time, with the confirmation (撤回确认).

    Online the petitioner has said again that it is free; an officer who is not the case's own has asked by another
    contact than the one the wish came by, and `record` says what was answered. Raises NotYours, Refused, Stale.
    """
    _check_scope(loaded.case)
    wish, record = wish_of(loaded), normalised(record)
    if actor is not None:
        check_may(actor, loaded.case, "withdraw")
        _check_officer(loaded, wish, actor, contact=contact, record=record)
    contact = contact if actor else "online"
    how = (
        f"{WAYS[contact]}核实。{record}"
        if actor
        else "信访人在网上再次确认：撤回是自己的决定，没有人要求或者强迫。"
    )
    facts = {"free": free, "recorded": True, "contact": contact}
    asked = f"信访人于{wish.asked_on.isoformat()}提出撤回，" if wish else ""
    given = {
        "what_happened": f"{asked}等待期满后于{when.on.isoformat()}再次确认撤回。",
        "stated_freely": how,
        "what_stays_possible": STILL_POSSIBLE,
    }
    holder = loaded.case.holder
    paper = letter(loaded, "withdrawal_confirmation", organ=holder, on=when.on, given=given)
    request = Request("withdraw", key, facts, role=PETITIONER, relayed=actor is not None)
    return perform(
        loaded, request, actor=actor, when=when, writing=Writing({"offered_to": None}, papers=[paper])
    )


def _check_scope(case: Case) -> None:
    """Refuse a report (检举控告): the organ that is competent goes on with it whether or not anybody wants it."""
    if case.kind == "report":
        raise GuardFailed(
            "检举控告由有权机关依职权办理，不适用撤回",
            article="信访工作条例 第三十条",
            instead="您可以补充说明情况。",
        )


def _check_officer(loaded: Loaded, wish: Wish | None, actor: Actor, *, contact: str, record: str) -> None:
    """Refuse the case's own officer, the contact the wish came by, and a record that says nothing."""
    if loaded.case.officer_id == actor.staff.pk:
        raise NotYours("撤回不能由本件的承办人核实", article=ARTICLE, instead="请由其他同事联系信访人。")
    if contact not in RELAYED_WAYS or (wish and contact == wish.via):
        came = WAYS.get(wish.via, "") if wish else ""
        raise GuardFailed(
            "请换一种联系方式核实" + (f"：撤回是通过“{came}”提出的" if came else ""), article=ARTICLE
        )
    if not record:
        raise GuardFailed("请写明信访人是怎样回答的", article=ARTICLE)
    nameless(loaded.case, {"record": record})
    if strange := missing_glyphs(record, "body"):
        raise GuardFailed(f"有打印不出的字：{' '.join(strange)}，请换一种写法", article=ARTICLE)
