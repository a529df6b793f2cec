"""What public site and desk share for handed-in files: the form, taking several at once, and the lines of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.materials import Handed
from lianxin.cases.models import Attachment
from lianxin.cases.services.attaching import Room
from lianxin.files import keeping
from lianxin.files.keeping import Kept
from lianxin.files.kinds import AUDIO, ENDINGS, MEGA, Unfit
from lianxin.files.names import disposition, title_of
from lianxin.files.sentences import refusal, state_words
from lianxin.web import uploads

PICTURES = "image/jpeg,image/png,image/webp"
UNIT = 5 * MEGA
"""Bytes that count as one in a network's budget of a day."""


class Several(forms.FileInput):
    """A box for files: as many as one likes."""

    allow_multiple_selected = True

    def value_from_datadict(
        self, data: Any, files: MultiValueDict[str, UploadedFile[bytes]], name: str
    ) -> list[Any]:
        """Return all files that came under the name."""
        return files.getlist(name) if files else []


class FilesField(forms.Field):
    """Files; whether they are fit is for `files.keeping` to say, here only whether there are any."""

    def clean(self, value: Any) -> list[Any]:
        """Return the files that came."""
        return list(value or [])


class MaterialForm(forms.Form):
    """Files from the disk, photographs from the camera, and whether pictures are evidence as they are."""

    uploads = FilesField(
        label=_("选择文件"),
        help_text=_("照片、PDF、Word（DOCX）、Excel（XLSX）、文本、录音；可以一次选几个。"),
        widget=Several(attrs={"multiple": True, "accept": ",".join(ENDINGS)}),
        required=False,
    )
    photos = FilesField(
        label=_("用手机拍照"),
        help_text=_("拍证件、通知、现场都可以；请拍清楚文字。"),
        widget=Several(attrs={"accept": PICTURES, "capture": "environment"}),
        required=False,
    )
    evidence = forms.BooleanField(
        label=_("照片要作证据，请把原图也封存起来"),
        help_text=_("不勾选的，照片里的拍摄地点、时间、手机型号会自动去掉，只留画面。"),
        required=False,
    )


@dataclass(slots=True)
class Taken:
    """What became of the files that came: those kept, and a sentence for each that was not."""

    kept: list[Kept] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def throw_away(self) -> None:
        """Throw the kept ones away again: what they were for did not happen."""
        throw_away(self.kept)


def throw_away(kept: Iterable[Kept]) -> None:
    """Throw kept files away, with their originals."""
    keeping.throw_away(name for one in kept for name in (one.name, one.original))


def take(
    owner: int,
    data: Mapping[str, Any],
    request: HttpRequest,
    *,
    room: Room,
    spent: Callable[[int], bool] | None = None,
) -> Taken:
    """Return what became of the files of a form's cleaned data; one that is refused does not keep the others away.

    `room` is how much more there may be; `spent` is called with the number of budget units of each file and tells whether
    they may still be spent (None: no budget).
    """
    taken, left = Taken(), room.size
    if why := uploads.too_much(request):
        taken.problems.append(_sentence(why, gettext("您选的文件")))
    for upload in (*data.get("uploads", ()), *data.get("photos", ())):
        title = title_of(str(upload.name or ""))
        if len(taken.kept) >= room.files:
            taken.problems.append(_sentence("too_many", title))
        elif (upload.size or 0) > left:
            taken.problems.append(_sentence("case_full", title))
        elif spent is not None and not spent(1 + (upload.size or 0) // UNIT):
            taken.problems.append(_sentence("quota", title))
        else:
            try:
                body: Any = upload.file
                kept = keeping.take_in(
                    owner, body, str(upload.name or ""), evidence=bool(data.get("evidence"))
                )
            except Unfit as unfit:
                taken.problems.append(_sentence(unfit.code, title))
            else:
                taken.kept.append(kept)
                left -= kept.size
    return taken


def _sentence(code: str, title: str) -> str:
    limits = {
        "mb": settings.FILES_MAX_MB,
        "case_mb": settings.FILES_CASE_MB,
        "n": min(settings.FILES_PER_CASE, uploads.AT_ONCE) if code == "too_many" else settings.FILES_PER_CASE,
    }
    return refusal(code, title, **limits)


def lines(rows: Sequence[Kept | Attachment]) -> list[dict[str, object]]:
    """Return handed-in files as a list shows them: name, kind and size, and what is told of their state."""
    return [
        {
            "title": row.title,
            "size": size_words(row.size),
            "state": state_words(row.state, row.reason),
            "tone": {"held": "amber", "quarantined": "red"}.get(row.state, "green"),
            "opens": keeping.may_hand_out(row.state),
            "shows": keeping.may_preview(row.kind, row.state, row.reason),
            "audio": row.kind in AUDIO,
            "evidence": bool(row.original),
        }
        for row in rows
    ]


def size_words(size: int) -> str:
    """Return a size in bytes as people say it."""
    if size >= MEGA:
        return gettext("%(n)s 兆") % {"n": f"{size / MEGA:.1f}"}
    return gettext("%(n)d K") % {"n": max(1, round(size / 1024))}


def saved(handed: Handed) -> StreamingHttpResponse:
    """Return the response that saves a file and shows it nowhere, whole: a wish for a part of it is not heard."""
    response = StreamingHttpResponse(handed.data, content_type=handed.mime)
    response["Content-Disposition"] = disposition(handed.title)
    if handed.size:
        response["Content-Length"] = str(handed.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["Accept-Ranges"] = "none"
    return response
