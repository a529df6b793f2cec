"""English is complete: every marked text of code and templates has its English, and none is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po
from django.utils.translation import templatize

ROOT = Path(__file__).parents[2]
PARTS = ROOT / "locale/en/LC_MESSAGES/parts"
MARKERS = {"gettext", "gettext_lazy", "_", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def from_code() -> set[str]:
    """Return the texts marked in Python."""
    found = set()
    for file in ROOT.glob("lianxin/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKERS:
                for argument in (
                    node.args[:2] if getattr(node.func, "id", "").startswith("n") else node.args[:1]
                ):
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        found.add(argument.value)
    return found


def from_templates() -> set[str]:
    """Return the texts marked in templates."""
    found = set()
    for file in ROOT.glob("lianxin/web/**/*.html"):
        text = templatize(file.read_text(encoding="utf-8"), origin=str(file))
        for call in re.findall(r"gettext\(u?((?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"))", text):
            found.add(ast.literal_eval(call))
    return found


def translated() -> dict[str, str]:
    """Return the English of every text."""
    english: dict[str, str] = {}
    for part in sorted(PARTS.glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    value = (
                        message.string if isinstance(message.string, str) else "".join(message.string or ())
                    )
                    english[key] = value
    return english


def test_every_marked_text_has_its_english() -> None:
    english = translated()
    missing = sorted(
        text for text in from_code() | from_templates() if CHINESE.search(text) and not english.get(text)
    )
    assert not missing, f"{len(missing)} without English: {missing[:40]}"


def test_english_holds_no_chinese_but_names() -> None:
    left = {
        key: value
        for key, value in translated().items()
        if CHINESE.search(re.sub(r"[（(《“][^）)》”]*[）)》”]", "", value))
    }
    allowed = {"中文"}
    assert not {key: value for key, value in left.items() if value not in allowed}


def test_no_template_has_unmarked_chinese() -> None:
    bare = []
    for file in sorted(ROOT.glob("lianxin/web/**/*.html")):
        text = re.sub(
            r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}",
            "",
            file.read_text(encoding="utf-8"),
            flags=re.S,
        )
        text = re.sub(r"\{% blocktrans(late)?\b.*?\{% endblocktrans(late)? %\}", "", text, flags=re.S)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
        if CHINESE.search(text):
            bare.append(f"{file.relative_to(ROOT)}: {CHINESE.search(text)}")
    allowed = ("连", "reading_aids.html")  # the brand mark, and the name of the language itself
    assert not [line for line in bare if not any(word in line for word in allowed)]
