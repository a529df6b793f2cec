"""`lianxin inspection verify` needs no database; `export` writes what it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianxin.config import cli
from lianxin.config.commands import inspection
from lianxin.oversight import drawing
from tests.cast import Cast
from tests.oversight.test_inspections import drawn


def test_a_record_is_exported_and_drawn_again(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "ready_with_tables", lambda: None)
    for _ in range(5):
        cast.assigned()
    found = drawn(cast)
    assert cli.main(["inspection", "export", str(found.pk)]) == 0
    file = tmp_path / "draw.json"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert cli.main(["inspection", "verify", str(file)]) == 0
    assert "一致" in capsys.readouterr().out
    record = json.loads(file.read_text(encoding="utf-8"))
    assert (len(record["frame"]), len(record["sample"])) == (5, 3) and "低保金" not in str(record["frame"])
    file.write_text(json.dumps({**record, "seed": drawing.new_seed()}), encoding="utf-8")
    assert cli.main(["inspection", "verify", str(file)]) == 1
    assert "种子" in capsys.readouterr().out


def test_what_cannot_be_read_is_said(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["inspection", "verify", str(tmp_path / "none.json")]) == 2
    bad = tmp_path / "bad.json"
    bad.write_text("x", encoding="utf-8")
    assert cli.main(["inspection", "verify", str(bad)]) == 2
    assert "读不了" in capsys.readouterr().err
