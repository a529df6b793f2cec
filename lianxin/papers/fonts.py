"""The only place that knows where fonts are looked for and which family serves which role of a paper.

Roles (字体角色): body 仿宋, title 小标宋, head 黑体, kai 楷体, small 小字. Each role begins with the families
made for it and ends with every other family found, so that a rare character of a name falls back glyph by
glyph and is missing only when no font has it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROLES = ("body", "title", "head", "kai", "small")

SYSTEM_DIRS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

FONT_FILES = frozenset({".otf", ".ttf", ".ttc", ".otc"})

# In the system's folders only these are read: the others have no Chinese, and each face costs memory.
KNOWN_FILES = re.compile(
    r"^(NotoSansCJK|NotoSerifCJK|NotoSansSC|NotoSerifSC|SourceHan|LXGWWenKai-|Fandol(Fang|Hei|Kai|Song)"
    r"|FangSong|simfang|Zhuque|FZ(XBS|XiaoBiaoSong|FS|FangSong|HT|HeiTi|KT|KaiTi))",
    re.IGNORECASE,
)

# Families of a role, the first found is printed with; matched against the whole name without case.
FAMILIES: dict[str, tuple[str, ...]] = {
    "body": (
        r"fangsong_gb2312|仿宋_gb2312",
        r"方正仿宋.*|fz ?fang ?song.*|fzfs.*",
        r"fangsong.*|仿宋.*|stfangsong|.*朱雀仿宋.*|zhuque fangsong.*",
        r"fandolfang.*",
        r"lxgw wenkai",
        r"noto serif (cjk )?sc",
        r"source han serif sc",
    ),
    "title": (
        r"方正小标宋.*|fz ?xiao ?biao ?song.*|fzxbs.*",
        r"noto serif (cjk )?sc",
        r"source han serif sc",
        r"fandolsong.*",
    ),
    "head": (
        r"方正黑体.*|fz ?hei ?ti.*|fzht.*",
        r"noto sans (cjk )?sc",
        r"source han sans sc",
        r"fandolhei.*",
    ),
    "kai": (
        r"楷体_gb2312|kaiti_gb2312",
        r"方正楷体.*|fz ?kai ?ti.*|fzkt.*",
        r"fandolkai.*",
        r"lxgw wenkai",
        r"noto serif (cjk )?sc",
        r"source han serif sc",
    ),
    "small": (r"noto sans (cjk )?sc", r"source han sans sc", r"fandolhei.*"),
}

# Regional twins of one design: the Simplified face has all their characters, drawn our way.
TWINS = re.compile(
    r"(noto|source han) (sans|serif)( mono)?( cjk)?( (jp|kr|tc|hk|hw|k))+|.* mono( cjk sc)?", re.I
)


@dataclass(frozen=True, slots=True)
class Setup:
    """Where fonts are looked for, in this order, and where the glyph table is kept."""

    font_dirs: tuple[Path, ...] = ()
    system_dirs: tuple[Path, ...] = SYSTEM_DIRS
    cache_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file: its family as the typesetter names it, and its place."""

    family: str
    path: str
    index: int


def files(setup: Setup) -> tuple[Path, ...]:
    """Return the font files papers may use: all of the office's folders, the known ones of the system's."""
    found: dict[Path, None] = {}
    for folder in setup.font_dirs:
        found.update(dict.fromkeys(_files_below(folder)))
    for folder in setup.system_dirs:
        found.update(dict.fromkeys(path for path in _files_below(folder) if KNOWN_FILES.match(path.name)))
    return tuple(found)


def folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the folders of the files, each once and none inside another, as the typesetter reads whole folders."""
    parents = dict.fromkeys(path.parent for path in paths)
    return tuple(one for one in parents if not any(other in one.parents for other in parents))


def stacks(faces: Sequence[Face]) -> dict[str, list[str]]:
    """Return for each role the families to print with, best first, ending with every family there is."""
    present = sorted(dict.fromkeys(face.family for face in faces if not TWINS.fullmatch(face.family)))
    return {role: _ordered(FAMILIES[role], present) for role in ROLES}


def _ordered(patterns: Sequence[str], present: Sequence[str]) -> list[str]:
    chosen = [
        family for pattern in patterns for family in present if re.fullmatch(pattern, family, re.IGNORECASE)
    ]
    general = [
        family
        for role in ("body", "head")
        for pattern in FAMILIES[role]
        for family in present
        if re.fullmatch(pattern, family, re.IGNORECASE)
    ]
    return list(dict.fromkeys([*chosen, *general, *present]))


def _files_below(folder: Path) -> list[Path]:
    found = []
    for where, inner, names in os.walk(folder, followlinks=True):
        inner.sort()
        found += [Path(where, name) for name in sorted(names) if Path(name).suffix.lower() in FONT_FILES]
    return found
