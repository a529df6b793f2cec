"""The fonts of the paper tests: those of the system, else the ones `tools/get_fonts.py` brought to var/fonts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lianxin.papers import configure, fonts

BROUGHT = Path(__file__).parents[2] / "var" / "fonts"
REGULAR = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf"),
    ("NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular.otf"),
)


@pytest.fixture(scope="session")
def glyph_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for glyph tables that lasts the session."""
    return tmp_path_factory.mktemp("glyphs")


@pytest.fixture(scope="session")
def regular_fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with nothing but Noto Sans and Noto Serif in regular weight, as a bare machine has them."""
    folder = tmp_path_factory.mktemp("regular")
    usable = {path.name: path for path in fonts.files(fonts.Setup(font_dirs=(BROUGHT,)))}
    for names in REGULAR:
        found = next((usable[name] for name in names if name in usable), None)
        if found is None:
            pytest.fail(f"no {names[1]} on this machine: run tools/get_fonts.py var/fonts")
        (folder / found.name).symlink_to(found)
    return folder


@pytest.fixture
def installed_fonts(glyph_cache: Path) -> Iterator[None]:
    """Run a test with all installed fonts."""
    configure(font_dirs=[BROUGHT], cache_dir=glyph_cache)
    yield
    configure()


@pytest.fixture(params=["installed", "bare"])
def with_fonts(request: pytest.FixtureRequest, regular_fonts: Path, glyph_cache: Path) -> Iterator[None]:
    """Run each test with all installed fonts and with the two a bare machine has."""
    if request.param == "bare":
        configure(font_dirs=[regular_fonts], system_dirs=(), cache_dir=glyph_cache)
    else:
        configure(font_dirs=[BROUGHT], cache_dir=glyph_cache)
    yield
    configure()
