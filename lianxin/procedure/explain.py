"""The only place that writes out how a date was counted, line by line, in words a petitioner can follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lianxin.procedure.acts import Span
from lianxin.procedure.calendar import ONE, Calendar
from lianxin.procedure.rules import ClockRule

EXCLUDED = {"hearing": "听证", "appraisal": "鉴定", "inspection": "勘验"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the arithmetic; `days` are the calendar days it adds, from `from_on` to `to_on`.

    Kinds: start, count, skip, exclude, extend, set, roll, basis.
    """

    kind: str
    from_on: date
    to_on: date
    days: int
    text: str


def day_text(day: date) -> str:
    """Return a date as 2026年5月8日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _span_text(first: date, last: date) -> str:
    return day_text(first) if first == last else f"{day_text(first)}至{day_text(last)}"


def _line(kind: str, first: date, last: date, text: str) -> Line:
    return Line(kind, first, last, (last - first).days + 1, text)


def explain(
    rule: ClockRule,
    *,
    start: date,
    nominal: date,
    legal: date,
    calendar: Calendar,
    extension_days: int,
    excluded: tuple[Span, ...],
    set_on: date | None,
) -> tuple[Line, ...]:
    """Return the lines from `start` to `legal`; their days sum to the days between the two."""
    lines = [Line("start", start, start, 0, f"{day_text(start)}起算（{rule.starts}），当日不计入")]
    if set_on is not None:
        lines.append(_line("set", start + ONE, nominal, f"指定的最后一日为{day_text(nominal)}"))
    elif rule.unit == "now":
        lines[0] = Line("start", start, start, 0, f"{day_text(start)}（{rule.starts}），应当立即办理")
    elif rule.unit == "WD":
        lines += _working_lines(start, nominal, calendar, excluded)
    else:
        lines += _calendar_lines(rule, start, nominal, extension_days, excluded)
    if legal > nominal:
        text = (
            f"最后一日{day_text(nominal)}是休息日（{calendar.rest_name(nominal)}），顺延至{day_text(legal)}"
        )
        lines.append(_line("roll", nominal + ONE, legal, text))
    if calendar.provisional(start, legal):
        lines.append(Line("basis", legal, legal, 0, "含尚未公布放假安排的年份，只按周末计算，日期暂定"))
    lines.append(Line("basis", legal, legal, 0, f"依据：{rule.article}"))
    return tuple(lines)


def _calendar_lines(
    rule: ClockRule, start: date, nominal: date, extension_days: int, excluded: tuple[Span, ...]
) -> list[Line]:
    lines: list[Line] = []
    day = start + ONE
    for first, last, kind in excluded:
        if first > nominal:
            break
        if day < first:
            lines.append(_line("count", day, first - ONE, _count_text(day, first - ONE)))
        name = EXCLUDED.get(kind, kind)
        lines.append(_line("exclude", first, last, f"{_span_text(first, last)}{name}所需时间，不计入"))
        day = last + ONE
    if lines:
        return lines + _rest_with_extension(day, nominal, extension_days)
    own = nominal - timedelta(days=extension_days)
    unit = f"{rule.length}个月" if rule.unit == "M" else f"{rule.length}日"
    lines.append(_line("count", day, own, f"计{unit}，至{day_text(own)}"))
    if extension_days:
        text = f"批准延长合计{extension_days}日，至{day_text(nominal)}"
        lines.append(_line("extend", own + ONE, nominal, text))
    return lines


def _rest_with_extension(day: date, nominal: date, extension_days: int) -> list[Line]:
    lines = [_line("count", day, nominal, _count_text(day, nominal))] if day <= nominal else []
    if extension_days:
        lines.append(Line("extend", nominal, nominal, 0, f"其中含批准延长合计{extension_days}日"))
    return lines


def _count_text(first: date, last: date) -> str:
    return f"{_span_text(first, last)}计{(last - first).days + 1}日"


def _working_lines(start: date, nominal: date, calendar: Calendar, excluded: tuple[Span, ...]) -> list[Line]:
    lines: list[Line] = []
    day = start + ONE
    counted = 0
    while day <= nominal:
        kind, name = _kind_of(day, calendar, excluded)
        last = day
        while last < nominal and _kind_of(last + ONE, calendar, excluded) == (kind, name):
            last += ONE
        days = (last - day).days + 1
        if kind == "count":
            counted += days
            text = f"{_span_text(day, last)}计{days}个工作日，累计{counted}个"
        else:
            text = f"{_span_text(day, last)}{name}，不计入"
        lines.append(Line(kind, day, last, days, text))
        day = last + ONE
    return lines


def _kind_of(day: date, calendar: Calendar, excluded: tuple[Span, ...]) -> tuple[str, str]:
    if not calendar.is_working(day):
        return "skip", calendar.rest_name(day)
    for first, last, kind in excluded:
        if first <= day <= last:
            return "exclude", f"{EXCLUDED.get(kind, kind)}所需时间"
    return "count", ""
