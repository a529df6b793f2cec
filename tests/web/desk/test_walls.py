"""The pages of the conflict wall: raising, lifting, naming somebody while registering."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case, Wall
from lianxin.cases.services import walls
from lianxin.petitioners import vault
from tests.cast import Cast, key, on
from tests.web.desk.conftest import TODAY, Desk
from tests.web.desk.rounds import Round, everything
from tests.web.desk.test_register_offline import DATA as LETTER

COUNTY = "绵阳市安州区民政局"


def raising(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.assigned(), "raise-wall", "tou", {"avoid": "高承办\n某镇老王"}, "handling")


def lifting(cast: Cast, desk: Desk) -> Round:
    case = walls.raise_wall(
        cast.load_public(cast.assigned()),
        named=walls.named_in(COUNTY, cast.organs["anzhou"], on=on(TODAY).on),
        actor=None,
        key=key(),
        when=on("2026-05-30"),
    )
    data = {"walls": "1", "reasons": "经核实没有利害关系", "approver": str(cast.staff["zong"].pk)}
    return Round(cast, desk, case, "lift-wall", "shi", data, "handling", wrong="fu")


@pytest.fixture(params=[raising, lifting], ids=["raise", "lift"])
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk) -> Round:
    made: Round = request.param(cast, desk)
    return made


def test_it_works(act: Round) -> None:
    done = act.works()
    walls_now = list(Wall.objects.filter(case_id=done.pk).values_list("staff", "organ", "lifted_step"))
    assert walls_now in (
        [(act.cast.staff["gao"].pk, None, None)],
        [(None, act.cast.organs["anzhou"].pk, done.steps)],
    )


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_not_there_for_another_organ(act: Round) -> None:
    act.other_organ()


def test_not_for_another_role(act: Round) -> None:
    act.wrong_role()


def test_what_is_missing_is_named(cast: Cast, desk: Desk) -> None:
    raising(cast, desk).rejects("avoid")
    lifting(cast, desk).rejects("walls", "reasons", "approver")


def test_whoever_walls_the_own_organ_off_is_led_to_the_worklist(cast: Cast, desk: Desk) -> None:
    act = raising(cast, desk)
    answer = act.post("tou", avoid=COUNTY)
    assert answer.headers["Location"].startswith("/desk/?done=")
    assert desk("tou").get(f"/desk/case/{act.case.pk}/").status_code == 404
    assert Case.objects.get(pk=act.case.pk).number not in desk("tou").get("/desk/").content.decode()


def test_too_many_names_keep_what_was_typed(cast: Cast, desk: Desk) -> None:
    act = raising(cast, desk)
    before, typed = everything(), "\n".join(f"第{n}人" for n in range(21))
    answer = act.post("tou", avoid=typed)
    assert answer.status_code == 422 and "第20人" in answer.content.decode() and everything() == before


def test_lifting_is_offered_where_a_wall_stands_to_heads_above_alone(cast: Cast, desk: Desk) -> None:
    act = lifting(cast, desk)
    assert "lift-wall" in desk("shi").get(f"/desk/case/{act.case.pk}/").content.decode()
    assert "lift-wall" not in desk("tou").get(f"/desk/case/{cast.assigned().pk}/").content.decode()
    names = desk("shi").get(act.address).content.decode()
    assert "宗省厅" in names and "陶负责" not in names
    for wrong in ("tou", "wai", "shi"):
        assert act.post("shi", approver=str(cast.staff[wrong].pk)).status_code == 422


def test_a_letter_against_the_own_organ_shows_its_code_once_and_nothing_else(cast: Cast, desk: Desk) -> None:
    client = desk("ran")
    sent = {**LETTER, "avoid": f"{COUNTY}\n某镇老王"}
    check = client.post("/desk/register/", sent).headers["Location"]
    assert "某镇老王" in client.get(check).content.decode()
    done = client.post(check, {"confirmed": "on"}).headers["Location"]
    page = client.get(done).content.decode()
    case = Case.objects.get()
    assert case.number in page and "这一件由其他机关办理" in page and LETTER["summary"] not in page
    assert client.get(done.replace("/done/", "/receipt.pdf")).status_code == 404
    assert (case.holder, case.registrar) == (cast.organs["mianyang"], cast.organs["anzhou"])
    assert [one.role for one in vault.parties(case.pk)][-1] == "accused"
    assert client.post(done.replace("done", "discard")).status_code == 302
    assert client.get(done).status_code == 404
