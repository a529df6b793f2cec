"""COI-02: every address of the desk answers an officer behind a wall as if the case were not there, to the byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianxin.cases.links import link
from lianxin.cases.models import Alert, Case, CodeRenewal, Link, Opening, WorkItem
from lianxin.cases.services import intake, walls
from lianxin.ledger.chain import record_look
from lianxin.ledger.ids import new_id
from lianxin.organs.models import Organ, Post
from lianxin.web.desk.urls import urlpatterns
from tests.cast import Cast, key, on
from tests.security.conftest import Browser
from tests.security.walling import DAY, hired, named

BEHIND = ("tou", "han", "mi", "guan")
COUNTY = "绵阳市安州区民政局"
MASKS = (
    r'name="csrfmiddlewaretoken" value="[^"]*"',
    r'name="key" value="[^"]*"',
    r'nonce="[^"]*"',
    r"nonce-[A-Za-z0-9_\-]+",
    r"/desk/register/\d+/",
)


@dataclass
class Scene:
    """What stands in the way: the hidden case, and two the officers see; one of them is linked to the hidden one."""

    hidden: int
    number: str
    seen: Case
    fresh: Case
    town: Organ

    def __str__(self) -> str:
        return self.number


Call = tuple[str, str, dict[str, str]]
"""Method, address below /desk/, what is sent."""


def of_case(page: str) -> Callable[[Scene], list[Call]]:
    """Return the row of an address of a case: opened and sent for the hidden one, opened for one that is seen."""
    return lambda scene: [
        ("get", page % scene.hidden, {}),
        ("post", page % scene.hidden, {"key": "a-key-of-a-form", "version": "3"}),
        ("get", page % scene.seen.pk, {}),
    ]


def plain(page: str, *, post: bool = False, **sent: str) -> Callable[[Scene], list[Call]]:
    """Return the row of an address that is of no case."""
    calls = [("get", page, {})] + ([("post", page, dict(sent))] if post else [])
    return lambda scene: [
        (how, page, {k: v % vars(scene) for k, v in data.items()}) for how, page, data in calls
    ]


def act(name: str) -> tuple[str, Callable[[Scene], list[Call]]]:
    return f"act_{name.replace('-', '_')}", of_case(f"case/%d/{name}/")


def and_also(
    row: Callable[[Scene], list[Call]], more: Callable[[Scene], list[Call]]
) -> Callable[[Scene], list[Call]]:
    return lambda scene: [*row(scene), *more(scene)]


SAME = {"same": "on", "approver": "4", "key": "a-key-of-a-form", "version": "2"}
OPENING = {"key": "a-key-of-a-form", "why": "life", "reason": "人命关天", "fields": "name", "decider": "5"}
TABLE: dict[str, Callable[[Scene], list[Call]]] = {
    "worklist": lambda scene: [
        ("get", "", query)
        for query in (
            {},
            {"shelf": "nobody"},
            {"shelf": "waiting"},
            {"shelf": "due"},
            {"mine": "on"},
            {"kind": "claim"},
        )
    ],
    "alerts": plain("alerts/"),
    "reading": plain("reading/?day_year=2026-05-06"),
    "reading_officer": plain("reading/6/?day_year=2026-05-06"),
    "search": lambda scene: [
        ("get", "search/", {"number": number}) for number in (scene.number, scene.seen.number)
    ],
    "register": plain("register/", post=True),
    "register_draft": lambda scene: [("get", f"register/{scene.hidden}/", {})],
    "check": lambda scene: [("get", f"register/{scene.hidden}/check/", {})],
    "registered": lambda scene: [("get", f"register/{scene.hidden}/done/", {})],
    "receipt": lambda scene: [("get", f"register/{scene.hidden}/receipt.pdf", {})],
    "discard": lambda scene: [("post", f"register/{scene.hidden}/discard/", {})],
    "case": of_case("case/%d/"),
    "dates": of_case("case/%d/dates/"),
    "reveal": lambda scene: [
        ("post", f"case/{scene.hidden}/reveal/", {"seq": "1", "field": "name", "purpose": "看"})
    ],
    "others": and_also(
        of_case("case/%d/others/"),
        lambda scene: [
            ("post", f"case/{scene.seen.pk}/others/", {"seq": "1", "purpose": "核对是不是重复信访"})
        ],
    ),
    "paper": of_case("case/%d/papers/1.pdf"),
    "file": of_case("case/%d/files/1/"),
    "file_save": of_case("case/%d/files/1/save/"),
    "file_original": of_case("case/%d/files/1/original/"),
    "retention": plain("retention/"),
    "retention_case": of_case("case/%d/retention/"),
    "record_request": plain("requests/", post=True, number="%(number)s"),
    "manage": plain("manage/"),
    "manage_organ": lambda scene: [("get", f"manage/organs/{scene.town.pk}/", {})],
    "manage_organ_add": lambda scene: [("get", f"manage/organs/{scene.town.pk}/add/", {})],
    "manage_organ_move": lambda scene: [("get", f"manage/organs/{scene.town.pk}/move/", {})],
    "manage_organ_end": lambda scene: [("get", f"manage/organs/{scene.town.pk}/end/", {})],
    "manage_people": plain("manage/staff/"),
    "manage_person_add": plain("manage/staff/add/"),
    "manage_person": plain("manage/staff/3/"),
    "manage_access": plain("manage/staff/3/access/"),
    "manage_import": plain("manage/import/"),
    **dict(
        act(name)
        for name in (
            *(
                "register",
                "refer",
                "take",
                "object",
                "agree-objection",
                "reject-objection",
                "accept",
                "assign",
            ),
            *(
                "draft-opinion",
                "send-back",
                "sign",
                "serve",
                "request-review",
                "accept-review",
                "refuse-review",
            ),
            *(
                "review-uphold",
                "review-change",
                "review-remand",
                "request-recheck",
                "accept-recheck",
                "recheck-decide",
            ),
            *(
                "recheck-remand",
                "ask-to-withdraw",
                "withdraw",
                "keep-open",
                "add-material",
                "sort-claims",
                "reassign",
            ),
            *(
                "recuse",
                "extend",
                "to-ordinary",
                "give-notice",
                "start-mediation",
                "agree-settlement",
                "hold-hearing",
            ),
            *(
                "escalate-dispute",
                "decide-organ",
                "urgent-report",
                "supervise",
                "hand-in-report",
                "raise-wall",
                "lift-wall",
                "reissue-code",
                "answer-correction",
            ),
        )
    ),
    "act_merge_duplicate": and_also(
        of_case("case/%d/merge/"),
        lambda scene: [
            (
                "post",
                f"case/{scene.fresh.pk}/merge/",
                {**SAME, "earlier": scene.number, "paper_why": "同一件事"},
            )
        ],
    ),
    "act_refuse_in_progress": and_also(
        of_case("case/%d/in-progress/"),
        lambda scene: [
            (
                "post",
                f"case/{scene.fresh.pk}/in-progress/",
                {**SAME, "number": scene.number, "paper_same_matter": "同一件事"},
            )
        ],
    ),
    "act_refuse_final": and_also(
        of_case("case/%d/final/"),
        lambda scene: [
            ("post", f"case/{scene.fresh.pk}/final/", {**SAME, "paper_recheck_no": f"{scene.number}-H01"})
        ],
    ),
    "openings": plain("openings/"),
    "opening_ask": lambda scene: [
        ("get", "openings/ask/", {"number": scene.number}),
        ("post", "openings/ask/", {**OPENING, "number": scene.number}),
    ],
    "opening": lambda scene: [("get", f"openings/{scene.hidden}/{seq}/", {}) for seq in (1, 2)],
    "opening_decide": lambda scene: [
        ("post", f"openings/{scene.hidden}/{seq}/decide/", {"answer": "yes"}) for seq in (1, 2)
    ],
    "opening_reveal": lambda scene: [
        ("post", f"openings/{scene.hidden}/{seq}/reveal/", {"seq": "1", "field": "name"}) for seq in (1, 2)
    ],
    "codes": plain("codes/"),
    "code": lambda scene: [("get", f"codes/{scene.hidden}/1/", {})],
    "code_decide": lambda scene: [("post", f"codes/{scene.hidden}/1/decide/", {"answer": "yes"})],
    "code_issue": lambda scene: [("post", f"codes/{scene.hidden}/1/issue/", {})],
    "code_made": lambda scene: [("get", f"codes/made/{scene.hidden}/", {})],
    "code_slip": lambda scene: [("get", f"codes/made/{scene.hidden}/slip.pdf", {})],
    "act_seal_as_report": of_case("case/%d/seal-report/"),
    "act_tell_elsewhere": of_case("case/%d/elsewhere/"),
    "act_route_out": of_case("case/%d/route-out/"),
    "act_open_own_route": of_case("case/%d/own-route/"),
    "act_finish_route": of_case("case/%d/finish-route/"),
    "act_refuse_visit_level": of_case("case/%d/visit-level/"),
    "act_accept_simple": of_case("case/%d/simple/"),
    "act_answer_suggestion": of_case("case/%d/suggestion/"),
    "act_file_again_same": of_case("case/%d/again-same/"),
    "act_file_again_new": of_case("case/%d/again-new/"),
}
"""A row for every address that could speak of a case."""
NO_CASE = frozenset(
    {
        *(
            "sign_in",
            "sign_in_second",
            "sign_in_passkey",
            "sign_in_passkey_options",
            "platform",
            "platform_back",
            "platform_ended",
            "sign_out",
            "switch_organ",
        ),
        *(
            "account",
            "account_notice",
            "account_password",
            "account_prove",
            "account_prove_options",
            "account_totp",
        ),
        *("account_totp_off", "account_codes", "account_passkey_options", "account_passkey_add"),
        *("account_platform", "account_platform_back", "account_platform_remove"),
        *("manage_platform", "manage_platform_remove"),
        *("account_passkey_remove", "account_end_session", "manage_switch", "manage_end_sessions"),
        *("manage_reset_second", "manage_end_organ_sessions", "manage_end_post"),
    }
)
"""Addresses of the officer's own account and of other officers' accounts: they read no case."""


def test_coi_02_every_address_of_the_desk_has_its_row() -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert not names - set(TABLE) - NO_CASE, "an address of the desk has no row in the table of hidden cases"
    assert not (set(TABLE) | NO_CASE) - names


def made(cast: Cast, case_id: int, seen: Case, town: Organ) -> Case:
    """Write the case to be hidden, with everything that could give it away, and raise the wall."""
    case = intake.file(cast.petition(), case_id=case_id, when=on("2026-05-06")).case
    tou = cast.actor("tou")
    record_look(
        case_id=case_id, what="case", purpose="办理", reader=cast.actor("mi").reader(), at=on("2026-05-06").at
    )
    case = walls.raise_wall(
        cast.load("tou", case), named=named(cast, COUNTY, "老王（虚构）"), actor=tou, key=key(), when=on(DAY)
    )
    link(seen, case, Link.Kind.SAME_MATTER, reason="同一事项")
    two_persons(cast, case)
    for organ in (cast.organs["anzhou"], town):
        Alert.objects.create(
            organ=organ, case_id=case.pk, mark="x", about=organ, due_on=DAY, raised_on=DAY, order=1, kind=case.kind,
            number=case.number,
        )  # fmt: skip
        item = WorkItem.objects.get(case_id=case.pk, organ=cast.organs["mianyang"])
        item.pk, item.organ = (organ.pk, case.pk), organ
        item.save(force_insert=True)
    return case


def two_persons(cast: Cast, case: Case) -> None:
    """Write what one officer behind the wall has asked for, and what another is asked to decide."""
    both = {"case_id": case.pk, "number": case.number, "kind": case.kind, "asked_at": timezone.now()}
    for seq, (who, organ, decider) in enumerate(
        (("tou", "anzhou", "fucheng"), ("wai", "fucheng", "anzhou")), 1
    ):
        Opening.objects.create(
            **both, seq=seq, key=f"k{seq}", why="life", reason="人命关天", fields=["name"], staff=cast.staff[who],
            organ=cast.organs[organ], role="head", decider=cast.organs[decider],
        )  # fmt: skip
    CodeRenewal.objects.create(
        **both,
        seq=1,
        key="k",
        document="id_card",
        staff=cast.staff["tou"],
        organ=cast.organs["anzhou"],
        role="window",
    )


def bare(answer: HttpResponse) -> tuple[int, str, str]:
    """Return status, address and body of an answer without what is new on every page."""
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    body = text.decode(errors="replace") if "html" in answer.headers.get("Content-Type", "") else repr(text)
    for mask in MASKS:
        body = re.sub(mask, "", body)
    return answer.status_code, answer.headers.get("Location", ""), body


def walked(clients: dict[str, Client], scene: Scene) -> dict[tuple[str, ...], tuple[object, ...]]:
    """Return every answer of the desk to every officer, and how many statements it took."""
    found: dict[tuple[str, ...], tuple[object, ...]] = {}
    for who, client in clients.items():
        for name, row in TABLE.items():
            for how, page, data in row(scene):
                connection.queries_log.clear()
                with undone(), CaptureQueriesContext(connection) as seen:
                    answer = bare(getattr(client, how)(f"/desk/{page}", data))
                found[who, name, how, page, str(sorted(data.items()))] = (*answer, len(seen.captured_queries))
    return found


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def clients(cast: Cast, browser: Browser) -> dict[str, Client]:
    hired(cast, "tou", "anzhou", "organ_admin", since=cast.actor("tou").on.replace(year=2025))
    for role in ("window", "intake", "supervisor", "checker", "auditor"):
        hired(cast, "tou", "anzhou", role, since=cast.actor("tou").on.replace(year=2025))
    return {name: browser(name) for name in BEHIND}


def test_coi_02_behind_the_wall_every_answer_is_that_of_a_case_that_is_not_there(
    cast: Cast, clients: dict[str, Client]
) -> None:
    parent = cast.organs["anzhou"]
    town = Organ.objects.create(
        id=78, code="town", name="安州区花荄镇民政办", short_name="花荄民政办", level="county", kind="affiliated",
        region=cast.regions["anzhou"], parent=parent, path=f"{parent.path}78/", valid_from=parent.valid_from,
    )  # fmt: skip
    seen, fresh, case_id = cast.assigned(), cast.registered(), new_id()
    with undone():
        scene = Scene(case_id, made(cast, case_id, seen, town).number, seen, fresh, town)
        there = walked(clients, scene)
    missing = walked(clients, scene)
    assert there.keys() == missing.keys() and len(there) > 500
    different = [where for where in there if there[where] != missing[where]]
    assert not different, "\n".join(
        f"{where}: {there[where][0]}/{there[where][-1]} against {missing[where][0]}/{missing[where][-1]}"
        for where in different[:20]
    )
    opened = {where[1] for where, answer in there.items() if answer[0] == 200}
    assert {"worklist", "alerts", "reading", "reading_officer", "case", "manage_organ_end"} <= opened
    assert Post.objects.exists() and Case.objects.filter(pk=case_id).count() == 0


def test_coi_02_the_table_finds_a_case_that_is_not_hidden(cast: Cast, clients: dict[str, Client]) -> None:
    """Without its wall the same case changes many answers: the comparison is no idle one."""
    seen, fresh, case_id = cast.assigned(), cast.registered(), new_id()
    town = cast.organs["anzhou"]
    few = {"tou": clients["tou"]}
    with undone():
        case = intake.file(cast.petition(), case_id=case_id, when=on("2026-05-06")).case
        link(seen, case, Link.Kind.SAME_MATTER, reason="同一事项")
        two_persons(cast, case)
        scene = Scene(case_id, case.number, seen, fresh, town)
        there = walked(few, scene)
    missing = walked(few, scene)
    different = {where[1] for where in there if there[where][:3] != missing[where][:3]}
    assert {"worklist", "search", "case", "act_register", "act_refuse_in_progress"} <= different
    assert {"openings", "opening", "opening_ask", "codes", "code", "act_reissue_code"} <= different
