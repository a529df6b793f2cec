"""Correction (更正): the petitioner asks, an officer checks and answers; what was there before is kept.

A corrected field of the identity stays sealed in both forms (`petitioners.rights`). The words of a petition are never changed:
what is to be read instead stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lianxin.cases.models import Case, Step
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import normalised, tidied
from lianxin.ledger.chain import record_look
from lianxin.organs.actors import Actor
from lianxin.petitioners import rights, vault
from lianxin.procedure.closing import correction_asked
from lianxin.procedure.errors import GuardFailed

ARTICLE = "个人信息保护法 第四十六条"
TEXT = "text"
"""What stands among the fields of a request for a correction of the words."""
ANSWERERS = ("window", "handler", "intake", "report_desk")
PURPOSE = "核对更正申请"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a correction that waits: the step that asked, its day, the fields named, and the words for the text."""

    step: int
    on: date
    fields: tuple[str, ...]
    words: str

    @property
    def identity(self) -> tuple[str, ...]:
        """Return the fields of the identity among them."""
        return tuple(field for field in self.fields if field != TEXT)


@dataclass(frozen=True, slots=True)
class Noted:
    """A correction of the words that was asked for: its day, what is to be read, and whether it was taken (None: waits)."""

    on: date
    words: str
    taken: bool | None


def waiting(loaded: Loaded) -> Asked | None:
    """Return the request for a correction that nobody has answered yet, or None."""
    act = correction_asked(loaded.acts)
    if act is None:
        return None
    fields = act.facts.get("fields")
    named = tuple(str(one) for one in fields) if isinstance(fields, list) else ()
    step = max(n for n, one in enumerate(loaded.acts, start=1) if one is act)
    return Asked(step, act.on, named, str(act.facts.get("words", "")))


def ask(loaded: Loaded, *, identity: Mapping[str, str], words: str, key: str, when: Moment) -> Case:
    """Return the case with the petitioner's request: new values of the own identity are sealed, words stand in the step.

    The page offers an anonymous petitioner the words alone. Raises GuardFailed where nothing is named or one request waits,
    Refused, Stale.
    """
    values = {field: value for field, value in tidied(identity).items() if value}
    text = normalised(words)
    facts: dict[str, object] = {"fields": [*values, *([TEXT] if text else [])]}
    if text:
        facts["words"] = text

    def seal(step: int) -> None:
        if values:
            rights.ask_correction(case_id=loaded.case.pk, values=values, step=step)

    request = Request("ask_correction", key, facts, role=PETITIONER)
    return perform(loaded, request, actor=None, when=when, writing=Writing(also=seal))


def opened(loaded: Loaded, *, actor: Actor, at: datetime) -> dict[str, str]:
    """Return the values asked for, after the officer's look is recorded; {} where only the words are to be corrected.

    Raises NotYours, GuardFailed where nothing waits.
    """
    check_may(actor, loaded.case, "answer_correction")
    found = _waiting(loaded)
    if not found.identity:
        record_look(case_id=loaded.case.pk, what="case", purpose=PURPOSE, reader=actor.reader(), at=at)
        return {}
    fields = dict.fromkeys(found.identity, found.step)
    return rights.asked(case_id=loaded.case.pk, fields=fields, purpose=PURPOSE, reader=actor.reader(), at=at)


def answer(loaded: Loaded, *, taken: bool, how: str, actor: Actor, key: str, when: Moment) -> Case:
    """Return the case with the request answered: taken, the new values hold from now on and the earlier ones stay sealed;
    not taken, they are destroyed. `how` says how it was checked, or why not; the petitioner reads it.

    Raises NotYours, GuardFailed, Refused, Stale.
    """
    if key in loaded.keys:
        return loaded.case
    check_may(actor, loaded.case, "answer_correction")
    found = _waiting(loaded)
    how = needed(how, "怎样核对的", article=ARTICLE)
    nameless(loaded.case, {"how": how}, fields=vault.FIELDS)
    role = next((one for one in ANSWERERS if actor.has(one)), "")
    facts = {"taken": taken, "how": how, "fields": list(found.fields)}

    def settle(step: int) -> None:
        if found.identity:
            rights.settle_correction(case_id=loaded.case.pk, asked_in=found.step, step=step, taken=taken)

    request = Request("answer_correction", key, facts, role=role)
    return perform(loaded, request, actor=actor, when=when, writing=Writing(also=settle))


def of_words(steps: Sequence[Step]) -> list[Noted]:
    """Return the corrections of the words that were asked for, oldest first: they stand beside what was written."""
    found: list[Noted] = []
    for n, step in enumerate(steps):
        if step.event == "ask_correction" and step.facts.get("words"):
            answer_ = next((one for one in steps[n:] if one.event == "answer_correction"), None)
            taken = bool(answer_.facts.get("taken")) if answer_ is not None else None
            found.append(Noted(step.on, str(step.facts["words"]), taken))
    return found


def _waiting(loaded: Loaded) -> Asked:
    found = waiting(loaded)
    if found is None:
        raise GuardFailed("没有等待核对的更正申请", article=ARTICLE, instead="请刷新后再看。")
    return found
