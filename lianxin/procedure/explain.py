"""The only place that writes out how a date was counted, line by line, in words a petitioner can follow.

Every line is written in Chinese, the source text, and in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lianxin.procedure.acts import Span
from lianxin.procedure.calendar import ONE, Calendar
from lianxin.procedure.english import (
    english_article,
    english_day,
    english_days,
    english_rest,
    english_span,
)
from lianxin.procedure.rules import ClockRule

EXCLUDED = {"hearing": "听证", "appraisal": "鉴定", "inspection": "勘验", "stopped": "审查申请"}
EXCLUDED_EN = {"stopped": "the request was being examined"}


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
    text_en: str

    def words(self, *, english: bool = False) -> str:
        """Return the line in the reader's language."""
        return self.text_en if english else self.text


def day_text(day: date) -> str:
    """Return a date as 2026年5月8日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _span_text(first: date, last: date) -> str:
    return day_text(first) if first == last else f"{day_text(first)}至{day_text(last)}"


def _line(kind: str, first: date, last: date, text: str, text_en: str) -> Line:
    return Line(kind, first, last, (last - first).days + 1, text, text_en)


def _remark(kind: str, on: date, text: str, text_en: str) -> Line:
    return Line(kind, on, on, 0, text, text_en)


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
    lines = [_start_line(rule, start, now=set_on is None and rule.unit == "now")]
    if set_on is not None:
        lines += _set_lines(start, set_on, nominal, extension_days)
    elif rule.unit == "WD":
        lines += _working_lines(start, nominal, calendar, excluded)
    elif rule.unit != "now":
        lines += _calendar_lines(rule, start, nominal, extension_days, excluded)
    lines += _roll_lines(nominal, legal, calendar)
    if calendar.provisional(start, legal):
        text = "含尚未公布放假安排的年份，只按周末计算，日期暂定"
        text_en = (
            "The public holidays of a year are not published yet: only weekends are counted, "
            "the date is provisional"
        )
        lines.append(_remark("basis", legal, text, text_en))
    basis = (f"依据：{rule.article}", f"Legal basis: {english_article(rule.article)}")
    lines.append(_remark("basis", legal, *basis))
    return tuple(lines)


def _start_line(rule: ClockRule, start: date, *, now: bool) -> Line:
    if now:
        text = f"{day_text(start)}（{rule.starts}），应当立即办理"
        return _remark("start", start, text, f"{english_day(start)}: to be done at once")
    text = f"{day_text(start)}起算（{rule.starts}），当日不计入"
    return _remark("start", start, text, f"Counted from {english_day(start)}; that day itself is not counted")


def _set_lines(start: date, set_on: date, nominal: date, extension_days: int) -> list[Line]:
    text, text_en = f"指定的最后一日为{day_text(set_on)}", f"The last day was set to {english_day(set_on)}"
    lines = [
        _line("set", start + ONE, set_on, text, text_en)
        if set_on > start
        else _remark("set", set_on, text, text_en)
    ]
    return lines + _extension(set_on, nominal, extension_days)


def _roll_lines(nominal: date, legal: date, calendar: Calendar) -> list[Line]:
    """Return the days after `nominal`: a rest day's, and those up to a later day promised before."""
    lines: list[Line] = []
    rolled = min(calendar.next_working(nominal), legal)
    if rolled > nominal:
        rest = calendar.rest_name(nominal)
        text = f"最后一日{day_text(nominal)}是休息日（{rest}），顺延至{day_text(rolled)}"
        text_en = (
            f"The last day, {english_day(nominal)}, is a rest day ({english_rest(rest)}), "
            f"so it moves to {english_day(rolled)}"
        )
        lines.append(_line("roll", nominal + ONE, rolled, text, text_en))
    if legal > rolled:
        text = f"已经告知信访人的最后一日是{day_text(legal)}，不因后来公布的放假安排提前"
        text_en = (
            f"The petitioner was told {english_day(legal)}; holidays published later do not bring it forward"
        )
        lines.append(_line("set", rolled + ONE, legal, text, text_en))
    return lines


def _extension(own: date, nominal: date, days: int) -> list[Line]:
    """Return the line of the days granted after `own`; none where none were granted."""
    if not days:
        return []
    text = f"批准延长合计{days}日，至{day_text(nominal)}"
    text_en = f"Extension approved: {english_days(days)} in all, up to {english_day(nominal)}"
    return [_line("extend", own + ONE, nominal, text, text_en)]


def _excluded_line(first: date, last: date, kind: str) -> Line:
    text = f"{_span_text(first, last)}{EXCLUDED.get(kind, kind)}所需时间，不计入"
    return _line(
        "exclude",
        first,
        last,
        text,
        f"{english_span(first, last)}: {EXCLUDED_EN.get(kind, kind)}, not counted",
    )


def _calendar_lines(
    rule: ClockRule, start: date, nominal: date, extension_days: int, excluded: tuple[Span, ...]
) -> list[Line]:
    lines: list[Line] = []
    day = start + ONE
    for first, last, kind in excluded:
        if first > nominal:
            break
        if day < first:
            lines.append(_count_line(day, first - ONE))
        lines.append(_excluded_line(first, last, kind))
        day = last + ONE
    if lines:
        return lines + _rest_with_extension(day, nominal, extension_days)
    own = nominal - timedelta(days=extension_days)
    unit = f"{rule.length}个月" if rule.unit == "M" else f"{rule.length}日"
    unit_en = english_days(rule.length, "month" if rule.unit == "M" else "day")
    text_en = f"{unit_en}, up to {english_day(own)}"
    lines.append(_line("count", day, own, f"计{unit}，至{day_text(own)}", text_en))
    return lines + _extension(own, nominal, extension_days)


def _rest_with_extension(day: date, nominal: date, extension_days: int) -> list[Line]:
    lines = [_count_line(day, nominal)] if day <= nominal else []
    if extension_days:
        text = f"其中含批准延长合计{extension_days}日"
        text_en = f"This includes an approved extension of {english_days(extension_days)} in all"
        lines.append(_remark("extend", nominal, text, text_en))
    return lines


def _count_line(first: date, last: date) -> Line:
    days = (last - first).days + 1
    text_en = f"{english_span(first, last)}: {english_days(days)}"
    return _line("count", first, last, f"{_span_text(first, last)}计{days}日", text_en)


def _working_lines(start: date, nominal: date, calendar: Calendar, excluded: tuple[Span, ...]) -> list[Line]:
    lines: list[Line] = []
    day = start + ONE
    counted = 0
    while day <= nominal:
        kind, name = _kind_of(day, calendar, excluded)
        last = day
        while last < nominal and _kind_of(last + ONE, calendar, excluded) == (kind, name):
            last += ONE
        if kind == "count":
            days = (last - day).days + 1
            counted += days
            text = f"{_span_text(day, last)}计{days}个工作日，累计{counted}个"
            text_en = f"{english_span(day, last)}: {english_days(days, 'working day')}, {counted} so far"
            lines.append(_line(kind, day, last, text, text_en))
        elif kind == "skip":
            text_en = f"{english_span(day, last)}: {english_rest(name)}, not counted"
            lines.append(_line(kind, day, last, f"{_span_text(day, last)}{name}，不计入", text_en))
        else:
            lines.append(_excluded_line(day, last, name))
        day = last + ONE
    return lines


def _kind_of(day: date, calendar: Calendar, excluded: tuple[Span, ...]) -> tuple[str, str]:
    """Return the kind of line a day belongs to, and the rest day's name or the excluded period's kind."""
    if not calendar.is_working(day):
        return "skip", calendar.rest_name(day)
    for first, last, kind in excluded:
        if first <= day <= last:
            return "exclude", kind
    return "count", ""
