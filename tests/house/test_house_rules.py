"""Rules of the house that no single test would notice."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parents[2]
CODE = [file for file in sorted(ROOT.glob("lianxin/**/*.py")) if "migrations" not in file.parts]
TEMPLATES = sorted(ROOT.glob("lianxin/web/**/*.html"))
LONG = 400


def named(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


def matches(files: list[Path], pattern: str) -> Iterator[str]:
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(pattern, line):
                yield f"{file.relative_to(ROOT)}:{number}: {line.strip()}"


def test_output_is_always_escaped() -> None:
    assert not list(matches(TEMPLATES, r"\|\s*safe\b|autoescape off"))
    assert not list(matches(CODE, r"mark_safe|format_html_join|SafeString"))


def test_one_address_alone_is_open_without_a_token() -> None:
    """The platform's server ends sessions by a signed token; its address looks at no cookie."""
    exempt = [line.rsplit(":", 2)[::2] for line in matches(CODE, r"csrf_exempt\b(?!$)|@csrf_exempt")]
    assert exempt == [["lianxin/web/desk/views/platform.py", " @csrf_exempt"]]


def test_no_inline_script_or_style() -> None:
    assert not list(matches(TEMPLATES, r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:"))


def test_no_hidden_flow() -> None:
    assert not list(matches(CODE, r"@receiver|\.connect\(|post_save|pre_save"))
    assert not list(matches(CODE, r"RawSQL|\.extra\(|\.raw\("))


def test_no_save_override_and_no_implicit_order() -> None:
    for model in apps.get_models():
        if model.__module__.startswith("lianxin."):
            assert "save" not in vars(model), model
            assert not model._meta.ordering, model


def test_keys_protect() -> None:
    for model in apps.get_models():
        if model.__module__.startswith("lianxin."):
            for field in model._meta.local_fields:
                if isinstance(field, models.ForeignKey):
                    assert field.remote_field.on_delete is models.PROTECT, f"{model._meta.label}.{field.name}"


def test_files_stay_short() -> None:
    long = {
        str(f.relative_to(ROOT)): n
        for f in CODE
        if (n := len(f.read_text(encoding="utf-8").splitlines())) > LONG
    }
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    missing = [f for f in CODE if not ast.get_docstring(ast.parse(f.read_text(encoding="utf-8")))]
    assert not named(missing)


def test_today_enters_at_the_face_only() -> None:
    below = [
        f
        for f in CODE
        if f.relative_to(ROOT).parts[1] in {"cases", "petitioners", "organs", "papers", "procedure"}
    ]
    assert not list(matches(below, r"date\.today\(|timezone\.now\(|localdate\(|datetime\.now\("))


@pytest.mark.parametrize("pattern", [r"/work/", r"/root/", r"/t[m]p/[a-z]", r"pypi\.org", r"registry\.npmjs"])
def test_no_machine_and_no_package_host_is_named(pattern: str) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    files = [
        ROOT / name
        for name in tracked.split("\0")
        if name.endswith((".py", ".sh", ".md", ".toml", ".txt", ".html"))
    ]
    assert not list(matches([f for f in files if f.exists() and f != Path(__file__)], pattern))
