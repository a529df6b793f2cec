"""What Django's reports of faults may say: where it happened and what kind of fault, never the value of anything."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

SAID_BY_FAULT = ("exception_value", "exception_notes", "unicode_hint", "template_info", "postmortem")
"""What a report repeats of the words of a fault, in which a value may stand."""


class NoValues(SafeExceptionReporterFilter):
    """Names of variables, parameters, cookies, headers and settings stay, their values go; by each profile and with DEBUG too.

    An identity that is just being opened stands in the variables of some frame, and so do the keys.
    """

    def is_active(self, request: HttpRequest | None) -> bool:
        """Return True: there is no mode in which a value may be shown."""
        return True

    def get_traceback_frame_variables(self, request: Any, tb_frame: FrameType) -> Any:
        """Return the names of a frame's variables, each without its value."""
        return {name: self.cleansed_substitute for name in tb_frame.f_locals}.items()

    def get_post_parameters(self, request: Any) -> Any:
        """Return the names of what was sent, each without its value."""
        sent = QueryDict(mutable=True)
        for name in getattr(request, "POST", {}):
            sent[name] = self.cleansed_substitute
        return sent

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """Return what stands for the value of a setting, a header or a cookie, whatever its name."""
        return self.cleansed_substitute

    def get_cleansed_multivaluedict(self, request: Any, multivaluedict: Any) -> Any:
        """Return the names of what a form held, each without its value."""
        return {name: self.cleansed_substitute for name in multivaluedict}


class NoWords(ExceptionReporter):
    """A report that names the kind of fault, where it was raised and the pattern of the address, not its words nor the address."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Return what the report is made of, without what the fault says and what was asked for."""
        data = {**super().get_traceback_data(), "user_str": ""}
        data.update({name: "" for name in SAID_BY_FAULT if name in data})
        if self.request is None:
            return data
        match = self.request.resolver_match
        route = match.route if match else ""
        hidden = self.filter.get_cleansed_multivaluedict
        sent = {name: hidden(self.request, getattr(self.request, name)) for name in ("GET", "POST", "FILES")}
        return {
            **data,
            "request": SimpleNamespace(
                META={"REQUEST_METHOD": self.request.method},
                path_info=route,
                COOKIES=self.request.COOKIES,
                **sent,
            ),
            "request_insecure_uri": route,
            "request_GET_items": sent["GET"].items(),
            "request_FILES_items": sent["FILES"].items(),
        }

    def get_exception_traceback_frames(
        self, exc_value: BaseException | None, tb: TracebackType | None
    ) -> Iterator[dict[str, Any]]:
        """Yield the frames, each with the kind of the fault that led to it instead of its words."""
        for frame in super().get_exception_traceback_frames(exc_value, tb):
            cause = frame["exc_cause"]
            yield {**frame, "exc_cause": type(cause).__name__ if cause else None}
