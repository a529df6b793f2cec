"""CONC: drafts saved from two sides, a withdrawal against a signature, a right taken away during a download, cases merged
while they move on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from lianxin.cases import materials, numbers
from lianxin.cases.history import load
from lianxin.cases.models import Case, Claim, Link, Step
from lianxin.cases.services import attaching, handling, leaving, withdrawing
from lianxin.files import keeping
from lianxin.files.kinds import MEGA
from lianxin.jobs import integrity
from lianxin.ledger.models import Entry, Look
from lianxin.organs.models import Post
from lianxin.organs.services import staff as people
from lianxin.petitioners import drafts
from lianxin.procedure.errors import Refused, Stale
from tests.cases.test_leaving import MERGED
from tests.cast import Cast, build, key, on
from tests.security.test_conc_acts import at_once, sending, signed_in
from tests.security.walling import raised
from tests.web.public.walking import answers, kept, new_code, show, walk

ROUNDS = 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Return the cast; number blocks of tables emptied since are forgotten."""
    monkeypatch.setattr(numbers.counter, "_blocks", {})
    return build()


def whole(*cases: Case) -> None:
    """Fail unless the chain, the states and the rows of each case agree, entries in the order of the steps."""
    for case in cases:
        assert integrity.check(case.pk).faults == ()
        assert list(Entry.objects.filter(case_id=case.pk).order_by("seq").values_list("act", flat=True)) == [
            f"case.{event}"
            for event in Step.objects.filter(case_id=case.pk).order_by("seq").values_list("event", flat=True)
        ]


def opinion(case: Case, mark: str) -> dict[str, str]:
    """Return the opinion one window sends."""
    return {
        "key": f"key-of-window-{mark}",
        "version": str(case.version),
        "claim1-facts": f"事实 {mark}",
        "claim1-outcome": "explain",
        "claim1-decision": f"意见 {mark}",
        "claim1-basis": "社会救助暂行办法 第十二条",
        "heard": "on",
        "verified": "on",
    }


def test_conc_05_two_windows_draft_one_opinion_and_can_compare(stage: Cast) -> None:
    clients = [signed_in("han") for _ in range(2)]
    for _ in range(ROUNDS):
        case, pages = stage.assigned(), []  # type: tuple[Case, list[str]]
        path = f"/desk/case/{case.pk}/draft-opinion/"
        sent = [
            sending(one, path, opinion(case, mark), pages) for one, mark in zip(clients, "甲乙", strict=True)
        ]
        assert sorted(at_once(*sent)) == [302, 409]
        kept_one = Claim.objects.get(case_id=case.pk).decision
        lost = next(page for page in pages if page)
        for mark in "甲乙":
            assert f"意见 {mark}" in lost and f"事实 {mark}" in lost, "both stand on the page, to be compared"
        assert kept_one in ("意见 甲", "意见 乙") and "请与您填写的对照" in lost
        assert Step.objects.filter(case_id=case.pk, event="draft_opinion").count() == 1
        whole(case)


def test_conc_05_two_windows_write_one_petition_and_nothing_is_lost(stage: Cast) -> None:
    for _ in range(ROUNDS):
        client, pages = Client(), []  # type: tuple[Client, list[str]]
        walk(client, stage)
        windows = [Client(), Client(), Client()]
        for one in windows:
            one.cookies = client.cookies.copy()
        changed = (
            ("story", {"story": "外婆的低保金停发了半年，去镇上问了三次都没有答复。（虚构）"}),
            ("claims", {"claims": "请书面说明原因"}),
            ("contact", {**answers(stage)["contact"], "name": "辛大禾"}),
        )
        sent = [
            sending(one, f"/file/{name}/", data, pages)
            for one, (name, data) in zip(windows, changed, strict=True)
        ]
        assert at_once(*sent) == [302] * 3
        found = kept(client)
        assert "半年" in found["story"] and found["claims"] == "请书面说明原因" and found["name"] == "辛大禾"


def test_conc_05_a_draft_that_was_filed_or_wiped_meanwhile_takes_nothing(stage: Cast) -> None:
    client = Client()
    walk(client, stage)
    draft = drafts.opened(client.cookies["lx_draft"].value)
    assert draft is not None
    assert client.post("/file/check/").status_code == 302
    assert not drafts.save(draft, {"story": "x"}, at=on("2026-06-01").at)
    assert "number" in kept(client)


def ended(act: Callable[[], object]) -> Callable[[], int]:
    """Return the act as one that gives 1 when it was done, 0 when somebody else was first; the reason is a sentence."""

    def run() -> int:
        try:
            act()
        except (Stale, Refused) as told:
            assert any("一" <= letter <= "鿿" for letter in str(told)), told
            return 0
        return 1

    return run


FINDING = handling.Finding(
    1, "停发系系统误判。", "explain", "已经恢复发放。", "社会救助暂行办法 第十二条", "", None
)
LATER = on("2026-06-02")


def wished(cast: Cast, case: Case) -> Case:
    """Return the case as one whose petitioner has asked to withdraw it, long enough ago."""
    return withdrawing.ask(cast.load_public(case), via="online", actor=None, key=key(), when=on("2026-05-12"))


def withdraw(cast: Cast, case: Case) -> Callable[[], object]:
    """Return the petitioner's withdrawal, as loaded now."""
    mine = cast.load_public(case)
    return lambda: withdrawing.withdraw(
        mine, free=True, contact="online", record="", actor=None, key=key(), when=LATER
    )


def accept(cast: Cast, case: Case) -> Callable[[], object]:
    """Return the acceptance the head has approved, as loaded now."""
    mine = cast.load("fen", case)
    return lambda: handling.accept(
        mine, actor=cast.actor("fen"), key=key(), when=LATER, approver=cast.staff["tou"]
    )


def draft(cast: Cast, case: Case) -> Callable[[], object]:
    """Return the handler's draft, as loaded now."""
    mine = cast.load("han", case)
    return lambda: handling.draft_opinion(
        mine, actor=cast.actor("han"), findings=[FINDING], heard=True, verified=True, key=key(), when=LATER
    )


def sign(cast: Cast, case: Case) -> Callable[[], object]:
    """Return the head's signature, as loaded now."""
    mine = cast.load("tou", case)
    return lambda: handling.sign(mine, actor=cast.actor("tou"), key=key(), when=LATER)


@pytest.mark.parametrize(
    ("begun", "step", "leads"), [("registered", accept, "accepted"), ("assigned", draft, "signoff")]
)
def test_conc_06_a_withdrawal_against_the_officers_step_has_one_winner(
    stage: Cast, begun: str, step: Callable[[Cast, Case], Callable[[], object]], leads: str
) -> None:
    for _ in range(ROUNDS):
        case = wished(stage, getattr(stage, begun)())
        done = at_once(ended(withdraw(stage, case)), ended(step(stage, case)))
        assert sorted(done) == [0, 1], "one wins, the other is told"
        assert Case.objects.get(pk=case.pk).state == ("withdrawn" if done[0] else leads)
        whole(case)


def test_conc_06_while_the_head_signs_the_signature_wins_and_nothing_is_lost(stage: Cast) -> None:
    for _ in range(ROUNDS):
        case = wished(stage, stage.assigned())
        draft(stage, case)()
        assert at_once(ended(withdraw(stage, case)), ended(sign(stage, case))) == [0, 1]
        assert Case.objects.get(pk=case.pk).state == "issued"
        whole(case)


def test_conc_06_the_slower_petitioner_is_led_to_what_stands_now(stage: Cast) -> None:
    case, officer, petitioner = stage.drafted(), signed_in("tou"), Client()
    show(petitioner, stage, case, new_code(case))
    path, pages = f"/desk/case/{case.pk}/sign/", []  # type: tuple[str, list[str]]
    data = {
        "key": "key-of-the-head",
        "version": str(case.version),
        "every_claim": "on",
        "plain": "on",
        "promises": "on",
    }
    wish = {"key": "w" * 22, "wish": "ask"}
    assert at_once(
        sending(officer, path, data, pages), sending(petitioner, "/follow/withdraw/", wish, pages)
    ) == [302, 302]
    assert Case.objects.get(pk=case.pk).state == "issued"
    assert "绵阳市安州区民政局已经出具处理意见书" in petitioner.get("/follow/case/").content.decode()
    whole(case)


@pytest.fixture
def bulky(stage: Cast, settings: Settings, tmp_path: object) -> Iterator[Case]:
    """Return a case Han handles, with a file of four megabytes."""
    settings.FILES, settings.FILES_INCOMING, settings.SCANNER = f"{tmp_path}/files", tmp_path / "in", ""  # type: ignore[operator]
    case = stage.assigned()
    taken = keeping.take_in(case.pk, BytesIO(b"ID3\x04" + b"\0" * 4 * MEGA), "录音.mp3")
    attaching.add(load(case), [taken], actor=None, key=key(), when=on("2026-05-20"))
    yield case


def stopped(cast: Cast, case: Case) -> None:
    """The organ's administrator stops the officer."""
    people.deactivate(cast.actor("guan"), cast.staff["han"], on=date(2026, 6, 1), at=on("2026-06-01").at)


def walled(cast: Cast, case: Case) -> None:
    """A wall is raised against the officer."""
    raised(cast, Case.objects.get(pk=case.pk), "韩承办")


def without_post(cast: Cast, case: Case) -> None:
    """The officer's post is taken away."""
    Post.objects.filter(staff=cast.staff["han"]).update(ends_on=date(2026, 5, 31))


@pytest.mark.parametrize("take_away", [stopped, walled, without_post])
def test_conc_07_a_right_taken_away_stops_a_running_download(
    stage: Cast, bulky: Case, take_away: Callable[[Cast, Case], None]
) -> None:
    given = materials.hand_out(stage.actor("han"), bulky.pk, 1, purpose="查阅材料", at=on("2026-06-01").at)
    assert given is not None and given.size > 4 * MEGA
    got = len(next(given.data))
    take_away(stage, bulky)
    with pytest.raises(materials.NoLongerYours):
        for piece in given.data:
            got += len(piece)
    assert got < 2 * MEGA, "no more than the megabyte under way"
    assert [look.what for look in Look.objects.filter(case_id=bulky.pk)] == ["file.1"], "it is recorded"
    others = materials.hand_out(stage.actor("tou"), bulky.pk, 1, purpose="查阅材料", at=on("2026-06-01").at)
    assert others is not None and sum(map(len, others.data)) == others.size, "others still get it"


def test_conc_07_the_next_file_is_refused_and_an_untouched_right_gets_everything(
    stage: Cast, bulky: Case
) -> None:
    client = signed_in("han")
    path = f"/desk/case/{bulky.pk}/files/1/save/"
    answer = client.get(path)
    assert len(b"".join(answer.streaming_content)) == int(answer["Content-Length"])  # type: ignore[attr-defined]
    walled(stage, bulky)
    before = Look.objects.count()
    assert client.get(path).status_code == 404
    assert Look.objects.count() == before


def merge(cast: Cast, case: Case, first: Case) -> Callable[[], object]:
    """Return the act of merging a case into an earlier one, as loaded now."""
    loaded = cast.load("fen", case)

    def act() -> object:
        return leaving.merge_duplicate(
            loaded, actor=cast.actor("fen"), earlier=first.number, same=True, given=MERGED, key=key(),
            when=on("2026-05-20"), approver=cast.staff["shen"],
        )  # fmt: skip

    return act


def test_conc_08_merging_while_either_case_moves_on_loses_no_step(stage: Cast) -> None:
    for n in range(ROUNDS):
        first, second = stage.assigned(), stage.registered()
        moving = first if n % 2 else second
        taken = keeping_words(stage, moving)
        done = at_once(ended(merge(stage, second, first)), ended(taken))
        assert sum(done) >= 1
        for case in (first, second):
            whole(case)
        merged = Case.objects.get(pk=second.pk).state == "merged"
        assert merged == bool(done[0]) == Link.objects.filter(case_id=second.pk).exists()
        assert Step.objects.filter(case_id=moving.pk, event="add_material").count() == done[1]
        assert Step.objects.filter(case_id=second.pk, event="merge_duplicate").count() == done[0]


def keeping_words(cast: Cast, case: Case) -> Callable[[], object]:
    """Return the act of adding material to a case, as loaded now."""
    loaded = load(Case.objects.get(pk=case.pk))
    kept_file = keeping.take_in(case.pk, BytesIO("停发通知。（虚构）".encode()), "通知.txt")
    return lambda: attaching.add(loaded, [kept_file], actor=None, key=key(), when=on("2026-05-20"))


def test_conc_08_two_cases_merged_into_each_other_leave_one(stage: Cast) -> None:
    for _ in range(ROUNDS):
        one, other = stage.registered(), stage.registered()
        done = at_once(tolerant(merge(stage, one, other)), tolerant(merge(stage, other, one)))
        assert sum(done) <= 1
        states = sorted(Case.objects.filter(pk__in=(one.pk, other.pk)).values_list("state", flat=True))
        assert states.count("merged") == sum(done)
        whole(one, other)


def tolerant(act: Callable[[], object]) -> Callable[[], int]:
    """Return the act; where PostgreSQL breaks up two that wait for each other, one was not done."""

    def run() -> int:
        try:
            return ended(act)()
        except DatabaseError as error:
            if "deadlock" not in str(error):
                raise
            return 0

    return run
