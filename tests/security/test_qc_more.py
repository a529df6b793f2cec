"""QC, MASS: what number and code show, what they say of a case that went elsewhere; and nobody becomes an officer alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from lianxin.cases.models import Case, Notice, Paper, Step
from lianxin.cases.services import handling, leaving
from lianxin.organs.models import Account, Post, Role, Staff
from lianxin.petitioners import vault
from tests.cases import test_leaving as ways
from tests.cases import test_refusals as refusing
from tests.cast import STORY, XIN, Cast, key, on
from tests.security.addresses import addresses, rows_of_everything
from tests.security.conftest import Browser, enter
from tests.web.desk.test_manage import NEW_STAFF
from tests.web.public.walking import answers, new_code, show, walk

MEMBER = {"name": "邻居甲丁", "phone": "13900000077", "address": "别处12号"}
ACCUSED = "被反映的某丙"
REMARK = "内部意见：依据写得不够"
OFFICERS = ("冉登记", "费分办", "韩承办", "沈审核", "陶负责", "石市局")


def opened(case: Case) -> Client:
    """Return a browser in which number and code of a case were shown."""
    client, code = Client(), new_code(case)
    assert client.post("/follow/", {"number": case.number, "code": code}).status_code == 302
    return client


# --- QC-07 ----------------------------------------------------------------------------------------------------------


def test_qc_07_number_and_code_show_own_steps_notices_proof_and_nobody_else(cast: Cast) -> None:
    case = cast.drafted()
    handling.send_back(
        cast.load("tou", case), actor=cast.actor("tou"), reasons=REMARK, key=key(), when=on("2026-05-21")
    )
    for seq, role, identity in ((2, "petitioner", MEMBER), (3, "accused", {"name": ACCUSED})):
        vault.enrol(case_id=case.pk, seq=seq, role=role, identity=identity, organ_id=case.holder_id)
    beside = cast.filed(body="另一个人的另一件事，与此无关。（虚构）").case
    client = opened(case)
    for one in addresses():
        if one.route.startswith("/follow/") and one.name != "public:leave":
            for path in {one.path(seq=str(seq)) for seq in range(1, case.steps + 3)}:
                text = client.get(path).content.decode(errors="replace")
                for hidden in (REMARK, ACCUSED, *MEMBER.values(), *OFFICERS, *XIN.values(), beside.number):
                    assert hidden not in text, (path, hidden)
                assert "另一个人的另一件事" not in text and "经核查，停发系系统误判" not in text, path
    page = client.get("/follow/case/").content.decode()
    assert STORY in page and "写出处理意见，送负责人审核" in page
    shown = Paper.objects.get(case_id=case.pk, kind="acceptance_notice").seq
    assert f'href="/follow/paper/{shown}/"' in page
    draft = (
        Paper.objects.filter(case_id=case.pk).exclude(kind="acceptance_notice").values_list("seq", flat=True)
    )
    assert not [seq for seq in draft if client.get(f"/follow/paper/{seq}/").status_code != 404]
    assert client.get("/follow/proof/").status_code == 200


# --- QC-09 ----------------------------------------------------------------------------------------------------------


def merged(cast: Cast) -> tuple[Case, str]:
    earlier = cast.assigned()
    return ways.merge(cast, cast.registered(), earlier), earlier.number


def told_elsewhere(cast: Cast) -> tuple[Case, str]:
    done = leaving.tell_elsewhere(
        cast.load("fen", cast.registered()),
        actor=cast.actor("fen"),
        given=ways.ELSEWHERE,
        key=key(),
        when=on(ways.DAY),
    )
    return done, ways.ELSEWHERE["competent_organ"]


def routed_out(cast: Cast) -> tuple[Case, str]:
    done = leaving.route_out(
        cast.load("fen", cast.registered()),
        actor=cast.actor("fen"),
        subroute="31.4",
        hint="reconsider",
        knew_on=date(2026, 5, 1),
        given=ways.ROUTE,
        key=key(),
        when=on(ways.DAY),
        approver=cast.staff["shen"],
    )
    return done, ways.ROUTE["competent_organ"]


def guided(cast: Cast) -> tuple[Case, str]:
    return refusing.guide(cast, refusing.visit(cast, "province", "kun"), "kun", "anzhou"), cast.organs[
        "anzhou"
    ].name


def referred(cast: Cast) -> tuple[Case, str]:
    return cast.referred(), cast.organs["anzhou"].name


def reviewed(cast: Cast) -> tuple[Case, str]:
    return cast.under_review(), cast.organs["mianyang"].name


def closed_for_good(cast: Cast) -> tuple[Case, str]:
    return refusing.closed_for_good(cast), "有新的事实的，可以作为新的事项提出"


def in_two(cast: Cast) -> tuple[Case, str]:
    """A matter brought again with new facts is a second item beside the closed one."""
    old = refusing.closed_for_good(cast)
    refusing.again_new(cast, old)
    return old, "有新的事实的，可以作为新的事项提出"


def reported(cast: Cast) -> tuple[Case, str]:
    return refusing.seal(cast, refusing.reported(cast)), "您的检举控告已经按规定移送"


@pytest.mark.parametrize(
    "gone",
    [merged, told_elsewhere, routed_out, guided, referred, reviewed, closed_for_good, in_two, reported],
)
def test_qc_09_number_and_code_still_answer_and_tell_where_it_went(
    cast: Cast, gone: Callable[[Cast], tuple[Case, str]]
) -> None:
    case, where = gone(cast)
    case.refresh_from_db()
    client, before = opened(case), rows_of_everything()
    answer = client.get("/follow/case/")
    assert answer.status_code == 200 and case.number in answer.content.decode()
    assert where in answer.content.decode()
    assert rows_of_everything() == before


def test_qc_09_the_earlier_item_answers_to_its_own_code_alone(cast: Cast) -> None:
    earlier = cast.assigned()
    case = ways.merge(cast, cast.registered(), earlier)
    code, old = new_code(case), new_code(earlier)
    for number, wrong in ((earlier.number, code), (case.number, old)):
        assert Client().post("/follow/", {"number": number, "code": wrong}).status_code == 422
    client = Client()
    show(client, cast, earlier, old)
    assert client.get("/follow/case/").status_code == 200


# --- MASS-02 --------------------------------------------------------------------------------------------------------

POWERS = {
    "role": "head",
    "roles": "sysadmin",
    "organ": "4",
    "organ_id": "4",
    "post": "head",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "on",
    "username": "xin.ren",
    "password": "a-password-of-my-own-2026",
    "groups": "1",
    "staff": "1",
}
"""What a petitioner might add to become more than one."""


def test_mass_02_who_files_with_roles_and_organs_is_a_plain_petitioner(cast: Cast) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (Staff, Post)]
    client, given = Client(), answers(cast)
    changed = {
        page: {**{k: v for k, v in POWERS.items() if k not in kept}, **kept} for page, kept in given.items()
    }
    walk(client, cast, **changed)
    done = client.post("/file/check/", {**POWERS, "confirm": "on"})
    assert done.status_code == 302 and client.get("/file/receipt/").status_code == 200
    case = Case.objects.get()
    assert (case.holder_id, case.officer_id, case.state) == (cast.organs["anzhou"].pk, None, "received")
    assert [list(model.objects.order_by("pk").values()) for model in (Staff, Post)] == before
    assert not Account.objects.exists() and client.get("/desk/")["Location"].startswith("/desk/sign-in")
    step = Step.objects.get(case_id=case.pk)
    assert (step.staff_id, step.role) == (None, "petitioner")
    roles = {person.role for person in vault.parties(case.pk)}
    assert roles == {"petitioner"} and not Notice.objects.exclude(case_id=case.pk).exists()


def test_mass_02_nobody_makes_an_officer_from_outside(cast: Cast) -> None:
    client = Client()
    before = [list(model.objects.order_by("pk").values()) for model in (Staff, Post)]
    for one in addresses():
        answer = client.post(
            one.path(), {**NEW_STAFF, **POWERS, "again": POWERS["password"], "new": POWERS["password"]}
        )
        assert answer.status_code < 500, one.route
    assert [list(model.objects.order_by("pk").values()) for model in (Staff, Post)] == before
    assert enter(client, POWERS["username"], POWERS["password"]).status_code == 422


@pytest.mark.parametrize("role", [Role.SYSADMIN, "root", ""])
def test_mass_02_an_administrator_gives_no_role_that_is_not_on_the_list(
    cast: Cast, browser: Browser, role: str
) -> None:
    client = browser("guan")
    before = [list(model.objects.order_by("pk").values()) for model in (Staff, Post)]
    answer = client.post("/desk/manage/staff/add/", {**NEW_STAFF, "role": role, "is_superuser": "on"})
    assert answer.status_code == 422
    assert [list(model.objects.order_by("pk").values()) for model in (Staff, Post)] == before
    made = client.post("/desk/manage/staff/add/", {**NEW_STAFF, "is_superuser": "on", "is_staff": "on"})
    assert made.status_code == 200
    fresh = Staff.objects.get(username=NEW_STAFF["username"])
    assert set(Post.objects.filter(staff=fresh).values_list("role", flat=True)) == {NEW_STAFF["role"]}
    assert not getattr(fresh, "is_superuser", False) and not getattr(fresh, "is_staff", False)
