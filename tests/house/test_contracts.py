"""Import contracts hold, and planted violations are caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = [str(Path(sys.executable).parent / "lint-imports"), "--config", "pyproject.toml", "--no-cache"]

PLANTED = {
    "High may import low, never back": ("lianxin/cases/texts.py", "import lianxin.web.clock"),
    "The engine knows the standard library only": ("lianxin/procedure/clock.py", "import django"),
    "Papers know no database and no web": ("lianxin/papers/content.py", "import django"),
    "The vault's rows are the vault's alone": ("lianxin/cases/texts.py", "import lianxin.petitioners.models"),
    "What opens strange files knows no Django, no keys, no network": (
        "lianxin/files/worker/work.py",
        "import lianxin.files.store",
    ),
    "Services over selectors over models": (
        "lianxin/cases/models/case.py",
        "import lianxin.cases.services.acts",
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for file in ROOT.glob("lianxin/**/*.py"):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        LINT, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder)}
    )


def test_contracts_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_package_fails_until_it_has_a_place(copy: Path) -> None:
    (copy / "lianxin/somewhere").mkdir()
    (copy / "lianxin/somewhere/__init__.py").write_text("", encoding="utf-8")
    assert "somewhere" in lint(copy).stdout


def test_planted_violations_are_caught(copy: Path) -> None:
    for file, line in PLANTED.values():
        path = copy / file
        path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint(copy)
    assert done.returncode != 0
    for name in PLANTED:
        assert f"{name} BROKEN" in done.stdout, done.stdout
