"""Answered drafts of the public form, ready to be sent."""

from __future__ import annotations

from django.utils import timezone

from lianxin.petitioners import drafts
from tests.cast import STORY, XIN, Cast


def answered_draft(cast: Cast, text: str = "") -> str:
    """Return the handle of a draft with every question answered, for county 安州区."""
    at = timezone.now()
    handle = drafts.begin(at=at)
    draft = drafts.opened(handle)
    assert draft is not None
    regions, organ = cast.regions, cast.organs["anzhou"]
    answers = {
        "story": text or STORY,
        "claims": "恢复发放低保金",
        "kind": "claim",
        "province": str(regions["sichuan"].pk),
        "city": str(regions["mianyang"].pk),
        "county": str(regions["anzhou"].pk),
        "topic": "01",
        "category": "0101",
        "organ": str(organ.pk),
        "proposed": organ.code,
        "subroute": "31.4",
        "who": "self",
        "name": XIN["name"],
        "phone": XIN["phone"],
        "address": XIN["address"],
    }
    drafts.save(draft, answers, at=at)
    return handle
