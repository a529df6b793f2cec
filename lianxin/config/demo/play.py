"""Plays one planned petition through the services, with the moments of the past days, as officers would have done."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lianxin.cases.history import BEIJING, Loaded, Moment, load
from lianxin.cases.models import Case, Claim
from lianxin.cases.services import evaluation, handling, intake, routing, serving
from lianxin.config.demo.people import MAIN_CITY, MAIN_COUNTY, Crew, invented_identity
from lianxin.config.demo.places import World
from lianxin.config.demo.plans import Plan
from lianxin.jobs import sweeps
from lianxin.ledger.ids import new_id
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Region
from lianxin.procedure.calendar import load_calendar

INVENTED = "（本件为演示用的虚构内容）"
MAIN_SHARE = 0.45


@dataclass(slots=True)
class Stage:
    """What every play needs: places, officers, and the present."""

    world: World
    crew: Crew
    now: Moment


class Play:
    """One petition from its arrival to where its plan ends."""

    def __init__(self, stage: Stage, plan: Plan) -> None:
        self.stage, self.plan = stage, plan
        self.chance = random.Random(plan.seed)  # noqa: S311 - invented data
        self.code = ""
        self.last = datetime.min.replace(tzinfo=BEIJING)
        self.handling, self.registering = self._organs()
        self.region = self._region()
        self.words = self._words()
        self.case: Case

    def run(self) -> Case:
        """Bring the petition in and take its steps; return the case as it stands."""
        days = list(self.plan.days_ago)
        steps = list(self.plan.steps)
        if self.plan.channel == "online":
            self._file(self._day(days[0]))
        else:
            self._record(self._day(days[0], working=True))
            del steps[0], days[0]
        doing: dict[str, Callable[[Moment], None]] = {
            "register": self._register,
            "refer": self._refer,
            "take": self._take,
            "object": self._object,
            "agree": self._agree,
            "insist": self._insist,
            "accept": self._accept,
            "assign": self._assign,
            "draft": self._draft,
            "sign": self._sign,
            "serve": self._serve,
            "content": self._content,
            "lapse": self._lapse,
        }
        for step, ago in zip(steps, days[1:], strict=True):
            doing[step](self._day(ago, working=step not in {"content", "lapse"}))
        return self.case

    # --- when, where, what ------------------------------------------------------------------------------

    def _day(self, ago: int, *, working: bool = False) -> Moment:
        """Return a moment so many days ago, never before the last one and never in the future."""
        today = self.stage.now.on
        day = max(today - timedelta(days=ago), self.last.date() if self.last.year > 1 else date.min)
        if working and not load_calendar().is_working(day):
            later = load_calendar().next_working(day)
            day = later if later <= today else day
        hour = time(self.chance.randint(9, 16), self.chance.randint(0, 59), self.chance.randint(0, 59))
        at = max(
            datetime.combine(day, hour, BEIJING),
            self.last + timedelta(minutes=3) if self.last.year > 1 else self.last,
        )
        self.last = min(at, self.stage.now.at.astimezone(BEIJING))
        return Moment(self.last.date(), self.last)

    def _organs(self) -> tuple[Organ, Organ]:
        """Return the organ that handles the matter and the one that registers it."""
        world, chance = self.stage.world, self.chance
        if chance.random() < MAIN_SHARE:
            handling = world.bureau(MAIN_COUNTY)
        else:
            handling = chance.choice(world.bureaus("county", "county", "city", "township"))
        if "refer" not in self.plan.steps:
            return handling, handling
        if handling.level == "township":
            handling = world.bureau(MAIN_COUNTY)
        if handling.level == "city":
            return handling, chance.choice([world.bureau(f"{handling.code[:2]}0000"), world.bureau("100000")])
        if handling.code.startswith(MAIN_COUNTY) and chance.random() < 0.6:
            return handling, world.bureau(MAIN_CITY)
        city = world.bureau(f"{handling.code[:4]}00")
        return handling, chance.choice([city, city, city, world.bureau(f"{handling.code[:2]}0000")])

    def _region(self) -> Region:
        """Return the village the matter is about, or the place of the organ."""
        under = self.handling.region.path
        villages = [
            one
            for one in self.stage.world.regions.values()
            if one.level == "village" and one.path.startswith(under)
        ]
        return self.chance.choice(villages) if villages else self.handling.region

    def _words(self) -> dict[str, str]:
        chance, above = self.chance, self.region.parent
        return {
            "village": self.region.name,
            "town": above.name if above else "",
            "times": str(chance.randint(2, 5)),
            "month": str(chance.randint(1, 9)),
            "sum": str(chance.choice((480, 860, 1200, 2350, 3600, 5800, 8200))),
            "age": str(chance.randint(62, 88)),
            "days": str(chance.randint(12, 45)),
        }

    def _said(self, text: str) -> str:
        return text.format_map(self.words).strip()

    def _petition(self, when: Moment) -> intake.Petition:
        matter, chance = self.plan.matter, self.chance
        anonymous = chance.random() < 0.06 or (matter.get("kind") == "report" and chance.random() < 0.5)
        return intake.Petition(
            channel=self.plan.channel,
            kind=matter.get("kind", "claim"),
            place=self.region,
            organ=self.registering,
            body=self._said(matter["body"]) + INVENTED,
            ask=self._said(matter["ask"]),
            received_on=when.on,
            received_at=when.at,
            category=matter["category"],
            summary=matter["summary"] if self.plan.channel != "online" else "",
            claims=[self._said(claim) for claim in matter["claims"]],
            read_back=self.plan.channel in ("visit", "call"),
            identity={} if anonymous else invented_identity(chance, self.region.full_name),
            helper=invented_identity(chance, self.region.full_name) if chance.random() < 0.05 else {},
            people=chance.randint(2, 5) if chance.random() < 0.05 else 1,
            subroute="31.6"
            if self.plan.channel != "online" and matter.get("kind", "claim") == "claim"
            else "",
        )

    def _actor(self, role: str, organ: Organ | None = None) -> Actor:
        return self.stage.crew.actor(organ or self.case.holder, role, nth=self.chance.randrange(4))

    def _key(self) -> str:
        return f"demo-{self.chance.randrange(1 << 60):x}"

    def _loaded(self) -> Loaded:
        return load(self.case)

    # --- the steps --------------------------------------------------------------------------------------

    def _file(self, when: Moment) -> None:
        filed = intake.file(self._petition(when), case_id=new_id(), when=when)
        self.case, self.code = filed.case, filed.code

    def _record(self, when: Moment) -> None:
        actor = self._actor("window", self.registering)
        filed = intake.record(self._petition(when), case_id=new_id(), actor=actor, when=when)
        self.case, self.code = filed.case, filed.code

    def _register(self, when: Moment) -> None:
        matter = self.plan.matter
        kind = matter.get("kind", "claim")
        actor = self._actor("report_desk" if kind == "report" else "window")
        if not actor.has("window", "intake"):
            actor = self._actor("intake")
        self.case = intake.register(
            self._loaded(),
            actor=actor,
            key=self._key(),
            when=when,
            kind=kind,
            category=matter["category"],
            subroute="31.6" if kind == "claim" else "",
            summary=matter["summary"],
        )

    def _refer(self, when: Moment) -> None:
        actor, target = self._actor("intake"), self.handling
        self.case = routing.refer(
            self._loaded(), actor=actor, target=target, key=self._key(), when=when, proposed=target.code
        )

    def _take(self, when: Moment) -> None:
        self.case = routing.take(
            self._loaded(), actor=self._actor("intake", self.handling), key=self._key(), when=when
        )

    def _object(self, when: Moment) -> None:
        self.case = routing.object_to(
            self._loaded(),
            actor=self._actor("head", self.handling),
            key=self._key(),
            when=when,
            reasons="经核对，所反映事项的经办地在相邻县区，本局没有审批档案。",
            believed="相邻县区民政局",
        )

    def _agree(self, when: Moment) -> None:
        self.case = routing.agree_objection(
            self._loaded(), actor=self._actor("intake"), key=self._key(), when=when
        )

    def _insist(self, when: Moment) -> None:
        self.case = routing.reject_objection(
            self._loaded(),
            actor=self._actor("head"),
            key=self._key(),
            when=when,
            reasons="户籍地和享受待遇的经办地均在贵局辖区，请接收并按期告知信访人。",
        )

    def _accept(self, when: Moment) -> None:
        self.case = handling.accept(
            self._loaded(),
            actor=self._actor("intake"),
            key=self._key(),
            when=when,
            approver=self._actor("head").staff,
        )

    def _assign(self, when: Moment) -> None:
        self.case = handling.assign(
            self._loaded(),
            actor=self._actor("intake"),
            officer=self._actor("handler").staff,
            no_interest=True,
            key=self._key(),
            when=when,
        )

    def _draft(self, when: Moment) -> None:
        officer = next(
            Actor(staff, self.case.holder, roles, when.on)
            for staff, roles in self.stage.crew.posts[self.case.holder.pk]
            if staff.pk == self.case.officer_id
        )
        self.case = handling.draft_opinion(
            self._loaded(),
            actor=officer,
            findings=self._findings(when),
            heard=True,
            verified=True,
            key=self._key(),
            when=when,
        )

    def _findings(self, when: Moment) -> list[handling.Finding]:
        matter = self.plan.matter
        rows = zip(matter["findings"], matter["outcomes"], matter["decisions"], strict=True)
        found = []
        claims = Claim.objects.filter(case_id=self.case.pk).order_by("seq").values_list("seq", flat=True)
        for seq, (facts, outcome, decision) in zip(claims, rows, strict=True):
            promise = self._promise(seq) if outcome == "support" else ""
            found.append(
                handling.Finding(
                    seq,
                    self._said(facts),
                    outcome,
                    self._said(decision),
                    matter["basis"],
                    promise,
                    when.on + timedelta(days=30) if promise else None,
                )
            )
        return found

    def _promise(self, seq: int) -> str:
        """Return what is promised on a claim that is supported: the matter's own words once, else the claim itself."""
        matter = self.plan.matter
        first = matter["outcomes"].index("support") + 1
        own = matter.get("promise") if seq == first else None
        return self._said(own or f"按期办结：{matter['claims'][seq - 1]}")

    def _sign(self, when: Moment) -> None:
        self.case = handling.sign(self._loaded(), actor=self._actor("head"), key=self._key(), when=when)

    def _serve(self, when: Moment) -> None:
        method, proof = self.chance.choice(
            (
                ("in_person", "信访人在送达回证上签名"),
                ("post", "邮政回执 EMS-00000000（虚构）"),
                ("electronic", "短信链接已读回执"),
            )
        )
        role = (
            "window"
            if any("window" in roles for _, roles in self.stage.crew.posts[self.case.holder.pk])
            else "handler"
        )
        self.case = serving.serve(
            self._loaded(),
            actor=self._actor(role),
            method=method,
            served_on=when.on,
            proof=proof,
            receiver="",
            refused=False,
            witness="",
            key=self._key(),
            when=when,
        )
        if self.plan.state == "served" and self.chance.random() < 0.25:
            self._evaluate(self._day(max(self.plan.days_ago[-1] - 2, 0)))

    def _content(self, when: Moment) -> None:
        self.case = evaluation.accept_result(self._loaded(), key=self._key(), when=when)
        if self.chance.random() < 0.7:
            self._evaluate(self._day(max(self.plan.days_ago[-1] - 1, 0)))

    def _evaluate(self, when: Moment) -> None:
        happy = self.chance.random() < 0.8
        rating = "satisfied" if happy else self.chance.choice(("basically", "not_satisfied"))
        opinion = evaluation.Opinion(
            answered=True,
            right=happy,
            carried_out=True if happy else None,
            office="satisfied",
            organ=rating,
            words=self.chance.choice(("说清楚了，谢谢。", "事情办好了，就是等得久了一点。", ""))
            if happy
            else "希望能早一点告知。",
        )
        self.case = evaluation.evaluate(self._loaded(), opinion=opinion, key=self._key(), when=when)

    def _lapse(self, when: Moment) -> None:
        """Close by the sweep of the first day after the window; a window still open leaves the case answered."""
        last_day = sweeps.window_ends_on(self._loaded())
        if last_day and last_day < self.stage.now.on:
            after = Moment(
                last_day + timedelta(days=1), datetime.combine(last_day + timedelta(days=1), time(2), BEIJING)
            )
            self.case = serving.lapse(self._loaded(), when=after)
