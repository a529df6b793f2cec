"""Drafts of the desk's forms: kept while one types, put back when the page is opened again, gone when the act is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.http import QueryDict

from lianxin.cases.models import Case, Step
from lianxin.jobs import sweeps
from lianxin.organs.models import Post
from lianxin.petitioners import desk_drafts
from lianxin.petitioners.desk_drafts import Place
from lianxin.petitioners.models import DeskDraft
from lianxin.web.desk import keeping
from tests.cast import FROM, Cast, on
from tests.security.walling import named
from tests.web.desk.conftest import TODAY, Desk
from tests.web.desk.rounds import at_most, everything

TYPED = "孙女在外地，由邻居代为申请。（虚构）"


def kept(case: Case, **typed: str) -> dict[str, str]:
    return {"key": "a-key-of-one-form-page", "version": str(case.version), "keep": "auto", **typed}


def page_of(case: Case, act: str) -> str:
    return f"/desk/case/{case.pk}/{act}/"


def test_what_was_typed_comes_back_in_another_session(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    before = everything()
    answer = desk("han").post(page_of(case, "recuse"), kept(case, reasons=TYPED, replacement="14"))
    assert (answer.status_code, answer.json()) == (200, {"at": "09:00"})
    assert everything() == before, "keeping is no act"
    page = desk("han").get(page_of(case, "recuse"))
    text = page.content.decode()
    assert "已恢复您 09:00 写的内容" in text and TYPED in text and 'name="kept"' in text
    assert '<option value="14" selected>' in text
    assert not page.context["form"].is_bound and not page.context["since"]


def test_it_is_sealed_and_for_nobody_else(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    desk("han").post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    row = DeskDraft.objects.get()
    assert TYPED.encode() not in bytes(row.box) and b"reasons" not in bytes(row.box)
    moved = Place(row.staff_id + 1, row.organ_id, row.subject, row.form)
    DeskDraft.objects.filter(pk=row.pk).update(staff_id=moved.staff)
    assert desk_drafts.opened(moved) is None, "a box opens only where it was sealed"


def test_rows_boxes_and_days_come_back_as_they_were_typed(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    typed = {
        "claim1-facts": TYPED,
        "claim1-outcome": "explain",
        "claim1-promise_on_year": "2026",
        "claim1-promise_on_month": "十",
        "verified": "on",
    }
    client.post(page_of(case, "draft-opinion"), kept(case, **typed))
    form = client.get(page_of(case, "draft-opinion")).context["form"]
    row = form.rows[0]
    assert row["facts"].value() == TYPED and row["outcome"].value() == "explain"
    assert row["promise_on"].value() == "2026-十-" and row["decision"].value() == ""
    assert form["verified"].value() is True and form["heard"].value() is False


def test_the_button_does_it_without_a_script(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    sent = {**kept(case, reasons=TYPED), "keep": "1"}
    answer = client.post(page_of(case, "recuse"), sent, follow=True)
    assert answer.redirect_chain == [(page_of(case, "recuse"), 302)] and TYPED in answer.content.decode()
    answer = client.post(page_of(case, "recuse"), {"keep": "discard"}, follow=True)
    assert TYPED not in answer.content.decode() and not DeskDraft.objects.exists()


def test_what_was_refused_is_kept_and_what_is_done_is_forgotten(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    sent = {"key": "a-key-of-one-form-page", "version": str(case.version), "replacement": "14"}
    refused = client.post(page_of(case, "recuse"), sent)
    assert refused.status_code == 422 and 'name="kept"' in refused.content.decode()
    assert DeskDraft.objects.count() == 1, "what was sent and refused is kept, too"
    done = client.post(page_of(case, "recuse"), {**sent, "reasons": "与信访人是亲戚", "kept": "1"})
    assert done.status_code == 302 and not DeskDraft.objects.exists()


def test_a_draft_of_an_act_that_is_done_is_not_put_back(cast: Cast, desk: Desk) -> None:
    """The script's last save may come in after the act: its key tells that the act is done."""
    case, client = cast.assigned(), desk("han")
    client.post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    Step.objects.filter(case_id=case.pk, seq=1).update(key="a-key-of-one-form-page")
    page = client.get(page_of(case, "recuse"))
    assert not page.context["kept"].at and TYPED not in page.content.decode()


def test_nothing_is_kept_of_a_page_whose_act_is_done(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    Step.objects.filter(case_id=case.pk, seq=1).update(key="a-key-of-one-form-page")
    assert client.post(page_of(case, "recuse"), kept(case, reasons=TYPED)).status_code == 302
    assert not DeskDraft.objects.exists()


def test_what_was_written_before_somebody_else_acted_is_shown_with_the_latest_step(
    cast: Cast, desk: Desk
) -> None:
    case, client = cast.assigned(), desk("han")
    client.post(page_of(case, "extend"), kept(case, days="20", reason=TYPED))
    other = {
        "key": "another-key-of-a-page",
        "version": str(case.version),
        "officer": "14",
        "no_interest": "on",
    }
    assert desk("fen").post(page_of(case, "reassign"), other).status_code == 302
    page = client.get(page_of(case, "extend"))
    assert page.status_code == 409 and TYPED in page.content.decode() and "费分办" in page.content.decode()
    client.post(page_of(case, "extend"), {"keep": "discard"})
    assert TYPED not in client.get(page_of(case, "extend")).content.decode()


def test_the_page_says_when_the_case_has_moved_on(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    client.post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    page = client.get(page_of(case, "recuse"))
    assert "又有了变动" in page.content.decode() and "分派承办人" in page.context["since"]


def test_colleagues_of_the_organ_learn_who_is_at_it(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    opened = {"keep": "open"}
    assert desk("fen").post(page_of(case, "reassign"), opened).status_code == 204
    page = desk("tou").get(page_of(case, "recuse"))
    assert page.context["kept"].colleagues == ["费分办刚刚还在填写“改派承办人”。"]
    assert "先办成的为准" in page.content.decode()
    assert not desk("fen").get(page_of(case, "reassign")).context["kept"].colleagues, "not oneself"
    DeskDraft.objects.update(open_at=on(TODAY).at - timedelta(minutes=3))
    assert "3 分钟前" in desk("tou").get(page_of(case, "recuse")).context["kept"].colleagues[0]
    DeskDraft.objects.update(open_at=on(TODAY).at - timedelta(minutes=6))
    assert not desk("tou").get(page_of(case, "recuse")).context["kept"].colleagues
    DeskDraft.objects.update(open_at=on(TODAY).at, organ_id=cast.organs["mianyang"].pk)
    assert not desk("tou").get(page_of(case, "recuse")).context["kept"].colleagues, "another organ's"


def test_nobody_is_told_that_a_wall_is_being_raised(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    assert desk("fen").post(page_of(case, "raise-wall"), {"keep": "open"}).status_code == 204
    assert DeskDraft.objects.get().form == "raise_wall"
    assert not desk("tou").get(page_of(case, "recuse")).context["kept"].colleagues


def test_opening_the_page_keeps_nothing_and_loses_nothing(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    client.post(page_of(case, "recuse"), {"keep": "open"})
    assert not client.get(page_of(case, "recuse")).context["kept"].at
    client.post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    client.post(page_of(case, "recuse"), {"keep": "open"})
    assert TYPED in client.get(page_of(case, "recuse")).content.decode()


def test_others_cases_keep_nothing(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    for who in ("wai", "guan"):
        assert desk(who).post(page_of(case, "recuse"), kept(case, reasons=TYPED)).status_code == 404
    assert not DeskDraft.objects.exists()


def test_behind_a_wall_nobody_is_seen_at_work(cast: Cast, desk: Desk) -> None:
    from lianxin.cases.services import walls

    case = cast.assigned()
    desk("han").post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    walls.raise_wall(
        cast.load("tou", case), named=named(cast, "韩承办"), actor=cast.actor("tou"), key="w" * 12, when=on(TODAY)
    )  # fmt: skip
    assert desk("han").get(page_of(case, "recuse")).status_code == 404
    assert desk("han").post(page_of(case, "recuse"), kept(case, reasons="x")).status_code == 404


class Asked(forms.Form):
    name = forms.CharField()
    helper_phone = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)
    file = forms.FileField()
    key = forms.CharField(widget=forms.HiddenInput)
    avoid = forms.CharField()
    what = forms.CharField()
    never_kept = frozenset({"avoid"})


def test_identities_passwords_files_marks_and_what_a_form_names_are_never_kept() -> None:
    sent = QueryDict("name=x&password=x&file=x&key=x&avoid=x&what=y&more=z&proof_code=123456")
    assert keeping.typed_in(Asked(), sent) == {"what": ["y"]}
    form = Asked(prefix="p")
    assert keeping.typed_in(form, QueryDict("p-what=y&p-name=x&what=z")) == {"p-what": ["y"]}


def test_no_more_is_kept_than_a_form_can_hold(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    answer = desk("han").post(page_of(case, "recuse"), kept(case, reasons="长" * 200_001))
    assert answer.status_code == 413 and not DeskDraft.objects.exists()


def test_after_thirty_days_it_is_swept_away(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    desk("han").post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    sweeps.forget_drafts(when=on("2026-07-01", 8))
    assert DeskDraft.objects.exists()
    assert sweeps.forget_drafts(when=on("2026-07-01", 10)) == 1 and not DeskDraft.objects.exists()


def test_it_costs_one_statement_and_with_colleagues_two_however_many(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("han")
    desk("han").post(page_of(case, "recuse"), kept(case, reasons=TYPED))
    with at_most(7):
        client.get(page_of(case, "recuse"))
    for n, name in enumerate(("gao", "shen", "tou", "fen")):
        Post.objects.create(
            id=7000 + n, staff=cast.staff[name], organ=cast.organs["anzhou"], role="duty", starts_on=FROM
        )
        assert desk(name).post(page_of(case, "urgent-report"), {"keep": "open"}).status_code == 204
    with at_most(8):
        page = client.get(page_of(case, "recuse"))
    assert len(page.context["kept"].colleagues) == 4
    with at_most(6):
        assert client.post(page_of(case, "recuse"), kept(case, reasons=TYPED)).status_code == 200


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_page_that_outlived_its_session_fetches_the_new_token(desk: Desk, signed_in: bool) -> None:
    client = desk("han")
    if not signed_in:
        client.cookies.clear()
    answer = client.get("/desk/token")
    assert answer.status_code == (200 if signed_in else 302)
    assert not signed_in or len(answer.json()["token"]) == 64
