"""The only place that turns the steps of a case into its timeline at the desk: as officers see it, and as the petitioner does."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, Kind, Paper, Step
from lianxin.cases.selectors import Opened
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.public.sentences import REPORT_SHOWN
from lianxin.web.public.sentences import told as told_to_petitioner


def timeline(opened: Opened, *, public: bool) -> list[dict[str, object]]:
    """Return the steps, newest first; the public view without officers' names and notes. Who reads the case sees in it the
    petitioner's own sentences, and of a report only what its petitioner sees.
    """
    book, case = opened.loaded.book, opened.case
    told = public and opened.text is not None
    steps = [
        step
        for step in reversed(opened.steps)
        if not told or case.kind != Kind.REPORT or step.event in REPORT_SHOWN
    ]
    papers: dict[int, list[dict[str, str]]] = {}
    for paper in opened.papers:
        papers.setdefault(paper.step, []).append(paper_link(book, case, paper))
    rows = [_step(book, step, papers.get(step.seq, []), public=public) for step in steps]
    return [{**row, **_as_told(step, book)} for row, step in zip(rows, steps, strict=True)] if told else rows


def _as_told(step: Step, book: Rulebook) -> dict[str, object]:
    """Return what the petitioner reads in the place of a step's name."""
    kind, title = told_to_petitioner(step, book)
    return {"kind": kind, "title": title}


def _step(book: Rulebook, step: Step, papers: list[dict[str, str]], *, public: bool) -> dict[str, object]:
    organ = step.organ.name if step.organ else ""
    rules = book.steps.get(step.event, ())
    rule = next((one for one in rules if one.id == step.rule), None)
    by_petitioner = step.role == "petitioner"
    officer = words.by_whom(organ, "" if public or not step.staff else step.staff.name)
    by = officer if not by_petitioner else _("信访人")
    if by_petitioner and officer:
        by = _("信访人（由%(officer)s录入）") % {"officer": officer}
    return {
        "title": title_of(book, step),
        "on": step.on,
        "by": by or _("系统"),
        "text": "" if public else step.note,
        "article": rule.basis if rule else "",
        "kind": "citizen" if by_petitioner else "organ",
        "papers": papers,
        "late": False,
    }


def title_of(book: Rulebook, step: Step) -> str:
    """Return the name of a step; a hearing is called first and held later."""
    if step.event == "hold_hearing" and step.facts.get("phase") == "notice":
        return _("发出听证通知")
    return words.event_label(book, step.event, step.rule)


def paper_link(book: Rulebook, case: Case, paper: Paper) -> dict[str, str]:
    """Return name and address of a paper's PDF."""
    title = _("%(label)s %(number)s（PDF）") % {
        "label": words.paper_label(book, paper.kind),
        "number": paper.number,
    }
    return {"title": title, "href": reverse("desk:paper", args=[case.pk, paper.seq])}
