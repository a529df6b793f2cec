"""The only place that turns the parts asked of other organs (协办) into what pages print: cards, rings, tags."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.history import Loaded
from lianxin.procedure.book import Rulebook
from lianxin.procedure.joint import RECALLED, RETURNED, RUNNING, Part, missing, parts
from lianxin.together.models import Help, PartState
from lianxin.web.desk import words
from lianxin.web.rings import Ring

TONES = {"offered": "amber", "taken": "blue", "answered": "green", "returned": "red", "recalled": "grey"}


def cards(loaded: Loaded, *, on: date, may_recall: bool = False) -> list[dict[str, object]]:
    """Return the parts of a case as cards, those still owed first; no query: the steps that were read tell all of it."""
    found = sorted(parts(loaded.acts), key=lambda part: (part.state not in (*RUNNING, RETURNED), part.due_on))
    return [_card(loaded, part, on=on, may_recall=may_recall) for part in found]


def _card(loaded: Loaded, part: Part, *, on: date, may_recall: bool) -> dict[str, object]:
    recalls = may_recall and (part.state in RUNNING or part.state == RETURNED)
    return {
        "seq": part.seq,
        "organ": part.organ,
        "what": help_label(str(part.asked.get("what", ""))),
        "question": part.question,
        "of_claims": numbers(part.asked.get("of_claims")),
        "through": part.asked.get("through", ""),
        "identity": bool(part.asked.get("identity")) and part.state in RUNNING,
        "state": tag(part.state),
        "ring": ring(loaded.book, part.asked_on, part.due_on, on=on) if part.state in RUNNING else None,
        "on": part.on,
        "words": part.words,
        "said": {RETURNED: _("退回的理由"), RECALLED: _("收回的理由")}.get(part.state, _("答复")),
        "done_on": part.said.get("done_on", ""),
        "recall": reverse("desk:act_recall_part", args=[loaded.case.pk, part.seq]) if recalls else "",
    }


def missing_lines(loaded: Loaded) -> list[str]:
    """Return a line for each part an opinion would not wait for: the organ, and what it was asked."""
    return [
        _("%(organ)s：%(question)s") % {"organ": part.organ, "question": part.question}
        for part in missing(loaded.acts)
    ]


def ring(book: Rulebook, asked_on: date, due_on: date, *, on: date) -> Ring:
    """Return the ring of one part."""
    days = words.days_left(due_on, unit="WD", on=on)
    term = words.days_left(due_on, unit="WD", on=asked_on)
    left = max(0, min(100, round(100 * days / term))) if term > 0 else 0
    return Ring(days, left, True, words.clock_label(book, "JOINT_PART"), due_on)


def tag(state: str) -> dict[str, str]:
    """Return the state of a part in words and tone."""
    return {"text": str(PartState(state).label), "tone": TONES[state]}


def help_label(what: str) -> str:
    """Return what was asked for, in words."""
    return str(Help(what).label) if what in Help.values else ""


def numbers(found: object) -> str:
    """Return the numbers of claims in one line, "" for none."""
    listed: Iterable[object] = found if isinstance(found, (list, tuple)) else ()
    return _("、").join(map(str, listed))
