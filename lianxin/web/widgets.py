"""The only place for form parts that Django lacks: a date in three boxes, and a choice with a hint.

`components/form_field` knows how to draw both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise

_WHOLE_DATE = re.compile(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*")


@dataclass(frozen=True, slots=True)
class Hinted:
    """A choice label with a second, grey line under it: `("appeal", Hinted("申诉", "不服已有的处理"))`."""

    text: str | Promise
    hint: str | Promise

    def __str__(self) -> str:
        return str(self.text)


class DateParts(forms.MultiWidget):
    """Three boxes, year, month and day, for a `DateField`.

    What was typed comes back as typed when it is not a date. A whole date put into the
    year's box ("2026-05-08", "2026年5月8日") is understood.
    """

    parts = True

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.TextInput(attrs=attrs) for part in ("year", "month", "day")
        }
        super().__init__(widgets=boxes)

    def decompress(self, value: object) -> list[str]:
        """Return the three boxes' text for a date, or for what was typed before."""
        if isinstance(value, date):
            return [str(value.year), str(value.month), str(value.day)]
        if isinstance(value, str) and value:
            return [*value.split("-", 2), "", ""][:3]
        return ["", "", ""]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return "year-month-day" as typed, full-width digits made plain; "" when all boxes are empty."""
        year, month, day = (
            unicodedata.normalize("NFKC", str(data.get(f"{name}_{part}") or "")).strip()
            for part in ("year", "month", "day")
        )
        if not (month or day) and (whole := _WHOLE_DATE.fullmatch(year)):
            year, month, day = whole.groups()
        return "-".join(part.replace("-", " ") for part in (year, month, day)) if year or month or day else ""

    def id_for_label(self, id_: str) -> str:
        """Return the id of the first box, which the error summary links to."""
        return id_
