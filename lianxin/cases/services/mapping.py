"""The only place that says how the columns of a foreign table become a petition: the mapping file and its words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lianxin.procedure.errors import LianxinError

BEIJING = ZoneInfo("Asia/Shanghai")
IDENTITY = ("name", "phone", "address", "email", "id_number")
FIELDS = (
    "number",
    "received",
    *IDENTITY,
    "body",
    "ask",
    "summary",
    "channel",
    "kind",
    "category",
    "people",
    "place",
    "organ",
)
KEYS = ("source", "key", "columns", "constants", "dates", "encoding", "delimiter")
DATE_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日%H:%M:%S",
    "%Y年%m月%d日%H:%M",
    "%Y年%m月%d日",
    "%Y%m%d",
)
DATE_LETTERS = set("0123456789-/.:年月日时分秒上下午 ")


class BadMapping(LianxinError):
    """A mapping file is refused; the sentence names file and key."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns mean. `source` names the other system: with the key it tells a row that was imported before.

    `columns` leads from a column to a field of `FIELDS`; several columns may lead to the body, in this order.
    """

    source: str
    key: tuple[str, ...]
    columns: Dict[str, str]
    constants: Dict[str, str]
    dates: tuple[str, ...] = DATE_FORMATS
    encoding: str = "utf-8"
    delimiter: str = ","

    def key_of(self, cells: Dict[str, str]) -> str:
        """Return what tells this row from all others of its source; "" where a part of it is empty."""
        parts = [unicodedata.normalize("NFKC", cells.get(column, "")).strip() for column in self.key]
        return "|".join(parts) if all(parts) else ""

    def values(self, cells: Dict[str, str]) -> dict[str, str]:
        """Return the fields of a row; a blank cell leaves the constant."""
        found = dict(self.constants)
        bodies = []
        for column, field in self.columns.items():
            text = cells.get(column, "")
            if field == "body":
                bodies.append(text)
            elif text.strip():
                found[field] = text
        found["body"] = "\n\n".join(text for text in bodies if text.strip())
        return found

    def received(self, text: str) -> tuple[date, datetime]:
        """Return the legal day and the instant in Beijing. Raises ValueError when no format fits."""
        folded = unicodedata.normalize("NFKC", text).replace("T", " ").strip()
        for form in self.dates:
            try:
                naive = datetime.strptime(folded, form)  # noqa: DTZ007 - the time zone is set below
            except ValueError:
                continue
            return naive.date(), naive.replace(tzinfo=BEIJING)
        raise ValueError(
            f"日期{shown(folded)}读不懂。能读的写法例如 2026-03-02 09:30、2026/3/2、2026年3月2日。"
        )


MESSAGES = Mapping(
    source="messages",
    key=("id",),
    columns={"id": "number", "time": "received", "user": "name", "subject": "body", "body": "body"},
    constants={"channel": "online", "kind": "claim"},
)
"""The built-in mapping of tables with the columns id, time, user, subject, body, likes, against.

`user` is the account of the writer and is sealed as a name. The subject may hold names and therefore becomes the
first line of the text, not the summary.
"""

BUILT_IN = {"messages": (("id", "time", "user", "subject", "body", "likes", "against"), MESSAGES)}


def built_in_for(columns: Sequence[str]) -> Mapping | None:
    """Return the built-in mapping whose table has exactly these columns, or None."""
    return next((mapping for known, mapping in BUILT_IN.values() if known == tuple(columns)), None)


def read_mapping(data: Dict[str, object], *, place: str) -> Mapping:
    """Return the mapping a TOML file holds. Raises BadMapping naming the file and the key."""
    unknown = sorted(set(data) - set(KEYS))
    if unknown:
        raise BadMapping(f"{place}：不认识 {'、'.join(unknown)}。可以写 {'、'.join(KEYS)}。")
    columns = _texts(data, "columns", place)
    constants = _texts(data, "constants", place)
    wrong = sorted({field for field in [*columns.values(), *constants] if field not in FIELDS})
    if wrong:
        raise BadMapping(f"{place}：没有 {'、'.join(wrong)} 这些字段。可以用 {'、'.join(FIELDS)}。")
    twice = sorted(
        {field for field in columns.values() if field != "body" and list(columns.values()).count(field) > 1}
    )
    if twice:
        raise BadMapping(f"{place} [columns]：{'、'.join(twice)} 由两列填写。只有 body 可以由几列合成。")
    for needed in ("received", "body"):
        if needed not in columns.values() and needed not in constants:
            raise BadMapping(
                f"{place} [columns]：没有一列填写 {needed}。收到日期（received）和正文（body）不能少。"
            )
    source, key = data.get("source"), data.get("key")
    if not isinstance(source, str) or not 0 < len(source) <= 40:
        raise BadMapping(f"{place} source：请写来源系统的名称，最多 40 字。")
    if not isinstance(key, list) or not key or not all(isinstance(part, str) and part for part in key):
        raise BadMapping(f'{place} key：请写用哪几列辨认一行，例如 key = ["编号"]。')
    return Mapping(
        source,
        tuple(key),
        columns,
        constants,
        _dates(data, place),
        _one(data, "encoding", "utf-8", place),
        _one(data, "delimiter", ",", place),
    )


def missing_columns(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    """Return the columns the mapping needs and the table does not have."""
    return [column for column in dict.fromkeys([*mapping.key, *mapping.columns]) if column not in columns]


def shown(text: str) -> str:
    """Return a short text in quotes if it looks like a date, else nothing: reports carry no words of a petition."""
    return f"“{text}”" if 0 < len(text) <= 30 and set(text) <= DATE_LETTERS else ""


def _texts(data: Dict[str, object], key: str, place: str) -> dict[str, str]:
    value = data.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise BadMapping(f'{place} [{key}]：每一行应当是 "名称" = "文字"。')
    return dict(value)


def _dates(data: Dict[str, object], place: str) -> tuple[str, ...]:
    value = data.get("dates", [])
    if not isinstance(value, list) or not all(isinstance(form, str) and "%" in form for form in value):
        raise BadMapping(f'{place} dates：应当是日期写法的清单，例如 ["%d.%m.%Y"]。')
    return (*value, *DATE_FORMATS)


def _one(data: Dict[str, object], key: str, default: str, place: str) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or not value:
        raise BadMapping(f"{place} {key}：应当是一段文字。")
    return value
