"""The filters of the worklist, sent by GET: unknown values ask for nothing, so there is nothing to validate."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianxin.cases.models import Channel, Kind
from lianxin.cases.selectors import Wanted
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words

OPEN_STATES = (
    "received",
    "registered",
    "referred",
    "objected",
    "disputed",
    "accepted",
    "handling",
    "signoff",
    "issued",
    "served",
)


def filters(book: Rulebook, wanted: Wanted) -> list[dict[str, object]]:
    """Return the three lists one may choose from: name, label, options, and what is chosen."""
    states = [(state, words.state_label(book, state)) for state in OPEN_STATES]
    chosen = wanted.states[0] if len(wanted.states) == 1 else ""
    rows = (
        ("state", _("状态"), states, chosen),
        ("channel", _("信访形式"), Channel.choices, wanted.channel),
        ("kind", _("类别"), Kind.choices, wanted.kind),
    )
    return [
        {"name": name, "label": label, "options": [("", _("全部")), *options], "chosen": value}
        for name, label, options, value in rows
    ]
