"""The tool that brings the fallback fonts: only the two free ones, only the pinned file, only where needed."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from tools import get_fonts


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small archive shaped like the real one, and pin it."""
    place = tmp_path / "mplfonts.whl"
    with zipfile.ZipFile(place, "w") as archive:
        for name in (*get_fonts.FONTS, "SimHei.ttf"):
            archive.writestr(f"mplfonts/fonts/{name}", name)
    monkeypatch.setattr(get_fonts, "WHEEL_SHA256", hashlib.sha256(place.read_bytes()).hexdigest())
    monkeypatch.setattr(
        get_fonts, "FONTS", {name: (stem, len(name)) for name, (stem, _) in get_fonts.FONTS.items()}
    )
    monkeypatch.setattr(get_fonts, "on_system", lambda: False)
    return place


def test_only_the_free_fonts_are_unpacked(
    wheel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "fonts"
    assert get_fonts.main([str(folder), "--wheel", str(wheel)]) == 0
    assert {path.name for path in folder.iterdir()} == {*get_fonts.FONTS, "LICENCE-NOTE.txt"}
    wheel.unlink()
    assert get_fonts.main([str(folder), "--wheel", str(wheel)]) == 0
    assert "already" in capsys.readouterr().out


def test_another_file_is_refused(wheel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel.write_bytes(wheel.read_bytes() + b"x")
    assert get_fonts.main([str(tmp_path / "fonts"), "--wheel", str(wheel)]) == 1
    assert "not the pinned file" in capsys.readouterr().err
    assert not (tmp_path / "fonts").exists()


def test_nothing_is_fetched_where_the_system_has_the_fonts(tmp_path: Path) -> None:
    for name in ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc"):
        assert not get_fonts.on_system([tmp_path])
        (tmp_path / name).touch()
    assert get_fonts.on_system([tmp_path])


def test_no_network_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(get_fonts, "on_system", lambda: False)
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(tmp_path), "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    assert get_fonts.main([str(tmp_path / "fonts")]) == 1
    assert "fonts-noto-cjk" in capsys.readouterr().err
