"""Joining the parts of a translation and compiling them."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from lianxin.config.commands.messages import compile_folder, sources
from lianxin.config.commands.shell import Stop

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def folder(tmp_path: Path, **parts: str) -> Path:
    made = tmp_path / "en/LC_MESSAGES"
    (made / "parts").mkdir(parents=True)
    for name, text in parts.items():
        (made / "parts" / f"{name}.po").write_text(HEADER + text, encoding="utf-8")
    return made


def test_parts_are_joined(tmp_path: Path) -> None:
    made = folder(
        tmp_path,
        a='msgid "受理"\nmsgstr "Accept"\n',
        b='msgid "受理"\nmsgstr "Accept"\n\nmsgid "%(n)s 件"\nmsgid_plural "%(n)s 件"\n'
        'msgstr[0] "%(n)s item"\nmsgstr[1] "%(n)s items"\n',
    )
    assert compile_folder(made) == 2
    with (made / "django.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert found.gettext("受理") == "Accept"
    assert found.ngettext("%(n)s 件", "%(n)s 件", 2) == "%(n)s items"
    assert [path.name for path in sources(made)] == ["a.po", "b.po"]


def test_two_translations_of_one_text_are_refused(tmp_path: Path) -> None:
    made = folder(tmp_path, a='msgid "受理"\nmsgstr "Accept"\n', b='msgid "受理"\nmsgstr "Take"\n')
    with pytest.raises(Stop, match=r"b\.po.*两种译文"):
        compile_folder(made)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    made = folder(tmp_path, a="")
    (made / "parts/a.po").write_bytes(HEADER.encode() + b'msgid "\xff"\nmsgstr "x"\n')
    with pytest.raises(Stop, match=r"a\.po"):
        compile_folder(made)


def test_nothing_to_compile(tmp_path: Path) -> None:
    assert compile_folder(folder(tmp_path)) == 0
