"""COI-02: every address of the desk answers an officer behind a wall as if the case were not there, to the byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianxin.calls.models import CallBack
from lianxin.cases.links import link
from lianxin.cases.models import Alert, Case, CodeRenewal, Link, Opening, Promise, Supervision, WorkItem
from lianxin.cases.services import intake, walls
from lianxin.insight.models import Search
from lianxin.ledger.chain import record_look
from lianxin.ledger.ids import new_id
from lianxin.letters.models import Batch, Letter, Posting
from lianxin.organs.models import Organ, Post
from lianxin.oversight.models import Finding, Inspection, Inspector, Sample, SecondReading
from lianxin.together.models import JointTask, TaskItem
from lianxin.visits.models import Booking, Emergency, Reception
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
LABELS = ("信2026-000001", "L2026-000001")
DEBTS = ("undone", "overdue", "bounced", "old", "again")
WINDOW = 801
"""The id of each row of the visit window that leads to the hidden case."""
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
            {"queue": "intake"},
            {"queue": "all", "seen": "2026-05-21.1", "n": "3"},
            {
                "queue": "all",
                "category": "01",
                "clock": "overdue",
                "since": "2026-05-01",
                "area": "51070500000001",
            },
        )
    ],
    "filters": plain("filters/?queue=all&state=registered"),
    "filter_save": lambda scene: [
        ("post", "filters/save/", {"list": "queue=all&kind=claim", "name": "申诉"})
    ],
    "filter_share": lambda scene: [("post", "filters/1/share/", {"shared": "on"})],
    "filter_clear": lambda scene: [("post", "filters/1/clear/", {})],
    "bulk": lambda scene: [
        ("get", "bulk/", {"do": act, "case": str(one), **more})
        for one in (scene.hidden, scene.fresh.pk)
        for act, more in (
            ("assign", {}),
            ("assign", {"officer": "6"}),
            ("print", {}),
            ("print", {"kind": "x"}),
        )
    ],
    "bulk_assign": lambda scene: [
        (
            "post",
            "bulk/assign/",
            {"case": f"{scene.hidden}.1", "officer": "6", "no_interest": "on", "key": "a-key-of-a-form"},
        )
    ],
    "bulk_print": lambda scene: [
        ("post", "bulk/print/", {"case": str(scene.hidden), "kind": "receipt", "key": "a-key-of-a-form"})
    ],
    "preview": of_case("case/%d/preview/"),
    "alerts": plain("alerts/"),
    "reading": plain("reading/?day_year=2026-05-06"),
    "reading_officer": plain("reading/6/?day_year=2026-05-06"),
    "search": lambda scene: [
        ("get", "search/", {"number": number}) for number in (scene.number, scene.seen.number)
    ],
    "search_found": lambda scene: [("get", "search/77/", {}), ("get", "search/?again=77", {})],
    "visits": plain("visits/"),
    "visit_close": plain("visits/close/", post=True),
    "visit_receptions": plain("visits/receptions/?day=2026-06-01"),
    "visit_reception": lambda scene: [("get", f"visits/receptions/{scene.hidden}/", {})],
    "visit_reception_end": lambda scene: [
        ("post", f"visits/receptions/{scene.hidden}/end/", {"why": "asked"})
    ],
    "visit_levels": plain("visits/levels/"),
    "visit_levels_of": lambda scene: [("get", f"visits/receptions/{scene.hidden}/levels/", {})],
    "visit_days": plain("visits/days/"),
    "visit_day": plain(f"visits/days/{WINDOW}/"),
    "visit_book": plain(f"visits/days/{WINDOW}/book/", post=True, number="%(number)s", key="a-key-of-a-form"),
    "visit_result": plain(f"visits/bookings/{WINDOW}/", post=True, agreed="x", key="a-key-of-a-form"),
    "visit_fulfil": plain(f"visits/bookings/{WINDOW}/done/", post=True),
    "emergencies": plain("emergencies/"),
    "emergency": plain(f"emergencies/{WINDOW}/"),
    "emergency_do": plain(f"emergencies/{WINDOW}/do/", post=True, do="take", key="a-key-of-a-form"),
    "emergency_case": plain(f"emergencies/{WINDOW}/case/", post=True),
    "register": plain("register/", post=True),
    "register_draft": lambda scene: [("get", f"register/{scene.hidden}/", {})],
    "check": lambda scene: [("get", f"register/{scene.hidden}/check/", {})],
    "registered": lambda scene: [("get", f"register/{scene.hidden}/done/", {})],
    "receipt": lambda scene: [("get", f"register/{scene.hidden}/receipt.pdf", {})],
    "discard": lambda scene: [("post", f"register/{scene.hidden}/discard/", {})],
    "case": and_also(
        of_case("case/%d/"),
        lambda scene: [
            ("get", f"case/{one}/", {"list": "queue=all&at=2026-05-21&n=0"})
            for one in (scene.seen.pk, scene.fresh.pk)
        ],
    ),
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
    "health": plain("manage/health/"),
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
    "act_ask_part": and_also(
        of_case("case/%d/ask-part/"),
        lambda scene: [
            ("post", f"case/{scene.seen.pk}/ask-part/", {"key": "a-key-of-a-form", "version": "2"})
        ],
    ),
    "act_recall_part": of_case("case/%d/parts/1/recall/"),
    "tasks": plain("tasks/"),
    "task": lambda scene: [("get", f"tasks/{scene.hidden}/1/", {})],
    "task_sheet": lambda scene: [("get", f"tasks/{scene.hidden}/1/sheet/", {})],
    **{
        f"task_{name}": lambda scene, name=name: [
            (
                "post",
                f"tasks/{scene.hidden}/1/{name}/",
                {"key": "a-key-of-a-form", "words": "办了", "reasons": "办不了", "seq": "1", "field": "name"},
            )
        ]
        for name in ("take", "answer", "return", "reveal")
    },
    "task_file": lambda scene: [("get", f"tasks/{scene.hidden}/1/files/1/", {})],
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
    "letters": lambda scene: [
        ("get", "letters/", {"shelf": shelf})
        for shelf in ("open", "register", "valuables", "review", "post", "result")
    ],
    "letters_find": lambda scene: [("get", "letters/find/", {"label": label}) for label in LABELS],
    "letters_batch_add": plain("letters/batches/add/", post=True),
    "letters_batch": plain("letters/batches/7/"),
    "letters_piece": lambda scene: [("post", "letters/batches/7/piece/", {"key": "a-key-of-a-form"})],
    "letters_labels": plain("letters/batches/7/labels/"),
    "letter": plain("letters/7/"),
    "letter_envelope": plain("letters/7/envelope/", post=True),
    "letter_void": plain("letters/7/void/", post=True),
    "letter_give_back": plain("letters/7/give-back/", post=True),
    "letter_scans": plain("letters/7/scans/", post=True),
    "letter_scan": plain("letters/7/scans/1/"),
    "letter_scan_remove": lambda scene: [("post", "letters/7/scans/1/remove/", {"key": "a-key-of-a-form"})],
    "letter_write": plain("letters/7/write/", post=True),
    "letter_compare": plain("letters/7/compare/", post=True),
    "letter_register": lambda scene: [("post", "letters/7/register/", {})],
    "act_review_before": of_case("case/%d/review-before/"),
    "act_review_after": of_case("case/%d/review-after/"),
    "act_post_paper": of_case("case/%d/post-paper/"),
    "act_post_result": of_case("case/%d/post-result/"),
    "codes": plain("codes/"),
    "code": lambda scene: [("get", f"codes/{scene.hidden}/1/", {})],
    "code_decide": lambda scene: [("post", f"codes/{scene.hidden}/1/decide/", {"answer": "yes"})],
    "code_issue": lambda scene: [("post", f"codes/{scene.hidden}/1/issue/", {})],
    "code_made": lambda scene: [("get", f"codes/made/{scene.hidden}/", {})],
    "code_slip": lambda scene: [("get", f"codes/made/{scene.hidden}/slip.pdf", {})],
    **dict(act(name) for name in ("keep-promise", "end-supervision")),
    "supervision": lambda scene: [
        ("get", "supervision/", {"side": side}) for side in ("", "received", "ended")
    ],
    "promises": lambda scene: [("get", "supervision/promises/", {"kind": kind}) for kind in ("over", "open")],
    "debts": lambda scene: [("get", "supervision/debts/", {"why": why}) for why in DEBTS],
    "reading_ask": of_case("supervision/debts/%d/ask/"),
    "readings": plain("supervision/readings/"),
    "reading_of_case": of_case("supervision/readings/%d/1/"),
    "suggestions": plain("supervision/suggestions/"),
    "suggest": plain("supervision/suggestions/issue/"),
    "suggestion": plain("supervision/suggestions/1/", post=True),
    "inspections": plain("supervision/inspections/"),
    "inspection_plan": plain("supervision/inspections/plan/"),
    "inspection": plain("supervision/inspections/1/"),
    "inspected_case": of_case("supervision/inspections/1/case/%d/"),
    "findings": plain("supervision/findings/"),
    "finding": plain("supervision/findings/1/1/", post=True),
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
    "calls": plain("calls/"),
    "call_back": plain("calls/77/"),
    "call_number": plain("calls/77/number/", post=True),
    "call_tried": plain("calls/77/tried/", post=True, key="a-key-of-a-form", result="missed"),
    "act_link_case": and_also(
        of_case("case/%d/link/"),
        lambda scene: [
            (
                "post",
                f"case/{scene.fresh.pk}/link/",
                {**SAME, "number": scene.number, "kind": "same_matter", "reasons": "同一件事"},
            )
        ],
    ),
    "act_unlink_case": of_case("case/%d/unlink/"),
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
            "token",
        ),
        *(
            "account",
            "account_notice",
            "account_password",
            "account_prove",
            "account_prove_options",
            "account_totp",
        ),
        *("visit_issue", "visit_next", "visit_ticket", "visit_ticket_do", "visit_receive", "visit_leaflet"),
        *("visit_plan", "visit_closed", "visit_booth_add", "visit_booth", "visit_seat"),
        *("visit_screens", "visit_screen_end", "visit_screen", "visit_day_add", "visit_day_cancel"),
        *("emergency_add",),
        *("account_totp_off", "account_codes", "account_passkey_options", "account_passkey_add"),
        *("account_platform", "account_platform_back", "account_platform_remove"),
        *("manage_platform", "manage_platform_remove"),
        *("call_take", "knowledge", "knowledge_found", "knowledge_hints", "knowledge_write"),
        *("knowledge_article", "knowledge_edit", "knowledge_publish", "knowledge_withdraw"),
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
    at_the_window(cast, case)
    part_asked(cast, case)
    promised_to_call(cast, case)
    at_the_letter_desk(cast, case)
    under_supervision(cast, case)
    for organ in (cast.organs["anzhou"], town):
        Alert.objects.create(
            organ=organ, case_id=case.pk, mark="x", about=organ, due_on=DAY, raised_on=DAY, order=1, kind=case.kind,
            number=case.number,
        )  # fmt: skip
        item = WorkItem.objects.get(case_id=case.pk, organ=cast.organs["mianyang"])
        item.pk, item.organ = (organ.pk, case.pk), organ
        item.save(force_insert=True)
    return case


def at_the_letter_desk(cast: Cast, case: Case) -> None:
    """Write that the case began as a letter with money in it, and that a paper of it was posted and came back."""
    Letter.objects.create(
        organ=cast.organs["anzhou"], id=7, batch_id=7, year=2026, count=1, stage="done", arrived_on=DAY,
        enclosures={"valuables": 1}, became_id=case.pk, registered_at=timezone.now(),
    )  # fmt: skip
    Posting.objects.create(
        organ=cast.organs["anzhou"], case_id=case.pk, seq=1, number=case.number, paper=1, paper_kind="receipt",
        post_no="XA00000000000", service="registered", posted_on=DAY, outcome="returned", outcome_on=DAY,
    )  # fmt: skip


def under_supervision(cast: Cast, case: Case) -> None:
    """Write what the organ behind the wall promised and was asked for in the case, and that officers of it were to read it."""
    both = {"case_id": case.pk, "number": case.number}
    anzhou, mianyang, fucheng = (cast.organs[name] for name in ("anzhou", "mianyang", "fucheng"))
    for place, seq in ((anzhou, 1), (mianyang, 2)):
        Promise.objects.create(
            **both, organ=place, seq=seq, claim=1, step=1, kind=case.kind, what="补发（虚构）", due_on=on("2026-05-20").on,
        )  # fmt: skip
    for asks, about, seq in ((anzhou, mianyang, 1), (mianyang, anzhou, 2)):
        Supervision.objects.create(
            **both, organ=asks, about=about, seq=seq, form="letter", kind=case.kind, trigger="超期（虚构）",
            asked_on=DAY, due_on=DAY,
        )  # fmt: skip
    Sample.objects.create(**both, inspection_id=1, organ=anzhou, about=mianyang)
    Finding.objects.create(
        **both, inspection_id=1, seq=1, organ=anzhou, about=anzhou, wrong="没有答复（虚构）", article="第三十二条",
        evidence="时间线", required="补上", due_on=DAY, found_on=DAY, finder=cast.staff["tou"], key="k",
    )  # fmt: skip
    for seq, (reader, owing) in enumerate(((anzhou, mianyang), (fucheng, anzhou)), 1):
        SecondReading.objects.create(
            **both, seq=seq, organ=reader, asker=anzhou, owing=owing, reader=cast.staff["tou"], why="old",
            asked_on=DAY, due_on=DAY + timedelta(days=9), key=f"k{seq}",
        )  # fmt: skip


def what_leads_there(cast: Cast) -> None:
    """Write what stands with the case and without it: the post of a day with another letter, and an inspection that runs."""
    anzhou, at = cast.organs["anzhou"], on(DAY).at
    Batch.objects.create(
        organ=anzhou, id=7, on=DAY, way="post", pieces=1, staff=cast.staff["ran"], at=at, key="k"
    )
    Letter.objects.create(organ=anzhou, id=8, batch_id=7, year=2026, count=2, arrived_on=DAY)
    Inspection.objects.create(
        id=1, organ=anzhou, topic="答复", scope=anzhou, received_from=DAY.replace(month=1), received_to=DAY,
        starts_on=DAY.replace(month=5), ends_on=DAY.replace(month=12), size=1, checklist=["是否答复"], seed_hash="a", seed="b",
        frame_hash="c", frame_size=1, state="drawn", planned_on=DAY, drawn_on=DAY, planner=cast.staff["tou"], key="k",
    )  # fmt: skip
    Inspector.objects.create(inspection_id=1, staff=cast.staff["tou"])


def promised_to_call(cast: Cast, case: Case) -> None:
    """Write a call-back that was promised by the organ behind the wall to whom the case is of."""
    CallBack.objects.create(
        organ=cast.organs["anzhou"], id=77, call_id=76, about="告知结果（虚构）", promised_at=timezone.now(),
        due_at=timezone.now() + timedelta(days=1), staff=cast.staff["ran"], became_id=case.pk,
    )  # fmt: skip


def part_asked(cast: Cast, case: Case) -> None:
    """Write a part of the case that was asked of the organ behind the wall before it was raised, and taken there."""
    both = {
        "case_id": case.pk,
        "seq": 1,
        "organ": cast.organs["anzhou"],
        "what": "visit",
        "question": "请上门看望（虚构）",
    }
    JointTask.objects.create(
        **both, lead=cast.organs["mianyang"], due_on=DAY, asked_on=DAY, state="taken", officer=cast.staff["tou"],
        identity=["name"], need="要见到本人", shown_files=[1],
    )  # fmt: skip
    TaskItem.objects.create(
        **both, number=case.number, lead_name="绵阳市民政局", place_name="安州区", due_on=DAY, asked_on=DAY,
        state="taken", officer_id=cast.staff["tou"].pk, officer_name="陶负责",
    )  # fmt: skip


def at_the_window(cast: Cast, case: Case) -> None:
    """Write that the case began as a visit and as an emergency, and was brought to a leader who promised something."""
    own = {"organ": cast.organs["anzhou"], "staff": cast.staff["ran"], "became_id": case.pk}
    at = on(DAY).at
    Reception.objects.create(
        **own, id=WINDOW, ticket_id=WINDOW, on=DAY, began_at=at, ended_at=at, draft_id=case.pk, state="registered",
        needs=["sign"],
    )  # fmt: skip
    Emergency.objects.create(
        **own, id=WINDOW, kind="child", place="大厅", happening="有个孩子（虚构）", seen_on=DAY, seen_at=at, key="k",
    )  # fmt: skip
    Booking.objects.create(
        **own, id=WINDOW, day_id=WINDOW, booked_at=at, held_on=DAY, due_on=DAY, charge_from=DAY, key="k"
    )


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
    for name in BEHIND:
        Search.objects.create(
            organ_id=cast.actor(name).organ.pk, staff=cast.staff[name], id=77 if name == "tou" else new_id(),
            words="外婆", purpose="alike", at=timezone.now(), key=name,
        )  # fmt: skip
    return {name: browser(name) for name in BEHIND}


def test_coi_02_behind_the_wall_every_answer_is_that_of_a_case_that_is_not_there(
    cast: Cast, clients: dict[str, Client]
) -> None:
    parent = cast.organs["anzhou"]
    town = Organ.objects.create(
        id=78, code="town", name="安州区花荄镇民政办", short_name="花荄民政办", level="county", kind="affiliated",
        region=cast.regions["anzhou"], parent=parent, path=f"{parent.path}78/", valid_from=parent.valid_from,
    )  # fmt: skip
    what_leads_there(cast)
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
    assert {"letters", "letters_batch", "inspection", "findings", "readings", "promises", "debts"} <= opened
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
    assert {
        "worklist",
        "search",
        "search_found",
        "case",
        "act_register",
        "act_refuse_in_progress",
    } <= different
    assert {"openings", "opening", "opening_ask", "codes", "code", "act_reissue_code"} <= different
