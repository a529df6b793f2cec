"""The only place where a file leaves by an address of its own: signed for one officer and one file, valid for a minute.

With `FILES_URL` the desk leads there, to an origin without pages and cookies. Who may, and the look, are asked again there.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from lianxin.cases import materials
from lianxin.cases.walls import face_of
from lianxin.ledger import face
from lianxin.organs.actors import Actor, actors_of
from lianxin.procedure.errors import LianxinError
from lianxin.web.clock import now
from lianxin.web.material import saved

SALT = "lianxin.handed"
SECONDS = 60
PURPOSE = "查阅材料"


def address_of(actor: Actor, case_id: int, seq: int, *, original: bool) -> str:
    """Return the address under which this officer may save this file within a minute."""
    token = signing.dumps([actor.staff.pk, actor.organ.pk, case_id, seq, original], salt=SALT)
    return settings.FILES_URL.rstrip("/") + reverse("handed", args=[token])


def given(actor: Actor, case_id: int, seq: int, *, original: bool, at: datetime) -> StreamingHttpResponse:
    """Return the file to be saved, after the look is recorded. Raises Http404, NotOpen, Missing, CannotOpen."""
    found = materials.hand_out(actor, case_id, seq, purpose=PURPOSE, at=at, original=original)
    if found is None:
        raise Http404
    return saved(found)


@require_safe
def handed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return the file a signed address stands for; nothing to anybody for an address that is old, changed, or no longer right."""
    try:
        staff, organ, case_id, seq, original = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    when = now()
    actor = next((one for one in actors_of(staff, on=when.on) if one.organ.pk == organ), None)
    if actor is None:
        raise Http404
    face.wear(face_of(actor))
    try:
        return given(actor, case_id, seq, original=original, at=when.at)
    except LianxinError:
        raise Http404 from None
