"""Signing an opinion after the checklist."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from lianxin.cases.models import Case, Claim, Paper
from lianxin.web.desk.acting import KeyForm
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

DATA = {"every_claim": "on", "plain": "on", "promises": "on"}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.drafted(), "sign", "tou", DATA, "issued")


def test_it_works(act: Round) -> None:
    act.works()
    assert Paper.objects.filter(case_id=act.case.pk, kind="opinion").count() == 1


def test_it_is_read_before_it_is_signed(act: Round) -> None:
    page = act.desk("tou").get(act.address).content.decode()
    assert "停发系系统误判" in page and "恢复发放并补发" in page and "外婆独自居住" in page


def test_it_rejects(act: Round) -> None:
    act.rejects("every_claim", "plain", "promises")


def test_the_handler_cannot_approve_the_own_draft(act: Round) -> None:
    """MASS-03."""
    assert act.post("han").status_code == 409


def test_a_step_cannot_be_skipped(cast: Cast, desk: Desk) -> None:
    """MASS-03."""
    case = cast.registered()
    answer = desk("tou").post(
        f"/desk/case/{case.pk}/sign/", {"key": "a-key-for-skipping", "version": case.version, **DATA}
    )
    assert answer.status_code == 409 and Case.objects.get(pk=case.pk).state == "registered"


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_already_done(act: Round) -> None:
    act.already_done()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_an_opinion_that_was_not_seen_is_not_signed(act: Round) -> None:
    """Sent back and drafted again behind the head's open page: the form says so; a second, conscious click signs."""
    client = act.desk("tou")
    shown = client.get(act.address).context["version"]
    Claim.objects.filter(case_id=act.case.pk).update(decision="另一份结论。")
    Case.objects.filter(pk=act.case.pk).update(version=act.case.version + 2)
    before = everything()
    answer = client.post(act.address, {**act.sent, "version": shown})
    page = answer.content.decode()
    assert answer.status_code == 409 and "同事刚刚办理了这一件" in page and "另一份结论" in page
    assert answer.context["form"]["plain"].value() and everything() == before
    assert f'name="version" value="{act.case.version + 2}"' in page
    again = client.post(act.address, {**act.sent, "version": answer.context["version"]})
    assert again.status_code == 302 and Case.objects.get(pk=act.case.pk).state == "issued"


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_form_without_a_version_is_refused(act: Round, version: str) -> None:
    answer = act.post("tou", version=version)
    assert answer.status_code == 422 and "页面不完整" in str(answer.context["form"].errors["version"])
    assert not Paper.objects.filter(case_id=act.case.pk, kind="opinion").exists()


def test_the_hidden_marks_speak_the_readers_language() -> None:
    with override("en"):
        assert str(KeyForm.base_fields["key"].error_messages["required"]).startswith(
            "The page was incomplete"
        )
    with override("zh-hans"):
        assert str(KeyForm.base_fields["key"].error_messages["required"]).startswith("页面不完整")
