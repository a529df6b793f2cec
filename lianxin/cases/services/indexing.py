"""The only place that writes what search finds a case by, in the transaction of the act that writes its texts.

Indexed are the number, the summary, the category, the petition's words, its claims, and the corrections that were taken; never
an identity. `stale` finds cases whose rows are missing or are of other texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from django.db import transaction

from lianxin.cases import words
from lianxin.cases.models import Case, CaseText, CaseWords, Claim, Step
from lianxin.cases.policies import THERE
from lianxin.ledger.ids import new_id
from lianxin.procedure.book import load_book

INDEXED = frozenset({"summary", "category", "rulebook"})
"""The columns of a case whose change makes its words others."""
BATCH = 200


def index(case: Case, *, body: str, ask: str, claims: Sequence[str]) -> None:
    """Write the words of a new case."""
    CaseWords.objects.bulk_create(_rows(case.pk, _folded(case, [ask, body, *claims])))


def again(case: Case) -> None:
    """Write the words of a case anew, from its texts as they stand now."""
    renew([case])


def mend(cases: Collection[Case]) -> None:
    """Write the words of cases anew beside whoever acts on them: nobody does until it is done."""
    with transaction.atomic():
        rows = Case.objects.select_for_update().filter(pk__in=[case.pk for case in cases])
        renew(list(rows.filter(THERE).order_by("pk")))


def renew(cases: Collection[Case]) -> None:
    """Write the words of cases anew as they were read. Five queries, however many there are."""
    texts = texts_of(cases)
    with transaction.atomic():
        CaseWords.objects.filter(case_id__in=texts).delete()
        CaseWords.objects.bulk_create(row for case_id in texts for row in _rows(case_id, texts[case_id]))


def texts_of(cases: Collection[Case]) -> Mapping[int, Sequence[str]]:
    """Return the folded texts of cases by their ids. Three queries."""
    ids = {case.pk for case in cases}
    found: dict[int, list[str]] = defaultdict(list)
    for case_id, body, ask in CaseText.objects.filter(case_id__in=ids).values_list("case_id", "body", "ask"):
        found[case_id] += [ask, body]
    claims = Claim.objects.filter(case_id__in=ids).order_by("case_id", "seq")
    for case_id, text in claims.values_list("case_id", "text"):
        found[case_id].append(text)
    for case_id, text in _corrections(ids):
        found[case_id].append(text)
    return {case.pk: _folded(case, found[case.pk]) for case in cases}


def stale(*, after: int = 0, limit: int = BATCH) -> tuple[list[Case], int]:
    """Return the cases among the next ones whose rows are missing or are of other texts, and the last id looked at (0: no
    more). Five queries.
    """
    cases = list(Case.objects.filter(THERE, pk__gt=after).order_by("pk")[:limit])
    known: dict[int, set[str]] = defaultdict(set)
    rows = CaseWords.objects.filter(case_id__in=[case.pk for case in cases])
    for case_id, mark in rows.values_list("case_id", "digest"):
        known[case_id].add(mark)
    texts = texts_of(cases)
    wrong = [case for case in cases if known[case.pk] != {words.digest(texts[case.pk])}]
    return wrong, cases[-1].pk if cases else 0


def _corrections(ids: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield what is to be read instead of words of a petition, where an officer has taken it."""
    steps = Step.objects.filter(case_id__in=ids, event__in=("ask_correction", "answer_correction"))
    rows = steps.order_by("case_id", "seq").values_list("case_id", "event", "facts")
    for case_id, of_case in groupby(rows, key=lambda row: row[0]):
        waits = ""
        for _, event, facts in of_case:
            if event == "ask_correction":
                waits = str(facts.get("words", ""))
            elif waits and facts.get("taken"):
                yield case_id, waits


def _folded(case: Case, texts: Sequence[str]) -> list[str]:
    leaves = load_book(case.rulebook).categories.leaves.get(case.category, ())
    labels = [leaf.label for leaf in leaves[-1:]]
    return [words.folded(text) for text in (case.number, case.summary, *labels, *texts)]


def _rows(case_id: int, texts: Sequence[str]) -> Iterator[CaseWords]:
    mark = words.digest(texts)
    for row in words.rows(texts):
        yield CaseWords(case_id=case_id, id=new_id(), words=row, digest=mark)
