"""STAT: no person is numbered, graded, ranked, watched or counted, in no table, form, page, command, rule or export.

What may be numbered about people's things is listed in `reviewed.py` by name, each with its reason. Whoever adds a number to a
table adds a row there and lets somebody else read it; whoever needs a word of `WORDS` gives it a file and a reason.
"""

from __future__ import annotations

import ast
import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.test import Client

from lianxin.cases.models import Alert
from lianxin.config.cli import parser
from lianxin.jobs.sweeps import sweep
from lianxin.petitioners import vault
from tests.cast import XIN, Cast, on
from tests.security.addresses import addresses
from tests.security.conftest import Browser
from tests.security.reviewed import CHINESE, COUNTS, NUMBERS, PEOPLE, PLACES, SAYS_NO, USED, WORDS

ROOT = Path(__file__).parents[2]
NUMERIC = (
    models.IntegerField, models.BooleanField, models.FloatField, models.DecimalField, models.JSONField, models.DurationField,
)  # fmt: skip


def parts(name: str) -> set[str]:
    """Return the words a name is made of, in small letters."""
    return {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def found_in(names: Iterable[str]) -> set[str]:
    """Return which forbidden words the names hold."""
    return {word for name in names for word in parts(name) & WORDS}


def chinese_in(text: str) -> list[str]:
    """Return the forbidden Chinese words of a text that are not part of a promise."""
    for promise in SAYS_NO:
        text = text.replace(promise, "")
    return CHINESE.findall(text)


def numbers_of(model: type[models.Model]) -> set[str]:
    """Return the fields of a model that could count, grade or mark, and are no key."""
    keys = {field.name for field in model._meta.pk_fields}
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, NUMERIC) and field.name not in keys and not re.search(r"_id$|^seq$", field.name)
    }


def ours() -> list[type[models.Model]]:
    """Return every model of ours, with those that tie two others together."""
    return [
        one for one in apps.get_models(include_auto_created=True) if one.__module__.startswith("lianxin.")
    ]


def test_stat_02_every_number_of_every_table_is_known_by_name() -> None:
    found = {model._meta.label: numbers_of(model) for model in ours()}
    known = {label: set(fields) for label, fields in NUMBERS.items()}
    new = {label: left for label, names in found.items() if (left := names - known.get(label, set()))}
    assert not new, "a number on somebody's things: list it with its reason"
    assert all(reason for fields in NUMBERS.values() for reason in fields.values())
    gone = {label: names - found.get(label, set()) for label, names in known.items()}
    assert not [label for label, names in gone.items() if names], "a row of this list has lost its field"


def test_stat_02_nothing_more_is_kept_of_a_person_and_no_field_has_such_a_name() -> None:
    for label, fields in PEOPLE.items():
        assert {one.name for one in apps.get_model(label)._meta.concrete_fields} == set(fields.split()), label
    assert set(vault.FIELDS) == set(XIN) | {"email"}
    for model in ours():
        names = [model.__name__, *(one.name for one in model._meta.get_fields())]
        assert not found_in(names), model._meta.label
        for one in model._meta.concrete_fields:
            labels = [str(one.verbose_name), *(str(label) for _, label in one.flatchoices)]
            assert not chinese_in(" ".join(labels)), (model._meta.label, one.name)
    assert not [
        one for one in settings.INSTALLED_APPS if re.search(r"admin|rest_framework|ninja|taggit", one)
    ]


@pytest.mark.django_db
def test_stat_02_the_database_has_no_table_view_or_column_beside_the_models() -> None:
    every = apps.get_models(include_auto_created=True)
    known = {model._meta.db_table: {f.column for f in model._meta.concrete_fields} for model in every}
    known["django_migrations"] = {"id", "app", "name", "applied"}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor, include_views=True):
            columns = {one.name for one in connection.introspection.get_table_description(cursor, table)}
            assert table in known and columns == known[table], table
            assert not found_in([table, *columns]), table


def form_classes() -> list[type[forms.BaseForm]]:
    """Return every form there is, after all modules of the faces are loaded."""
    for file in (ROOT / "lianxin/web").rglob("*.py"):
        import_module(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    waiting, found = [forms.BaseForm], []
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            found.append(one)
    return [one for one in found if one.__module__.startswith("lianxin.")]


def test_stat_02_no_form_asks_for_it() -> None:
    found = form_classes()
    assert len(found) > 60
    for form in found:
        fields: Mapping[str, forms.Field] = getattr(form, "base_fields", {})
        allowed = (
            {"risk", "grade"} if form.__module__.endswith(("oversight", "leaving", "papered")) else set()
        )
        assert found_in(fields) <= allowed, form
        for field in fields.values():
            choices = " ".join(str(one) for one in getattr(field, "choices", ()) or ())
            assert not chinese_in(f"{field.label} {field.help_text} {choices}"), form


def keys_in(value: object, depth: int = 4) -> Iterator[str]:
    """Yield the names under which a page's context holds something, some levels deep."""
    if depth and isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from keys_in(one, depth - 1)
    elif depth and isinstance(value, list | tuple):
        for one in value[:50]:
            yield from keys_in(one, depth - 1)


def flat(layer: object) -> object:
    """Return one layer of a page's context as a table."""
    return layer.flatten() if hasattr(layer, "flatten") else layer


def test_stat_02_no_page_of_any_role_shows_it_and_no_address_is_named_so(
    cast: Cast, browser: Browser
) -> None:
    cases = [cast.served(), cast.assigned()]
    clients = [Client(), *(browser(name) for name in ("ran", "han", "tou", "guan", "shi", "dao"))]
    seen = 0
    for one in addresses():
        assert not found_in([one.name, one.route]), one.route
        if one.name == "desk:sign_out":
            continue
        for case in cases if "case_id" in one.parts else cases[:1]:
            for client in clients:
                answer = client.get(one.path(case_id=case.pk))
                if not answer.headers.get("Content-Type", "").startswith("text/html"):
                    continue
                names = {key for layer in answer.context or () for key in keys_in(flat(layer))}
                seen += answer.status_code == 200
                assert found_in(names) <= {"flag", "flags", "repeat"}, (one.route, found_in(names))
                page = answer.content.decode().replace('aria-label="重点关注"', "")
                assert not chinese_in(page), (one.route, chinese_in(page))
    assert seen > 100


def options_of(one: ArgumentParser) -> Iterator[str]:
    """Yield the names and words of a command, its options and all commands below it."""
    yield f"{one.prog} {one.description} {one.epilog}"
    for action in one._actions:
        yield f"{action.dest} {' '.join(action.option_strings)} {action.help}"
        if isinstance(action, _SubParsersAction):
            for below in {id(p): p for p in action.choices.values()}.values():
                yield from options_of(below)


def test_stat_02_no_command_no_setting_no_rule_speaks_of_it() -> None:
    told = list(options_of(parser()))
    assert len(told) > 60
    for one in told:
        assert not found_in(re.findall(r"[A-Za-z_]+", one)) - {"flag"}, one
        assert not chinese_in(one), one
    for file in [*(ROOT / "lianxin/rulebooks").rglob("*.toml"), *(ROOT / "lianxin/web").rglob("*.html")]:
        text = file.read_text(encoding="utf-8")
        if file.parent.name == "shelf":
            text = text.replace("重点关注", "")
        assert not chinese_in(text), (file, chinese_in(text))


def names_of(code: str) -> Iterator[str]:
    """Yield every name of a program: of things, arguments and keys."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.ClassDef(name=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)) if re.fullmatch(r"[A-Za-z_.\-/]{1,50}", text):
                yield text


def code() -> list[Path]:
    """Return every program there is, but migrations."""
    return [file for file in sorted((ROOT / "lianxin").rglob("*.py")) if "migrations" not in file.parts]


def test_stat_02_no_program_has_such_a_name_but_where_it_means_something_else() -> None:
    for file in code():
        text, where = file.read_text(encoding="utf-8"), str(file.relative_to(ROOT / "lianxin"))
        for word in found_in(names_of(text)):
            assert word in USED and re.match(PLACES[word], where), (where, word)
        assert not chinese_in(text), (where, chinese_in(text))


def test_stat_01_02_03_nothing_is_counted_but_what_is_listed() -> None:
    """No table, chart or report is published or built; a new count, for the public or of repeats, needs a row and a reader."""
    counting = re.compile(
        r"\b(Count|Sum|Avg|Max|Min|StdDev|Variance|Window|Rank|DenseRank|RowNumber|Ntile)\(|GROUP BY|ROW_NUMBER|OVER \("
    )
    own = re.compile(r"import Counter\b|Counter\[|class Window|Window\(True|Window\(day")
    found = set()
    for file in code():
        text = "\n".join(
            line for line in file.read_text(encoding="utf-8").splitlines() if not own.search(line)
        )
        if counting.search(text):
            found.add(str(file.relative_to(ROOT / "lianxin")))
    assert not found - set(COUNTS), "what does it count? (STAT-01, STAT-03)"
    tokens = {
        str(file.relative_to(ROOT / "lianxin"))
        for file in code()
        if "IdentityToken" in file.read_text(encoding="utf-8") and file.parts[-2] != "petitioners"
    }
    assert tokens <= {"config/erasure.py", "config/placements.py"}, "who else joins items by person?"


def plain(value: object) -> str:
    """Return what a row says, without numbers of items."""
    return re.sub(r"\d{6,}[0-9A-Z-]*|case/\d+", "#", str(value))


def test_stat_03_who_files_often_is_listed_like_people_who_file_once(cast: Cast, browser: Browser) -> None:
    often = [cast.filed(identity=XIN).case for _ in range(5)]
    once = [
        cast.filed(identity={**XIN, "name": f"甲{n}", "id_number": f"51072419500101{n:03d}X"}).case
        for n in range(5)
    ]
    assert sweep(when=on("2026-07-20")).alerts.told > 0
    told = {
        case.pk: {
            tuple(one)
            for one in Alert.objects.filter(case_id=case.pk).values_list(
                "organ_id", "mark", "order", "due_on"
            )
        }
        for case in (*often, *once)
    }
    assert all(told.values()) and len(set(map(frozenset, told.values()))) == 1
    for name in ("ran", "fen", "tou"):
        client = browser(name)
        rows = client.get("/desk/").context["rows"]
        said = {plain(row) for row in rows}
        assert len(rows) == 10 and len(said) == 1, said
        opened = (client.get(f"/desk/case/{case.pk}/") for case in (often[0], once[0]))
        pages = {plain(token(answer.content.decode())) for answer in opened}
        assert len(pages) == 1, "a page says nothing of other items of the same person"


def token(page: str) -> str:
    """Return a page without its one-time words."""
    return re.sub(r'value="[^"]{16,}"|nonce-\S+', "", page)


@pytest.mark.parametrize(
    "name",
    [
        "risk_level",
        "personScore",
        "is_flagged",
        "watch_list",
        "petitioner_rank",
        "credit_points",
        "Blacklist",
    ],
)
def test_stat_02_the_search_itself_finds_such_a_name(name: str) -> None:
    assert (
        found_in([name])
        and found_in(names_of(f"x = {{'{name}': 1}}"))
        and found_in(names_of(f"a.{name} = 1"))
    )


@pytest.mark.parametrize(
    "word", ["重点人员", "缠访闹访", "列入黑名单", "信访积分", "风险等级：高", "按信访次数排名"]
)
def test_stat_02_the_search_itself_finds_such_a_word(word: str) -> None:
    assert chinese_in(f"该{word}。") and not chinese_in("".join(SAYS_NO))


def test_stat_02_a_number_added_to_a_person_is_found() -> None:
    class Marked(models.Model):
        """A person with a mark."""

        level = models.SmallIntegerField()
        marked = models.BooleanField()
        seen = models.JSONField()

        class Meta:
            app_label = "auth"
            managed = False

        def __str__(self) -> str:
            return "marked"

    try:
        assert numbers_of(Marked) == {"level", "marked", "seen"}
    finally:
        apps.all_models["auth"].pop("marked")
        apps.clear_cache()
