"""What may go wrong with the identity platform; the face says it in a sentence, the log in detail."""

from __future__ import annotations

from lianxin.procedure.errors import LianxinError


class PlatformError(LianxinError):
    """The way through the platform leads nowhere this time."""


class Unreachable(PlatformError):
    """The platform does not answer, or describes itself in a way that cannot be used."""


class Rejected(PlatformError):
    """What came back is not believed, or the platform says no."""
