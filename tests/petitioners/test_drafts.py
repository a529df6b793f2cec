"""Drafts: a receipt is put into an open draft once, or not at all."""

from __future__ import annotations

import pytest

from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import Opened
from tests.cast import on

AT = on("2026-06-01").at
pytestmark = pytest.mark.django_db


def begun() -> Opened:
    draft = drafts.opened(drafts.begin(at=AT))
    assert draft is not None
    return draft


def test_an_open_draft_is_finished_once() -> None:
    draft = begun()
    drafts.finish(draft, {"code": "first"}, at=AT)
    with pytest.raises(drafts.DraftGone):
        drafts.finish(draft, {"code": "second"}, at=AT)
    assert drafts.is_filed(draft.id)


def test_a_wiped_draft_is_not_finished() -> None:
    draft = begun()
    drafts.forget(draft_id=draft.id)
    with pytest.raises(drafts.DraftGone):
        drafts.finish(draft, {"code": "x"}, at=AT)
