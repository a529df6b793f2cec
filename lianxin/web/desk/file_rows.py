"""The only place that turns handed-in material into the lines of a case page, with the addresses that open it."""

from __future__ import annotations

from django.urls import reverse

from lianxin.cases.history import Loaded
from lianxin.cases.materials import files_of
from lianxin.web.material import lines


def file_rows(loaded: Loaded) -> list[dict[str, object]]:
    """Return the material of a case the officer reads; an address only where opening is possible. At most one query."""
    rows = files_of(loaded)
    found = []
    for row, line in zip(rows, lines(rows), strict=True):
        at = [loaded.case.pk, row.seq]
        found.append(
            {
                **line,
                "on": loaded.acts[row.step - 1].on,
                "preview": reverse("desk:file", args=at) if line["shows"] else "",
                "save": reverse("desk:file_save", args=at) if line["opens"] else "",
                "original": reverse("desk:file_original", args=at) if line["opens"] and row.original else "",
            }
        )
    return found
