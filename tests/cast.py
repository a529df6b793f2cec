"""The fixed cast of the tests. All names are invented.

County 安州区: Ran registers, Fen classifies and assigns, Han handles, Shen checks, Tou heads, Mi holds the report desk,
Guan administers the organ. City 绵阳市: Shi registers, refers and heads. County 涪城区: Wai, who must see nothing.
Xin petitions.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from lianxin.cases.models import Case
from lianxin.cases.selectors import case_to_act_on, followed
from lianxin.cases.services import acts, handling, intake, reviewing, routing, serving, stages
from lianxin.cases.services.acts import Loaded, Moment
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Organ, Post, Region, Staff

FROM = date(2020, 1, 1)
PASSWORD = "cast-password-2026"
XIN = {
    "name": "辛小禾",
    "phone": "13900000001",
    "address": "安州区花荄镇文胜路18号",
    "id_number": "510724195001010011",
}
STORY = "外婆独自居住，低保金从八月起停发，去镇上问了三次没有答复。（虚构）"


def on(day: date | str, hour: int = 9) -> Moment:
    """Return the moment at that hour of a day in Beijing."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return Moment(day, datetime.combine(day, time(hour), ZoneInfo("Asia/Shanghai")).astimezone(UTC))


def key() -> str:
    """Return a fresh idempotency key."""
    return secrets.token_urlsafe(12)


@dataclass
class Cast:
    """Places, organs and officers by name."""

    regions: dict[str, Region]
    organs: dict[str, Organ]
    staff: dict[str, Staff]

    def actor(self, name: str, day: date = date(2026, 6, 1)) -> Actor:
        """Return an officer at work."""
        return actors_of(self.staff[name].pk, on=day)[0]

    def petition(
        self, *, organ: str = "anzhou", day: str = "2026-05-06", **changes: object
    ) -> intake.Petition:
        """Return an invented petition about dibao, online, to an organ."""
        when = on(day)
        values: dict[str, object] = {
            "channel": "online",
            "kind": "claim",
            "place": self.regions["anzhou"],
            "organ": self.organs[organ],
            "body": STORY,
            "ask": "恢复发放低保金",
            "category": "0101",
            "received_on": when.on,
            "received_at": when.at,
            "identity": XIN,
            **changes,
        }
        return intake.Petition(**values)  # type: ignore[arg-type]

    def filed(self, **changes: object) -> intake.Filed:
        """Return a petition as filed on its day."""
        petition = self.petition(**changes)  # type: ignore[arg-type]
        return intake.file(
            petition, case_id=new_id(), when=Moment(petition.received_on, petition.received_at)
        )

    def load(self, name: str, case: Case) -> Loaded:
        """Return a case as the officer would load it to act on it."""
        found = case_to_act_on(self.actor(name), case.pk)
        assert found is not None, f"{name} does not see case {case.pk}"
        return acts.load(found)

    def registered(self, *, day: str = "2026-05-07", **changes: object) -> Case:
        """Return a case registered by Ran at the county."""
        case = self.filed(**changes).case
        return intake.register(
            self.load("ran", case),
            actor=self.actor("ran"),
            key=key(),
            when=on(day),
            kind="claim",
            category="0101",
            subroute="31.6",
            summary="低保金停发，要求恢复发放",
        )

    def accepted(self, *, day: str = "2026-05-08") -> Case:
        """Return a case accepted on a day."""
        case = self.registered()
        return handling.accept(
            self.load("fen", case),
            actor=self.actor("fen"),
            key=key(),
            when=on(day),
            approver=self.staff["tou"],
        )

    def assigned(self) -> Case:
        """Return a case Han handles."""
        case = self.accepted()
        return handling.assign(
            self.load("fen", case),
            actor=self.actor("fen"),
            officer=self.staff["han"],
            no_interest=True,
            key=key(),
            when=on("2026-05-09"),
        )

    def drafted(self) -> Case:
        """Return a case whose opinion awaits signature."""
        case = self.assigned()
        finding = handling.Finding(
            seq=1,
            facts="经核查，停发系系统误判，信访人家庭仍符合条件。",
            outcome="support",
            decision="恢复发放并补发。",
            basis="社会救助暂行办法 第十二条",
            promise="补发八月以来低保金",
            promise_on=date(2026, 7, 1),
        )
        return handling.draft_opinion(
            self.load("han", case),
            actor=self.actor("han"),
            findings=[finding],
            heard=True,
            verified=True,
            key=key(),
            when=on("2026-05-20"),
        )

    def issued(self) -> Case:
        """Return a case whose opinion is signed."""
        case = self.drafted()
        return handling.sign(
            self.load("tou", case), actor=self.actor("tou"), key=key(), when=on("2026-05-25")
        )

    def served(self) -> Case:
        """Return a case answered on 2026-05-28."""
        case = self.issued()
        return serving.serve(
            self.load("ran", case),
            actor=self.actor("ran"),
            method="in_person",
            served_on=date(2026, 5, 28),
            proof="本人签收",
            receiver="",
            refused=False,
            witness="",
            key=key(),
            when=on("2026-05-28"),
        )

    def load_public(self, case: Case) -> Loaded:
        """Return a case as its petitioner loads it."""
        return followed(case.pk).loaded

    def asked_again(self, *, day: str = "2026-06-10") -> Case:
        """Return a case whose petitioner has asked the city for review."""
        case = self.served()
        asked = stages.Asked(("恢复发放低保金",), "补发的数额不对。（虚构）")
        organ = self.organs["mianyang"]
        return reviewing.ask(
            self.load_public(case),
            stages.REVIEW,
            asked=asked,
            organ=organ,
            actor=None,
            key=key(),
            when=on(day),
        )

    def under_review(self, *, day: str = "2026-06-12") -> Case:
        """Return a case Fu at the city reviews."""
        case = self.asked_again()
        return reviewing.accept(
            self.load("fu", case), stages.REVIEW, actor=self.actor("fu"), ground="在期限以内提出。", key=key(),
            when=on(day),
        )  # fmt: skip

    def review_served(self, *, day: str = "2026-06-22") -> Case:
        """Return a case whose review opinion upholds and was served."""
        case = self.under_review()
        return reviewing.decide(
            self.load("fu", case),
            stages.REVIEW,
            actor=self.actor("fu"),
            found=stages.Found("原处理认定的事实清楚。", "补发数额计算无误。", "uphold"),
            service=stages.Service("in_person", date.fromisoformat(day), "本人签收"),
            approver=self.staff["shi"],
            key=key(),
            when=on(day),
        )

    def recheck_asked(self, *, day: str = "2026-07-01") -> Case:
        """Return a case whose petitioner has asked the province for re-check."""
        case = self.review_served()
        asked = stages.Asked(("恢复发放低保金",), "复查没有重新计算。（虚构）")
        return reviewing.ask(
            self.load_public(case), stages.RECHECK, asked=asked, organ=self.organs["province"], actor=None,
            key=key(), when=on(day),
        )  # fmt: skip

    def under_recheck(self, *, day: str = "2026-07-03") -> Case:
        """Return a case Kun at the province re-checks."""
        case = self.recheck_asked()
        return reviewing.accept(
            self.load("kun", case), stages.RECHECK, actor=self.actor("kun"), ground="在期限以内提出。",
            key=key(), when=on(day),
        )  # fmt: skip

    def referred(self) -> Case:
        """Return a case the city has referred to the county 安州区."""
        case = self.filed(organ="mianyang").case
        shi = self.actor("shi")
        case = intake.register(
            self.load("shi", case),
            actor=shi,
            key=key(),
            when=on("2026-05-07"),
            kind="claim",
            category="0101",
            subroute="31.6",
            summary="低保金停发，要求恢复发放",
        )
        return routing.refer(
            self.load("shi", case),
            actor=shi,
            target=self.organs["anzhou"],
            key=key(),
            when=on("2026-05-07", 10),
        )


def build() -> Cast:
    """Write the cast to the database and return it."""
    regions = _regions()
    organs = _organs(regions)
    return Cast(regions, organs, _staff(organs))


def _regions() -> dict[str, Region]:
    rows = [
        ("china", None, "100000000000", "中国", "country"),
        ("sichuan", "china", "510000000000", "四川省", "province"),
        ("mianyang", "sichuan", "510700000000", "绵阳市", "city"),
        ("anzhou", "mianyang", "510705000000", "安州区", "county"),
        ("fucheng", "mianyang", "510703000000", "涪城区", "county"),
    ]
    made: dict[str, Region] = {}
    for name, parent, code, title, level in rows:
        above = made.get(parent) if parent else None
        pk = int(code) * 100 + 1
        full = (above.full_name if above and above.level != "country" else "") + title
        made[name] = Region.objects.create(
            id=pk,
            code=code,
            name=title,
            full_name=full,
            level=level,
            parent=above,
            path=(above.path if above else "/") + f"{pk}/",
        )
    return made


def _organs(regions: dict[str, Region]) -> dict[str, Organ]:
    rows = [
        ("ministry", None, "民政部", "ministry", "civil_affairs", "china"),
        ("province", "ministry", "四川省民政厅", "province", "civil_affairs", "sichuan"),
        ("mianyang", "province", "绵阳市民政局", "city", "civil_affairs", "mianyang"),
        ("anzhou", "mianyang", "绵阳市安州区民政局", "county", "civil_affairs", "anzhou"),
        ("fucheng", "mianyang", "绵阳市涪城区民政局", "county", "civil_affairs", "fucheng"),
        ("anzhou_gov", None, "绵阳市安州区人民政府", "county", "government", "anzhou"),
        ("mianyang_gov", None, "绵阳市人民政府", "city", "government", "mianyang"),
    ]
    made: dict[str, Organ] = {}
    for n, (name, parent, title, level, kind, region) in enumerate(rows, start=1):
        above = made.get(parent) if parent else None
        made[name] = Organ.objects.create(
            id=n,
            code=name,
            name=title,
            short_name=title,
            level=level,
            kind=kind,
            region=regions[region],
            parent=above,
            path=(above.path if above else "/") + f"{n}/",
            phone="0816-4360000",
            address="文胜路18号",
            hours="工作日 9:00-17:00",
            valid_from=FROM,
        )
    return made


def _staff(organs: dict[str, Organ]) -> dict[str, Staff]:
    rows = {
        "ran": ("冉登记", "anzhou", ["window"]),
        "fen": ("费分办", "anzhou", ["intake"]),
        "han": ("韩承办", "anzhou", ["handler"]),
        "shen": ("沈审核", "anzhou", ["checker"]),
        "tou": ("陶负责", "anzhou", ["head"]),
        "mi": ("米专办", "anzhou", ["report_desk", "intake"]),
        "guan": ("管机构", "anzhou", ["organ_admin"]),
        "shi": ("石市局", "mianyang", ["window", "intake", "head"]),
        "wai": ("魏外人", "fucheng", ["window", "intake", "handler", "head", "checker"]),
        "fu": ("傅复查", "mianyang", ["reviewer"]),
        "kun": ("匡复核", "province", ["rechecker", "window"]),
        "zong": ("宗省厅", "province", ["head"]),
        "dao": ("导督查", "province", ["supervisor"]),
        "gao": ("高承办", "anzhou", ["handler"]),
        "tiao": ("田调解", "anzhou", ["mediator"]),
        "ting": ("丁主持", "anzhou", ["chair"]),
        "zhi": ("支值班", "anzhou", ["duty"]),
        "du": ("杜督办", "mianyang", ["supervisor"]),
        "sheng": ("盛省厅", "province", ["head", "supervisor"]),
    }
    made: dict[str, Staff] = {}
    for n, (name, (title, organ, roles)) in enumerate(rows.items(), start=1):
        staff = Staff(id=n, username=name, name=title)
        staff.set_password(PASSWORD)
        staff.save(force_insert=True)
        for m, role in enumerate(roles):
            Post.objects.create(id=n * 100 + m, staff=staff, organ=organs[organ], role=role, starts_on=FROM)
        made[name] = staff
    return made
