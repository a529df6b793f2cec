"""The only place that writes the engine's own words in English: days, holidays, articles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from lianxin.procedure.reference import number_of

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
RESTS: Mapping[str, str] = {
    "周末": "weekend",
    "元旦": "New Year",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "抗战胜利70周年纪念日": "Victory Day",
}
LAWS: Mapping[str, str] = {
    "信访工作条例": "Regulations on Petition Work",
    "信访条例": "Regulations on Petitions (2005)",
    "信访事项简易办理办法": "Measures on the Simple Procedure",
    "信访事项办理群众满意度评价工作办法（2014）": "Measures on Evaluation by Petitioners (2014)",
    "行政复议法": "Administrative Reconsideration Law",
    "行政复议法（1999）": "Administrative Reconsideration Law (1999)",
    "行政诉讼法": "Administrative Litigation Law",
    "人民调解法": "People's Mediation Law",
    "纪检监察机关处理检举控告工作规则": "Rules of Discipline Bodies on Handling Reports",
    "北京市信访条例": "Beijing Regulations on Petitions",
    "山东省信访条例": "Shandong Regulations on Petitions",
    "浙江省信访条例": "Zhejiang Regulations on Petitions",
    "阿坝州信访事项复查复核办法": "Aba Prefecture Measures on Review and Re-check",
}
NUMERAL = "([零一二三四五六七八九十百]+)"


def english_day(day: date) -> str:
    """Return a date as May 8, 2026, as the pages write it."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def english_span(first: date, last: date) -> str:
    """Return two days, or one where they are the same."""
    return english_day(first) if first == last else f"{english_day(first)} to {english_day(last)}"


def english_days(days: int, kind: str = "day") -> str:
    """Return a number of days: 1 day, 15 days."""
    return f"{days} {kind}" if days == 1 else f"{days} {kind}s"


def english_rest(name: str) -> str:
    """Return the English name of a rest day; the Chinese name where it is not known."""
    return RESTS.get(name, name)


def english_article(article: str) -> str:
    """Return an article as an English reader cites it; a law without an English name keeps its own."""
    return "; ".join(map(_one_law, article.split("；")))


def _one_law(cited: str) -> str:
    law, space, rest = cited.partition(" ")
    rest = re.sub(f"第{NUMERAL}条", lambda found: f"Art. {number_of(found[1])}", rest)
    rest = re.sub(f"第{NUMERAL}款", lambda found: f"({number_of(found[1])})", rest)
    rest = re.sub(f"第（{NUMERAL}）项", lambda found: f"(item {number_of(found[1])})", rest)
    return LAWS.get(law, law) + space + rest.replace("、", ", ").replace("至", "–")
