"""The three powers to suggest: facts and basis, a written answer in thirty days, and discipline for few eyes."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.policies import NotYours
from lianxin.ledger.models import Event
from lianxin.oversight import selectors
from lianxin.oversight.models import Suggestion
from lianxin.oversight.services import suggestions
from lianxin.procedure.errors import GuardFailed, Stale
from tests.cast import Cast, key, on
from tests.oversight.test_inspections import hired


def issued(cast: Cast, kind: str = "work", who: str = "du", **changes: object) -> Suggestion:
    given: dict[str, object] = {
        "title": "补发低保金应当写明计算方法",
        "facts": "抽查三件，两件没有写明。",
        "basis": "信访工作条例 第三十二条",
        "words": "统一处理意见书的计算表。",
        "key": key(),
        **changes,
    }
    return suggestions.issue(
        kind,
        cast.organs["anzhou"],
        actor=cast.actor(who),
        when=on("2026-06-01"),
        **given,  # type: ignore[arg-type]
    )


def test_it_is_answered_in_writing_within_its_clock(cast: Cast) -> None:
    found = issued(cast)
    assert found.due_on == date(2026, 7, 1)
    with pytest.raises(NotYours):
        suggestions.answer(
            found, adoption="adopted", feedback="照办", actor=cast.actor("han"), when=on("2026-06-03")
        )
    with pytest.raises(GuardFailed, match="书面反馈"):
        suggestions.answer(
            found, adoption="not", feedback=" ", actor=cast.actor("tou"), when=on("2026-06-03")
        )
    found = suggestions.answer(
        found,
        adoption="partly",
        feedback="已改用计算表；旧件逐步补写。",
        actor=cast.actor("tou"),
        when=on("2026-06-03"),
    )
    assert (found.adoption, found.answered_on) == ("partly", date(2026, 6, 3))
    with pytest.raises(Stale):
        suggestions.answer(
            found, adoption="adopted", feedback="照办", actor=cast.actor("tou"), when=on("2026-06-04")
        )
    assert list(Event.objects.filter(kind__startswith="suggestion.").values_list("kind", flat=True)) == [
        "suggestion.issued",
        "suggestion.answered",
    ]


def test_a_repeated_key_issues_once_and_a_hole_issues_nothing(cast: Cast) -> None:
    first, second = (issued(cast, key="the-key-of-a-form") for _ in range(2))
    assert first.pk == second.pk and Suggestion.objects.count() == 1
    with pytest.raises(GuardFailed, match="依据"):
        issued(cast, basis="")
    with pytest.raises(NotYours):
        issued(cast, who="fu")
    assert Suggestion.objects.count() == 1


def test_discipline_is_for_supervisors_and_heads_alone(cast: Cast) -> None:
    with pytest.raises(NotYours):
        issued(cast, "account")
    found = issued(cast, "account", who="shi")
    hired(cast, "shen_ji", "anzhou", "auditor")
    assert selectors.suggestion(cast.actor("tou"), found.pk) == found
    assert selectors.suggestion(cast.actor("du"), found.pk) == found
    for name in ("han", "shen", "shen_ji", "guan", "wai", "fu"):
        assert selectors.suggestion(cast.actor(name), found.pk) is None, name
    work = issued(cast)
    assert selectors.suggestions(cast.actor("shen_ji"), received=True) == [work], (
        "the auditor reads the others"
    )
    assert selectors.suggestions(cast.actor("wai"), received=True) == []
