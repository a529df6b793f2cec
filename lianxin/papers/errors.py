"""The only place for what can stop a paper.

Refused (procedure)
├── IncompletePaper    PAPER_INCOMPLETE: a mandatory content is missing
└── MissingGlyph       PAPER_GLYPH: no installed font has a character of the text
    └── NoFonts            there is no Chinese font at all
LianxinError
└── BadPaper           the caller asked for something no paper can be: names kind and field
"""

from __future__ import annotations

from lianxin.procedure.errors import LianxinError, Refused


class IncompletePaper(Refused):
    """缺少必备内容: the paper may not be issued; `labels` names every missing content."""

    default_code = "PAPER_INCOMPLETE"

    def __init__(self, paper: str, labels: tuple[str, ...], *, article: str) -> None:
        self.labels = labels
        named = "、".join(f"“{label}”" for label in labels)
        super().__init__(
            f"《{paper}》还缺少必备内容：{named}，不能出具",
            article=article,
            instead="请补全后再出具；已填写的内容不会丢失。",
        )


class MissingGlyph(Refused):
    """字体缺字: a character cannot be printed; `found` pairs each character with the labels of its places."""

    default_code = "PAPER_GLYPH"

    def __init__(self, paper: str, found: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        self.found = found
        named = "；".join(f"{spelled(char)}，见“{'”“'.join(places)}”" for char, places in found)
        super().__init__(
            f"《{paper}》中有现有字体打印不出的字：{named}",
            article="",
            instead="请改写该字，或者请管理员安装含有该字的字体（docs/howto/fonts.md）后再出具。",
        )


class NoFonts(MissingGlyph):
    """没有中文字体: nothing can be printed on this machine yet."""

    def __init__(self) -> None:
        self.found = ()
        Refused.__init__(
            self,
            "这台机器上没有可用的中文字体，不能出具文书",
            article="",
            instead="请管理员运行 tools/get_fonts.py 取得字体，或者把单位自有字体放入 LIANXIN_FONT_DIRS 指定的文件夹。",
        )


class BadPaper(LianxinError):
    """The content is not one a paper can be made from: unknown kind or variant, or a value that is not JSON."""


def spelled(char: str) -> str:
    """Return the character as a person can find it: itself if it can be shown, and its code point."""
    return f"{char}（U+{ord(char):04X}）" if char.isprintable() else f"U+{ord(char):04X}"
