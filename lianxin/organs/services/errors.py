"""The one error of this package."""

from __future__ import annotations

from lianxin.procedure.errors import Refused


class BadRecord(Refused):
    """An organ, an officer or a post cannot be written as it was given; the sentence says what is wrong and what to do."""

    default_code = "BAD_RECORD"

    def __init__(self, sentence: str, *, instead: str = "") -> None:
        super().__init__(sentence, article="", instead=instead)
