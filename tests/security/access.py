"""Who gets what at each address: asked of the running site as each kind of officer, written to docs/reference/access.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.test import Client

from lianxin.cases.models import Case
from lianxin.cases.services import routing
from lianxin.organs.models import Post, Staff
from tests.cast import FROM, PASSWORD, Cast, key, on
from tests.security.addresses import Address, addresses

ROLES = {
    "登记": "ran",
    "分派": "fen",
    "承办（本件）": "han",
    "承办（别人）": "gao",
    "审核": "shen",
    "负责人": "tou",
    "检举专办": "mi",
    "调解": "tiao",
    "听证主持": "ting",
    "值班": "zhi",
    "机构管理": "guan",
    "审计": "shu",
    "系统管理": "xi",
}
"""Officers of the organ that answers for the case, one for each role."""
RELATIONS = {
    "接收方（待接收）": ("fen", "referred"),
    "只登记": ("shi", "taken"),
    "原办理（复查中）": ("tou", "reviewed"),
    "复查机构": ("fu", "reviewed"),
    "上级负责人": ("zong", "assigned"),
    "上级督查": ("du", "assigned"),
    "别的机构": ("wai", "assigned"),
    "检举件·专办": ("mi", "report"),
    "检举件·分派": ("fen", "report"),
    "检举件·负责人": ("tou", "report"),
    "检举件·上级督查": ("du", "report"),
}
"""Officers who stand to the case in another way: who, and which case."""
NOBODY = "未登录"
INTRO = """# Who gets what at each address

Made by a test that asks the running site (`LIANXIN_WRITE_ACCESS=1 pytest tests/security/test_az.py`) and fails when this page and
the site differ, so an address without a row cannot be added. Each cell holds the answer to GET and to an empty POST. 200 a page ·
302 leads on (an officer who is not signed in: to the sign-in) · 403 refused · 404 not there, which is also what others' cases
answer · 405 not that method · 409 not now, not this role; the page says why · 422 the form says what is missing.
Officers have proved themselves in the last minutes.
"""


@dataclass
class Stage:
    """The cast, the cases, and the browsers of all who ask."""

    cast: Cast
    cases: dict[str, Case]
    draft_id: str = "1"
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask(self, who: str, method: str, path: str) -> int:
        """Return the status of one request, whose doings are undone."""
        client = Client(raise_request_exception=False)
        client.cookies.load(self.cookies.get(who, {}))
        with transaction.atomic():
            status = int(getattr(client, method)(path).status_code)
            transaction.set_rollback(True)
        return status

    def cell(self, who: str, path: str) -> str:
        """Return the answers to GET and to an empty POST."""
        return f"{self.ask(who, 'get', path)}·{self.ask(who, 'post', path)}"


def build(cast: Cast) -> Stage:
    """Return the stage: cases in every relation, two more officers, and all of them signed in."""
    for n, (name, role) in enumerate({"shu": "auditor", "xi": "sysadmin"}.items(), start=90):
        staff = Staff(id=n, username=name, name=name)
        staff.set_password(PASSWORD)
        staff.save(force_insert=True)
        Post.objects.create(id=n * 100, staff=staff, organ=cast.organs["anzhou"], role=role, starts_on=FROM)
        cast.staff[name] = staff
    taken = cast.referred()
    taken = routing.take(cast.load("fen", taken), actor=cast.actor("fen"), key=key(), when=on("2026-05-08"))
    cases = {
        "assigned": cast.assigned(),
        "referred": cast.referred(),
        "taken": taken,
        "reviewed": cast.under_review(),
        "report": cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case,
    }
    stage = Stage(cast, cases)
    for name in {*ROLES.values(), *(who for who, _ in RELATIONS.values())}:
        client = Client()
        assert client.post("/desk/sign-in", {"username": name, "password": PASSWORD}).status_code == 302
        stage.cookies[name] = {key: morsel.value for key, morsel in client.cookies.items()}
    return stage


def tables(stage: Stage) -> dict[str, dict[str, dict[str, str]]]:
    """Return table → address → column → cell."""
    known = addresses()
    of_case = [one for one in known if "case_id" in one.parts]
    desk = [one for one in known if one.route.startswith("/desk/") and one not in of_case]
    public = [one for one in known if one not in of_case and one not in desk]
    main = stage.cases["assigned"].pk
    return {
        "Public site, without a cookie": _table(stage, public, {"任何人": ("", 0)}),
        "Desk, addresses without a case, by role": _table(
            stage, desk, {NOBODY: ("", 0)} | {label: (who, 0) for label, who in ROLES.items()}
        ),
        "Desk, a case of the own organ, by role": _table(
            stage, of_case, {NOBODY: ("", main)} | {label: (who, main) for label, who in ROLES.items()}
        ),
        "Desk, a case to which the officer stands otherwise": _table(
            stage, of_case, {label: (who, stage.cases[case].pk) for label, (who, case) in RELATIONS.items()}
        ),
    }


def _table(
    stage: Stage, rows: Iterable[Address], columns: dict[str, tuple[str, int]]
) -> dict[str, dict[str, str]]:
    return {
        one.route: {
            label: stage.cell(who, one.path(case_id=case_id or 1, draft_id=stage.draft_id))
            for label, (who, case_id) in columns.items()
        }
        for one in rows
    }


def written(found: dict[str, dict[str, dict[str, str]]]) -> str:
    """Return the page."""
    lines = [INTRO]
    for title, rows in found.items():
        labels = list(next(iter(rows.values())))
        lines += [
            f"## {title}\n",
            "| address | " + " | ".join(labels) + " |",
            "|---" * (len(labels) + 1) + "|",
        ]
        lines += [
            f"| `{route}` | " + " | ".join(cells[label] for label in labels) + " |"
            for route, cells in rows.items()
        ]
        lines.append("")
    return "\n".join(lines)
