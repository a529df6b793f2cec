"""The only place that proposes: category, statutory route and competent organ. A person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lianxin.procedure.acts import Facts
from lianxin.procedure.catalogue import LEVELS, Leaf, RouteRule
from lianxin.procedure.errors import BadFact
from lianxin.procedure.inquiry import holds
from lianxin.procedure.levels import level_above, rank, reviewing_organs
from lianxin.procedure.rules import Rulebook

INTENTS = ("suggest", "suggestion", "praise", "report", "claim", "help")
TARGETS = (
    "official",
    "organ",
    "decision",
    "application",
    "omission",
    "contract",
    "employment",
    "court_matter",
    "party_discipline",
    "policy",
    "policy_gap",
)
PETITION = "31.6"
LEVEL_LABELS: Mapping[str, str] = {
    "village": "村（社区）",
    "township": "乡镇（街道）",
    "county": "县级",
    "city": "市级",
    "province": "省级",
    "ministry": "部级",
}


@dataclass(frozen=True, slots=True)
class OrganRef:
    """An organ as routing needs it."""

    code: str
    name: str
    level: str
    kind: str
    region_name: str


@dataclass(frozen=True, slots=True)
class Route:
    """途径: category, route of Article 31 ("-" where none), and the paper that opens it."""

    category: str
    subroute: str
    document: str
    article: str
    label: str
    paper: str


@dataclass(frozen=True, slots=True)
class Competence:
    """权限: who decides about a matter on a day."""

    code: str
    label: str
    label_en: str
    level: str
    external: str
    department: Mapping[str, str]
    subroute: str
    kind: str
    flags: tuple[str, ...]
    basis: str
    valid_from: date | None
    joint: tuple[str, ...]
    note: str
    registering_level: bool
    tag: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """建议去向: the organ proposed (None where it lies outside), the route, and why, in sentences."""

    organ: OrganRef | None
    level: str
    route: Route
    external: str
    because: tuple[str, ...]


def _route(rule: RouteRule, *, own: bool) -> Route:
    document, paper = rule.document, rule.paper
    if own and rule.own_paper:
        document, paper = rule.own_document, rule.own_paper
    return Route(rule.category, rule.subroute, document, rule.article, rule.label, paper)


def classify(book: Rulebook, facts: Facts) -> Route:
    """Return category, route and opening paper for what the petitioner wants; raises BadFact.

    facts: intent, target_kind, decision_exists. Article 31: courts and contracts 31.1, employment 31.2,
    party discipline 31.3, decisions and applications 31.4, omissions 31.5, anything else 31.6.
    """
    intent, target = facts.get("intent"), facts.get("target_kind")
    if intent not in INTENTS:
        raise BadFact(f"intent 应当是 {'、'.join(INTENTS)} 之一，不是 {intent!r}。")
    if target is not None and target not in TARGETS:
        raise BadFact(f"target_kind 应当是 {'、'.join(TARGETS)} 之一，不是 {target!r}。")
    rules = book.routes.values()
    by_intent = next((rule for rule in rules if intent in rule.intents), book.routes[PETITION])
    if by_intent.category != "claim":
        return _route(by_intent, own=False)
    rule = next((rule for rule in rules if target in rule.targets), by_intent)
    decided = holds(facts.get("decision_exists")) is True
    return _route(rule, own=target in rule.own_targets and not decided)


def leaf_on(book: Rulebook, category_code: str, on: date) -> Leaf:
    """Return the entry of a leaf in force on a day; the earliest for days before all. Raises BadFact."""
    entries = book.categories.leaves.get(category_code)
    if not entries:
        raise BadFact(f"没有内容分类 {category_code!r}。")
    for leaf in entries:
        if leaf.in_force(on):
            return leaf
    return min(entries, key=lambda leaf: leaf.valid_from or date.min)


def competence(book: Rulebook, category_code: str, on: date) -> Competence:
    """Return who decides about a matter on the day `on`, with department per level and basis."""
    leaf = leaf_on(book, category_code, on)
    return Competence(
        code=leaf.code,
        label=leaf.label,
        label_en=leaf.label_en,
        level=leaf.level,
        external=leaf.external,
        department=book.categories.departments.get(leaf.department, {}),
        subroute=leaf.subroute,
        kind=leaf.kind,
        flags=leaf.flags,
        basis=leaf.basis,
        valid_from=leaf.valid_from,
        joint=leaf.joint,
        note=leaf.note,
        registering_level=leaf.registering_level,
        tag=leaf.tag,
    )


def review_organs(book: Rulebook, handling_organ: str) -> tuple[str, ...]:
    """Return the organs that may review a decision of `handling_organ`; none where no text defines one."""
    return reviewing_organs(handling_organ)


def _claim_route(book: Rulebook, leaf: Competence, facts: Facts) -> Route:
    """Return the route of a claim: what it is directed at, else the default of the leaf."""
    if facts.get("target_kind"):
        return classify(book, facts)
    if leaf.kind in ("report", "suggestion"):
        return _route(book.routes[leaf.kind], own=False)
    rule = book.routes.get(leaf.subroute, book.routes[PETITION])
    return _route(rule, own=not leaf.external)


def propose(
    book: Rulebook,
    category_code: str,
    on: date,
    *,
    ladder: Sequence[OrganRef],
    intent: str,
    facts: Facts | None = None,
) -> Proposal:
    """Return the proposed organ and route for a matter of this category, place (ladder) and day, with why.

    `ladder` holds the civil-affairs organs covering the place, lowest first. `facts` may add target_kind
    and decision_exists. `because` are sentences a clerk can read, each with its basis.
    """
    leaf = competence(book, category_code, on)
    typed = {"intent": intent, **(facts or {})}
    opened = classify(book, {**typed, "target_kind": None})
    route = opened if opened.category != "claim" else _claim_route(book, leaf, typed)
    because = [f"事项属于“{leaf.label}”（{leaf.code}）。"]
    if leaf.external:
        because.append(f"该事项由{leaf.external}处理，不属于民政部门职权（{leaf.basis}）。")
        return Proposal(None, leaf.level, route, leaf.external, (*because, *_notes(leaf, route)))
    level = _level(leaf, ladder)
    organ = next((one for one in ladder if one.level == level), None)
    found = organ or next((one for one in ladder if rank(one.level) > rank(level)), None)
    because.append(_why_level(leaf, level))
    if organ is not None:
        where = f"事项发生地属于{organ.region_name}，" if level != "ministry" else ""
        because.append(f"{where}由{organ.name}处理。")
    elif found is not None:
        because.append(f"当地没有{LEVEL_LABELS[level]}民政部门，由上一级{found.name}处理。")
    if found is not None and (department := leaf.department.get(found.level)):
        because.append(f"内部承办部门一般为{department}。")
    return Proposal(found, level, route, "", (*because, *_notes(leaf, route)))


def _level(leaf: Competence, ladder: Sequence[OrganRef]) -> str:
    """Return the deciding level; a complaint about handling goes one level above the county."""
    if leaf.level in LEVELS:
        return leaf.level
    lowest = next((one.level for one in ladder if rank(one.level) >= rank("county")), "county")
    return level_above(lowest) or lowest


def _why_level(leaf: Competence, level: str) -> str:
    label = f"{LEVEL_LABELS[level]}民政部门" if level != "ministry" else "民政部"
    if leaf.level == "upper":
        return f"对信访办理过程的投诉由被投诉机关的上一级机关处理（{leaf.basis}）；请核对被投诉的机关。"
    if leaf.registering_level:
        return f"该事项由办理登记的机关处理，一般为{label}，请核对登记机关（{leaf.basis}）。"
    return f"该事项一般由{label}处理（{leaf.basis}）。"


def _notes(leaf: Competence, route: Route) -> list[str]:
    notes = [f"按“{route.label}”办理（{route.article}）。"]
    if leaf.joint:
        notes.append(f"需要会同{'、'.join(leaf.joint)}处理。")
    if "confidential" in leaf.flags or route.category == "report":
        notes.append("涉及检举控告或者需要保密，请交检举控告专办员，不得转给被反映的单位。")
    if "urgent_hint" in leaf.flags:
        notes.append("可能涉及紧急情况，请值班负责人立即查看。")
    if "minor" in leaf.flags:
        notes.append("涉及未成年人，请按未成年人保护要求办理。")
    if leaf.note:
        notes.append(leaf.note)
    if leaf.valid_from is not None:
        notes.append(f"适用{leaf.valid_from.isoformat()}起的职责分工。")
    if leaf.tag == "M":
        notes.append("该项职责依据尚待核对，请结合当地规定确认。")
    return notes
