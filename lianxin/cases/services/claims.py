"""The claims of a letter: found, each on its route, and judged whether each is answered (Art 31, 32).

What the petitioner asked stands as it came in; what an officer finds in the letter is added beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianxin.cases.models import Case, Claim, Kind, Outcome
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import Loaded, Moment, Request, Writing, perform
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.wording import needed
from lianxin.cases.texts import normalised, one_line
from lianxin.ledger import chain
from lianxin.organs.actors import Actor
from lianxin.procedure.book import Rulebook
from lianxin.procedure.errors import GuardFailed

OWN_ROUTE = "31.6"
"""信访程序: the route on which this system answers with an opinion (Art 31(6))."""
ARTICLE = "信访工作条例 第三十一条"
LIMIT = 500
UNDER_WAY = frozenset({"accepted", "handling"})


@dataclass(frozen=True, slots=True)
class Added:
    """A claim an officer found in the letter: its words and its route."""

    text: str
    subroute: str


def sort_claims(
    loaded: Loaded,
    *,
    actor: Actor,
    routes: Mapping[int, str],
    added: Sequence[Added],
    key: str,
    when: Moment,
    note: str = "",
) -> Case:
    """Return the case with a route for each claim (`routes` by number) and the claims added; the petitioner's words stay.

    A case that is handled keeps at least one claim of the petition procedure. The facts hold numbers, routes and the
    digest of each added text, so that the ledger covers them. Raises NotYours, Refused, Stale.
    """
    check_may(actor, loaded.case, "sort_claims")
    case, book = loaded.case, loaded.book
    if case.kind != Kind.CLAIM:
        raise GuardFailed("只有申诉求决类事项逐项梳理诉求", article=ARTICLE)
    there = list(Claim.objects.filter(case_id=case.pk).order_by("seq"))
    if missing := [claim.seq for claim in there if claim.seq not in routes]:
        raise GuardFailed(f"第 {missing[0]} 项诉求还没有选择办理途径", article=ARTICLE)
    fresh = _added(case, added, first=there[-1].seq + 1 if there else 1)
    chosen = {claim.seq: routes[claim.seq] for claim in there} | {row.seq: row.subroute for row in fresh}
    _check_routes(book, case, chosen)
    facts = [
        {"seq": seq, "subroute": route, **({"text": text_digest(row.text)} if row else {})}
        for seq, route in chosen.items()
        for row in [next((one for one in fresh if one.seq == seq), None)]
    ]

    def keep(seq: int) -> None:
        for claim in there:
            Claim.objects.filter(case_id=case.pk, seq=claim.seq).update(subroute=routes[claim.seq])
        for row in fresh:
            row.step = seq
        Claim.objects.bulk_create(fresh)

    role = "intake" if actor.has("intake") else "handler"
    request = Request("sort_claims", key, {"claims": facts}, note=normalised(note), role=role)
    changes = {"subroute": leading_route(chosen.values())} if case.state == "registered" else {}
    return perform(loaded, request, actor=actor, when=when, writing=Writing(changes, also=keep))


def leading_route(routes: Iterable[str]) -> str:
    """Return the route of a case from those of its claims: the petition procedure where one goes that way."""
    found = list(routes)
    return OWN_ROUTE if OWN_ROUTE in found or not found else found[0]


def text_digest(text: str) -> str:
    """Return the digest of a claim's words that the facts of its step hold."""
    return chain.digest(chain.canonical([text]))


def goes_elsewhere(claim: Claim) -> bool:
    """Tell whether a claim goes another way by law than the petition procedure: it is told, not decided (Art 31)."""
    return claim.subroute not in ("", OWN_ROUTE)


def route_words(book: Rulebook, subroute: str) -> str:
    """Return the name and the article of a route, as an opinion says it: "仲裁（信访工作条例 第三十一条第（二）项）"."""
    found = next((route for route in book.routes.values() if route.subroute == subroute), None)
    return f"{found.label}（{found.article}）" if found else subroute


def outcomes(claims: Iterable[Claim]) -> list[dict[str, object]]:
    """Return what each claim has come to, as the guard on signing reads it: outcome, or told which other route."""
    return [
        {
            "seq": claim.seq,
            "subroute": claim.subroute or OWN_ROUTE,
            "outcome": claim.outcome,
            "told": goes_elsewhere(claim) and not holes(claim),
        }
        for claim in claims
    ]


def holes(claim: Claim) -> list[str]:
    """Return the names of what a claim lacks to stand in an opinion, [] for one that is whole (Art 32).

    Half a promise is a hole; a claim of another route needs the words by which it was told, and their basis.
    """
    if goes_elsewhere(claim):
        needs = {"告知信访人走哪条途径、怎样提出的话": claim.decision, "法律政策依据": claim.basis}
        return [label for label, value in needs.items() if not one_line(value)]
    parts = {
        "查明的事实和理由": one_line(claim.facts),
        "处理结果": claim.outcome in Outcome.values,
        "处理意见": one_line(claim.decision),
        "法律政策依据": one_line(claim.basis),
    }
    missing = [label for label, value in parts.items() if not value]
    promised = bool(one_line(claim.promise))
    if claim.outcome == Outcome.SUPPORT and not promised:
        missing.append("办理措施（承诺事项）和完成日期")
    elif promised != (claim.promise_on is not None):
        missing.append("承诺事项和完成日期（两项要么都写，要么都不写）")
    return missing


def _added(case: Case, added: Sequence[Added], *, first: int) -> list[Claim]:
    texts = [needed(one.text, "诉求的内容", article=ARTICLE, line=True) for one in added]
    if texts:
        nameless(case, {"claims": "\n".join(texts)})
    if any(len(text) > LIMIT for text in texts):
        raise GuardFailed(f"一项诉求最多 {LIMIT} 字，请写短一些", article=ARTICLE)
    return [
        Claim(case_id=case.pk, seq=seq, text=text, subroute=one.subroute)
        for seq, (text, one) in enumerate(zip(texts, added, strict=True), start=first)
    ]


def _check_routes(book: Rulebook, case: Case, chosen: Mapping[int, str]) -> None:
    known = {route.subroute for route in book.routes.values() if route.category == "claim"}
    for seq, route in chosen.items():
        if route not in known:
            raise GuardFailed(f"第 {seq} 项诉求的办理途径不在规则里", article=ARTICLE)
    if case.state in UNDER_WAY and OWN_ROUTE not in chosen.values():
        raise GuardFailed(
            "已经受理的信访件至少有一项诉求按信访程序办理",
            article=ARTICLE,
            instead="全部属于其他途径的，请在处理意见中说明。",
        )
