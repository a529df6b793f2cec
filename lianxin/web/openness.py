"""The page docs/reference/openness.md: what of each kind of step the petitioner reads, what not, and why.

Made by `lianxin reference` from the rulebooks and `web.public.sentences`; a test fails where a kind of step has neither a sentence
nor a reason here.
"""

from __future__ import annotations

from django.utils import translation

from lianxin.procedure.book import books, load_book
from lianxin.web.public.sentences import REPORT_SHOWN, STEPS

INNER: dict[str, str] = {}
"""Kinds of steps without a sentence of their own, and why; the timeline then bears the rulebook's plain label."""
ON_REPORTS = (
    "Of a report (检举控告) the timeline shows receipt, forwarding and walls alone: any further step would tell whoever has found "
    "the receipt where it went and how far it has come (Art 30)."
)
ALWAYS_HIDDEN = (
    ("the officer's name", "the organ answers, not the person (Art 28); each act is signed in the ledger"),
    ("remarks (`note`)", "internal; what the petitioner must know stands in the papers and in the sentence"),
    ("the case on the other side of a link", "another petitioner's item; its number would lead to a person"),
    ("drafts of an opinion and their papers", "not an answer until they are signed"),
)
KINDS = {
    "citizen": "the petitioner's own act",
    "organ": "an act of the organ",
    "superior": "an act of the organ above",
    "internal": "work inside the organ, told in one sentence",
}


def events() -> dict[str, str]:
    """Return every kind of step of all rulebooks with its English label."""
    found: dict[str, str] = {}
    for name in books():
        for event, rules in load_book(name).steps.items():
            found.setdefault(event, rules[0].label_en)
    return dict(sorted(found.items()))


def untold() -> list[str]:
    """Return the kinds of steps that have neither a sentence nor a reason why not; there must be none."""
    return [event for event in events() if event not in STEPS and event not in INNER]


def page() -> str:
    """Return the page."""
    with translation.override("zh-hans"):
        rows = [_row(event, label) for event, label in events().items()]
    hidden = [f"| {what} | {why} |" for what, why in ALWAYS_HIDDEN]
    return "\n".join(
        [
            "# What the petitioner sees of each step",
            "",
            "Made from the code by `lianxin reference`. Every step of a case stands on the petitioner's timeline, with organ,",
            "day and article; the desk's switch “as the petitioner sees it” shows the same sentences.",
            "",
            "| step | in the rulebook | what the petitioner reads | kind | on a report |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            "## Never shown, and why",
            "",
            "| what | why |",
            "| --- | --- |",
            *hidden,
            "",
            ON_REPORTS,
            "",
        ]
    )


def _row(event: str, label: str) -> str:
    kind, sentence = STEPS.get(event, ("internal", ""))
    told = str(sentence) if sentence else f"the label alone: {INNER.get(event, '')}"
    report = "shown" if event in REPORT_SHOWN else "hidden"
    return f"| `{event}` | {label} | {told} | {KINDS[kind]} | {report} |"
