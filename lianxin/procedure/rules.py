"""The only place for the shapes of a rulebook: what a role, state, step, condition and clock consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from lianxin.procedure.catalogue import AlertRule, Categories, PaperRule, RouteRule
from lianxin.procedure.reading import Entry, one_of, tag_of

UNITS = ("CD", "WD", "M", "date", "now")
ORGANS_OWING = frozenset({"receiver", "handler", "reviewer", "rechecker", "bureau"})
OWED_BY = ORGANS_OWING | {"petitioner", "elsewhere"}
NOWHERE = "-"
ANY = "*"
SAME = "="


@dataclass(frozen=True, slots=True)
class Role:
    """角色: who may act."""

    id: str
    label: str
    label_en: str

    @classmethod
    def read(cls, entry: Entry) -> Role:
        """Return the role written in `entry`."""
        return cls(entry.text("id"), entry.text("label"), entry.text("label_en"))


@dataclass(frozen=True, slots=True)
class State:
    """状态: where a case stands, with the words shown to the public; `ends` where nothing more is owed."""

    id: str
    label: str
    label_en: str
    public: str
    public_en: str
    ends: bool

    @classmethod
    def read(cls, entry: Entry) -> State:
        """Return the state written in `entry`."""
        text = entry.text
        return cls(
            text("id"),
            text("label"),
            text("label_en"),
            text("public"),
            text("public_en"),
            entry.flag("ends"),
        )


@dataclass(frozen=True, slots=True)
class When:
    """A clock that starts only if the act states a fact: `fact` equals `value`."""

    fact: str
    value: str
    clock: str


@dataclass(frozen=True, slots=True)
class StepRule:
    """步骤: one transition, who may take it, under which conditions, and what follows."""

    id: str
    event: str
    label: str
    label_en: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    all_roles: bool
    guards: tuple[str, ...]
    starts: tuple[str, ...]
    starts_when: tuple[When, ...]
    same_start: Mapping[str, str]
    set_date: tuple[str, ...]
    stops: tuple[str, ...]
    pauses: tuple[str, ...]
    resumes: tuple[str, ...]
    paper: str
    document: str
    notices: tuple[str, ...]
    basis: str
    tag: str
    place: str

    @classmethod
    def read(cls, entry: Entry) -> StepRule:
        """Return the step written in `entry`."""
        text, texts = entry.text, entry.texts
        return cls(
            id=text("id"),
            event=text("event"),
            label=text("label"),
            label_en=text("label_en"),
            sources=texts("from", needed=True),
            target=text("to"),
            roles=texts("roles", needed=True),
            all_roles=entry.flag("all_roles"),
            guards=texts("guards"),
            starts=texts("starts"),
            starts_when=tuple(map(_when, entry.entries("starts_when"))),
            same_start=entry.mapping("same_start"),
            set_date=texts("set_date"),
            stops=texts("stops"),
            pauses=texts("pauses"),
            resumes=texts("resumes"),
            paper=text("paper", ""),
            document=text("document"),
            notices=texts("notices"),
            basis=text("basis"),
            tag=tag_of(entry),
            place=entry.place,
        )

    def leads_from(self, state: str) -> bool:
        """Tell whether the step may be taken in `state`."""
        return state in self.sources or (ANY in self.sources and state != NOWHERE)

    def state_after(self, state: str) -> str:
        """Return the state after the step was taken in `state`."""
        return state if self.target == SAME else self.target

    def clocks(self) -> tuple[str, ...]:
        """Return every clock the step names."""
        named = (
            *self.starts,
            *self.stops,
            *self.pauses,
            *self.resumes,
            *self.set_date,
            *(w.clock for w in self.starts_when),
        )
        return tuple(clock for clock in (*named, *self.same_start, *self.same_start.values()) if clock != ANY)

    def without(self, clocks: frozenset[str]) -> StepRule:
        """Return the step without the clocks this rulebook does not know (dropped by an overlay)."""
        return replace(
            self,
            starts=tuple(c for c in self.starts if c not in clocks),
            starts_when=tuple(w for w in self.starts_when if w.clock not in clocks),
            stops=tuple(c for c in self.stops if c not in clocks),
            pauses=tuple(c for c in self.pauses if c not in clocks),
            resumes=tuple(c for c in self.resumes if c not in clocks),
        )


def _when(entry: Entry) -> When:
    when = When(entry.text("fact"), entry.text("is"), entry.text("clock"))
    entry.done()
    return when


@dataclass(frozen=True, slots=True)
class GuardRule:
    """条件: the words of a refusal; the condition itself is the function of the same name in `guards`."""

    id: str
    sentence: str
    instead: str
    code: str
    article: str
    place: str

    @classmethod
    def read(cls, entry: Entry) -> GuardRule:
        """Return the guard written in `entry`."""
        text = entry.text
        return cls(
            text("id"),
            text("sentence"),
            text("instead", ""),
            text("code", "GUARD_FAILED"),
            text("article", ""),
            entry.place,
        )


@dataclass(frozen=True, slots=True)
class ClockRule:
    """期限: from when, how long, until what, owed by whom. `length` is 0 where a date is set or it is now."""

    id: str
    label: str
    label_en: str
    starts: str
    stops: str
    length: int
    unit: str
    extension_max: int
    lengthens: str
    excludes: frozenset[str]
    exclusion_cap: int
    start_fact: str
    start_fact_needed: bool
    outlives: bool
    owed_by: str
    protects: str
    article: str
    note: str
    tag: str

    @classmethod
    def read(cls, entry: Entry) -> ClockRule:
        """Return the clock written in `entry`."""
        text = entry.text
        unit = one_of(entry, "unit", UNITS)
        length = entry.number("length", 0)
        if (length == 0) != (unit in ("date", "now")):
            raise entry.refuse(f"'length' {length} does not fit unit {unit!r}")
        return cls(
            id=text("id"),
            label=text("label"),
            label_en=text("label_en"),
            starts=text("starts"),
            stops=text("stops"),
            length=length,
            unit=unit,
            extension_max=entry.number("extension_max", 0),
            lengthens=text("lengthens", ""),
            excludes=frozenset(entry.texts("excludes")),
            exclusion_cap=entry.number("exclusion_cap", 0),
            start_fact=text("start_fact", ""),
            start_fact_needed=entry.flag("start_fact_needed"),
            outlives=entry.flag("outlives"),
            owed_by=one_of(entry, "owed_by", OWED_BY),
            protects=one_of(entry, "protects", ("petitioner", "organ")),
            article=text("article"),
            note=text("note", ""),
            tag=tag_of(entry),
        )

    @property
    def owed_by_organ(self) -> bool:
        """Tell whether an organ is late when the clock has run out."""
        return self.owed_by in ORGANS_OWING

    @property
    def information(self) -> bool:
        """Tell whether the clock only informs the petitioner and never blocks anything."""
        return self.owed_by == "elsewhere"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """规则: one edition of the regulation, or a local profile laid over one."""

    id: str
    label: str
    label_en: str
    in_force_from: date
    in_force_to: date | None
    article: str
    note: str
    tag: str
    profile: bool
    part_from: Mapping[str, date]
    articles: Mapping[str, str]
    roles: Mapping[str, Role]
    states: Mapping[str, State]
    steps: Mapping[str, tuple[StepRule, ...]]
    guards: Mapping[str, GuardRule]
    clocks: Mapping[str, ClockRule]
    routes: Mapping[str, RouteRule]
    categories: Categories
    papers: Mapping[str, PaperRule]
    alerts: Mapping[str, AlertRule]

    def all_steps(self) -> tuple[StepRule, ...]:
        """Return every transition in the order of the data."""
        return tuple(sorted((rule for rules in self.steps.values() for rule in rules), key=lambda r: r.id))
