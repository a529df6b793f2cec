"""The second person's consent: one field everywhere, nobody chosen beforehand, nobody offered who must stay out."""

from __future__ import annotations

import re

import pytest

from lianxin.cases.models import Case, Step
from lianxin.cases.services import handling, leaving
from lianxin.procedure.errors import GuardFailed
from lianxin.web.desk.forms.fields import ConsentField
from tests.cases.test_leaving import MERGED, suggested
from tests.cases.test_oversight import urgent
from tests.cases.test_working import mediate
from tests.cast import FROM, Cast, key, on
from tests.security.walling import hired, raised
from tests.web.desk.conftest import Desk

PAGES = {
    "accept": ("registered", "fen"),
    "merge": ("registered", "fen"),
    "route-out": ("registered", "fen"),
    "suggestion": ("suggested", "han"),
    "in-progress": ("registered", "fen"),
    "final": ("registered", "fen"),
    "urgent-report": ("assigned", "zhi"),
    "agree-settlement": ("mediated", "tiao"),
    "review-uphold": ("under_review", "fu"),
    "lift-wall": ("walled", "shi"),
}


def case_for(cast: Cast, name: str) -> Case:
    """Return a case at which the page is open."""
    if name == "walled":
        return raised(cast, cast.assigned(), "绵阳市安州区民政局")
    if name == "suggested":
        return suggested(cast)
    if name == "mediated":
        return mediate(cast, cast.assigned())
    found: Case = getattr(cast, name)()
    return found


@pytest.mark.parametrize("page", sorted(PAGES))
def test_one_field_for_all_and_nobody_is_chosen_beforehand(cast: Cast, desk: Desk, page: str) -> None:
    name, who = PAGES[page]
    answer = desk(who).get(f"/desk/case/{case_for(cast, name).pk}/{page}/")
    assert answer.status_code == 200
    field = answer.context["form"].fields["approver"]
    assert isinstance(field, ConsentField) and len(list(field.choices)) > 1
    select = re.search(r'<select[^>]*name="approver".*?</select>', answer.content.decode(), re.S)
    assert select and not re.search(r'<option value="\d+"[^>]*selected', select[0])
    assert '<option value=""' in select[0] and "同意会记在他的名下" in answer.content.decode()


def offered(desk: Desk, case: Case, page: str, who: str) -> set[str]:
    """Return who is offered on a page, by name."""
    form = desk(who).get(f"/desk/case/{case.pk}/{page}/").context["form"]
    return {label for value, label in form.fields["approver"].choices if value}


@pytest.mark.parametrize("page", ["merge", "route-out"])
def test_coi_03_the_accused_is_not_offered(cast: Cast, desk: Desk, page: str) -> None:
    hired(cast, "gao", "anzhou", "checker")
    case = cast.registered()
    assert offered(desk, case, page, "fen") == {"沈审核", "高承办"}
    done = raised(cast, case, "高承办")
    assert offered(desk, done, page, "fen") == {"沈审核"}


def test_coi_03_who_has_stood_back_is_not_offered_and_is_refused(cast: Cast, desk: Desk) -> None:
    hired(cast, "han", "anzhou", "head", since=FROM)
    case = cast.assigned()
    assert "韩承办" in offered(desk, case, "urgent-report", "zhi")
    handling.recuse(
        cast.load("han", case),
        actor=cast.actor("han"),
        reasons="是亲属",
        replacement=None,
        key=key(),
        when=on("2026-06-01"),
    )
    assert "韩承办" not in offered(desk, case, "urgent-report", "zhi")
    steps = Step.objects.count()
    loaded = cast.load("zhi", case)
    with pytest.raises(GuardFailed, match="已经回避"):
        urgent(cast, case, "zhi", "han")
    assert Step.objects.count() == steps and loaded.stood_back() == {cast.staff["han"].pk}


def test_in_a_review_who_worked_on_the_answer_is_not_offered(cast: Cast, desk: Desk) -> None:
    case = cast.under_review()
    hired(cast, "tou", "mianyang", "head")
    assert offered(desk, case, "review-uphold", "fu") == {"石市局"}


def test_an_item_that_came_later_is_not_what_one_merges_into(cast: Cast, desk: Desk) -> None:
    first, later = cast.registered(), cast.registered()
    given = {"actor": cast.actor("fen"), "same": True, "given": MERGED, "approver": cast.staff["shen"]}
    steps = Step.objects.count()
    with pytest.raises(GuardFailed, match="收到得比这一件晚") as refused:
        leaving.merge_duplicate(
            cast.load("fen", first), earlier=later.number, key=key(), when=on("2026-05-08"), **given
        )
    assert "并入这一件" in refused.value.instead and Step.objects.count() == steps
    done = leaving.merge_duplicate(
        cast.load("fen", later), earlier=first.number, key=key(), when=on("2026-05-08"), **given
    )
    assert done.state == "merged"
