"""Hints of what a household is due: the arithmetic, what is not known, the days of a standard. Never a refusal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lianxin.knowledge import entitlements
from lianxin.knowledge.entitlements import Entitlements, Found, Hint, Household, Standard, hints
from lianxin.knowledge.models import Article
from lianxin.knowledge.shipped import entries
from lianxin.procedure.errors import RulebookError

DAY = date(2026, 6, 1)
ALL_KNOWN = dict.fromkeys(entitlements.FACTS, False)


def known() -> Entitlements:
    """Return the shipped rules with invented standards."""
    shipped = entitlements.load()
    standards = (
        Standard("dibao", "51", Decimal("700"), date(2025, 1, 1), None, "虚构", True),
        Standard("dibao", "51", Decimal("720.50"), date(2026, 1, 1), None, "虚构", True),
        Standard("dibao", "5107", Decimal("800"), date(2026, 3, 1), date(2026, 12, 31), "虚构", True),
    )
    return Entitlements(shipped.ages, shipped.benefits, standards)


def hint(benefit: str, on: date = DAY, **told: object) -> Hint:
    household = Household(**{"region": "510705000000", **told})  # type: ignore[arg-type]
    return next(one for one in hints(household, on=on, known=known()) if one.benefit.id == benefit)


def dibao(income: str | None, people: int | None = 3, *, on: date = DAY, **facts: bool | None) -> Hint:
    told = None if income is None else Decimal(income)
    return hint("dibao", on, income=told, people=people, facts={"property_within": True, **facts})


@pytest.mark.parametrize(
    ("income", "people", "found", "amount"),
    [
        ("0", 1, Found.LIKELY, "800"),
        ("1000", 3, Found.LIKELY, "1400"),
        ("2399.99", 3, Found.LIKELY, "0.01"),
        ("2400", 3, Found.NOT_SHOWN, None),
        ("2400.01", 3, Found.NOT_SHOWN, None),
        ("1000.10", 7, Found.LIKELY, "4599.90"),
    ],
)
def test_dibao_is_the_gap_to_the_standard(income: str, people: int, found: Found, amount: str | None) -> None:
    one = dibao(income, people)
    assert (one.found, one.amount) == (found, None if amount is None else Decimal(amount))
    assert one.per_head == Decimal(income) / people


def test_dibao_with_a_head_that_does_not_divide_is_exact() -> None:
    assert dibao("1000", 3).amount == Decimal("1400")


@pytest.mark.parametrize(
    ("income", "people", "property_within", "missing"),
    [
        (None, 3, True, {"income"}),
        ("100", None, True, {"people"}),
        (None, None, None, {"income", "people", "property_within"}),
        ("100", 1, None, {"property_within"}),
    ],
)
def test_what_is_not_known_stays_unknown(
    income: str | None, people: int | None, property_within: bool | None, missing: set[str]
) -> None:
    one = dibao(income, people, property_within=property_within)
    assert one.found is Found.UNKNOWN and set(one.missing) == missing


def test_property_not_known_still_shows_the_arithmetic() -> None:
    assert dibao("100", 1, property_within=None).amount == Decimal("700")


def test_a_standard_that_is_not_known_is_missing_not_zero() -> None:
    one = hint("dibao", region="110101000000", people=1, income=Decimal(0), facts={"property_within": True})
    assert one.found is Found.UNKNOWN and one.missing == ("standard",) and one.amount is None


@pytest.mark.parametrize(
    ("on", "region", "amount"),
    [
        (date(2025, 6, 1), "510705000000", "700"),
        (date(2026, 2, 28), "510705000000", "720.50"),
        (date(2026, 3, 1), "510705000000", "800"),
        (date(2027, 1, 1), "510705000000", "720.50"),
        (date(2026, 6, 1), "510100000000", "720.50"),
        (date(2024, 12, 31), "510705000000", None),
    ],
)
def test_the_standard_is_that_of_the_nearest_place_on_the_day(
    on: date, region: str, amount: str | None
) -> None:
    one = known().standard("dibao", region=region, on=on)
    assert (one.amount if one else None) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("age", "disabled", "found"),
    [
        (60, False, Found.LIKELY),
        (59, False, Found.NOT_SHOWN),
        (59, True, Found.LIKELY),
        (15, False, Found.LIKELY),
        (16, False, Found.NOT_SHOWN),
        (16, None, Found.UNKNOWN),
        (None, True, Found.LIKELY),
        (None, None, Found.UNKNOWN),
    ],
)
def test_extreme_poverty_is_for_the_aged_the_disabled_and_children(
    age: int | None, disabled: bool | None, found: Found
) -> None:
    facts = {"no_work": True, "no_income": True, "no_supporter": True, "disabled": disabled}
    assert hint("extreme", age=age, facts=facts).found is found


def test_one_condition_not_met_says_only_that_the_figures_do_not_show_it() -> None:
    one = hint("extreme", age=70, facts={"no_work": True, "no_income": None, "no_supporter": False})
    assert one.found is Found.NOT_SHOWN and one.against == ("no_supporter",)


@pytest.mark.parametrize(("age", "found"), [(79, Found.NOT_SHOWN), (80, Found.LIKELY), (None, Found.UNKNOWN)])
def test_the_old_age_allowance_begins_at_eighty(age: int | None, found: Found) -> None:
    assert hint("aged_80", age=age).found is found


@pytest.mark.parametrize(
    ("benefit", "age", "facts"),
    [
        ("orphan", 17, {"parents_lost": True}),
        ("unattended", 0, {"parents_unable": True}),
        ("disabled_living", None, {"disabled": True, "hard_up": True}),
        ("disabled_care", None, {"disabled": True, "needs_care": True}),
        ("temporary", None, {"sudden": True}),
        ("aged_care", 60, {"needs_care": True, "hard_up": True}),
    ],
)
def test_each_benefit_is_likely_unknown_and_not_shown(
    benefit: str, age: int | None, facts: dict[str, bool]
) -> None:
    assert hint(benefit, age=age, facts=facts).found is Found.LIKELY
    assert hint(benefit).found is Found.UNKNOWN
    assert hint(benefit, age=17 if age is None else 30, facts=ALL_KNOWN).found is Found.NOT_SHOWN


def test_the_likely_ones_come_first_and_nothing_is_left_out() -> None:
    found = hints(Household("5107", age=85), on=DAY, known=known())
    assert found[0].benefit.id == "aged_80"
    assert len(found) == len(known().benefits)
    assert [one.found for one in found] == sorted((one.found for one in found), key=list(Found).index)


def test_a_benefit_before_its_first_day_is_not_hinted_at() -> None:
    assert {one.benefit.id for one in hints(Household("51"), on=date(2010, 1, 1), known=known())} == set()


def test_what_is_shipped_is_marked_as_an_example_and_leads_to_an_article() -> None:
    shipped = entitlements.load()
    assert all(one.example for one in shipped.standards) and shipped.standards
    codes = {one.code for one in entries()}
    assert {one.rule for one in shipped.benefits} <= codes
    assert {one.id for one in shipped.benefits if not one.checked} >= {
        "orphan",
        "unattended",
        "disabled_care",
    }
    assert Article._meta.get_field("code").max_length >= max(map(len, codes))


@pytest.mark.parametrize(
    ("benefit", "standard", "words"),
    [
        ("surprise = 1", "", "unknown keys"),
        ('all = ["rich"]', "", "unknown conditions"),
        ('sum = "much"', "", "unknown sum"),
        ("", 'amount = "viel"', "no sum of money"),
        ("", 'benefit = "nothing"', "unknown benefit"),
    ],
)
def test_wrong_data_is_refused_with_file_and_key(
    tmp_path: Path, benefit: str, standard: str, words: str
) -> None:
    base = {
        "id": '"x"', "label": '"x"', "label_en": '"x"', "from": "2020-01-01", "article": '"x"', "apply": '"x"',
        "apply_en": '"x"', "rule": '"x"', "checked": "true",
    }  # fmt: skip
    rows = [f"{name} = {value}" for name, value in base.items()] + [benefit]
    (tmp_path / "benefits.toml").write_text("\n".join(["[[benefit]]", *rows]))
    plain = {
        "benefit": '"x"',
        "region": '"1"',
        "amount": '"1"',
        "from": "2020-01-01",
        "source": '"x"',
        "example": "true",
    }
    name = standard.partition(" ")[0]
    lines = [f"{one} = {value}" for one, value in plain.items() if one != name] + [standard]
    (tmp_path / "standards.toml").write_text("\n".join(["[[standard]]", *lines]))
    with pytest.raises(RulebookError, match=words):
        entitlements.load(tmp_path)
