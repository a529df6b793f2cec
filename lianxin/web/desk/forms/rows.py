"""The only place for a form with rows: all rows are judged at once, and the summary on top names the broken ones."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from lianxin.web.desk.acting import KeyForm


class RowsForm(KeyForm):
    """An act's form with rows of its own, made by the class below it."""

    def every_row(self) -> Sequence[forms.Form]:
        """Return all rows, in the order of the page."""
        raise NotImplementedError

    def is_valid(self) -> bool:
        """Tell whether the form and every row are valid; each row is judged, so that all errors show at once."""
        return all([super().is_valid(), *[row.is_valid() for row in self.every_row()]])

    @property
    def broken_rows(self) -> list[forms.Form]:
        """Return the rows with mistakes, for the summary on top of the page."""
        return [row for row in self.every_row() if row.errors]
