"""Lines of the log on stderr."""

from __future__ import annotations

import logging


class Line(logging.Formatter):
    """One line a record; frames of a fault below it only where the fault is ours.

    What a stranger sends that cannot be read (a form without a boundary) is a warning: its frames would
    only fill the log, and anybody could make them.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, with its traceback from level ERROR on."""
        if record.levelno >= logging.ERROR:
            return super().format(record)
        return f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}"
