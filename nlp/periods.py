"""The period grammar: dates, months, quarters, halves, years and fiscal years as first and last day.

Role: find where a text fixes the time a claim covers; years that are left out come from the publication date.
Must not know: which claim a period belongs to. A financial year "23/24" runs from 1 April to 31 March (UK).
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZH = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?:19|20)\d{2}"
_ORD = {
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "final": 4,
    "last": 4,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of text [start, end) that names time; `days` is its first and last day where the text fixes them."""

    start: int
    end: int
    days: tuple[date, date] | None
    grain: str


Built = tuple[tuple[date, date] | None, str]
_Rule = tuple[tuple[str, ...], re.Pattern[str], Callable[["re.Match[str]", int | None], Built]]


def find_periods(text: str, published: date | None) -> list[Period]:
    """Periods of normalised text in order, the longest reading first, none overlapping another."""
    found: list[Period] = []
    year = None if published is None else published.year
    for first, last in _windows(text):
        taken: list[tuple[int, int]] = []
        lowered = text[first:last].lower()
        for words, pattern, build in _RULES:
            if not any(word in lowered for word in words):
                continue
            for match in pattern.finditer(text, first, last):
                start, end = match.span()
                if any(start < other_end and other_start < end for other_start, other_end in taken):
                    continue
                try:
                    days, grain = build(match, year)
                except ValueError:
                    continue
                taken.append((start, end))
                found.append(Period(start, end, days, grain))
    return sorted(found, key=lambda item: item.start)


def _windows(text: str) -> list[tuple[int, int]]:
    """Stretches around words and figures that may name time; nothing else is searched."""
    spans: list[tuple[int, int]] = []
    for match in _HINT.finditer(text):
        first, last = max(0, match.start() - AROUND), min(len(text), match.end() + AROUND)
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _year(text: str) -> int:
    """A calendar year: 2024, 二〇二四, 24 (of 20xx), or a ROC year such as 113."""
    if text and text[0] in _ZH:
        text = "".join(str(_ZH[sign]) for sign in text)
    number = int(text)
    if 90 <= number <= 150:
        return number + 1911
    return number + 2000 if number < 90 else number


def _span(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _quarter(match: "re.Match[str]", year: int | None) -> Built:
    which = _ORD[(match["q"]).lower()]
    written = match.groupdict().get("y") or match.groupdict().get("y2")
    if match.groupdict().get("fy"):
        return _fiscal_quarter(_year(written), which) if written else None, "quarter"
    at = _relative(match.groupdict().get("rel"), _year(written) if written else year)
    return (None if at is None else _span(at, 3 * which - 2, 3 * which)), "quarter"


def _fiscal_quarter(first_year: int, which: int) -> tuple[date, date]:
    months = {1: (first_year, 4), 2: (first_year, 7), 3: (first_year, 10), 4: (first_year + 1, 1)}
    at, month = months[which]
    return _span(at, month, month + 2)


def _half(match: "re.Match[str]", year: int | None) -> Built:
    first = match["h"].lower() in {"1", "上", "first"}
    written = match.groupdict().get("y") or match.groupdict().get("y2")
    at = _relative(match.groupdict().get("rel"), _year(written) if written else year)
    return (None if at is None else _span(at, 1 if first else 7, 6 if first else 12)), "half"


def _relative(word: str | None, year: int | None) -> int | None:
    if year is None or not word:
        return year
    return year - 1 if word.lower() in {"去年", "上年", "last year"} else year - 2 if word == "前年" else year


def _whole(match: "re.Match[str]", _year_now: int | None) -> Built:
    at = _year(match["y"])
    return _span(at, 1, 12), "year"


def _fiscal(match: "re.Match[str]", _year_now: int | None) -> Built:
    first = _year(match["y"])
    return (date(first, 4, 1), date(first + 1, 3, 31)), "fiscal"


def _short_fiscal(match: "re.Match[str]", _year_now: int | None) -> Built:
    first = _year(match["y"] or match["y2"])
    if int(match["next"] or match["next2"]) != (first + 1) % 100:
        raise ValueError("two numbers, not a financial year")
    return (date(first, 4, 1), date(first + 1, 3, 31)), "fiscal"


def _fiscal_stamp(_match: "re.Match[str]", _year_now: int | None) -> Built:
    return None, "stamp"


def _last_year(_match: "re.Match[str]", year: int | None) -> Built:
    return (None if year is None else _span(year - 1, 1, 12)), "year"


def _this_year(_match: "re.Match[str]", year: int | None) -> Built:
    return (None if year is None else _span(year, 1, 12)), "this"


def _nine_months(match: "re.Match[str]", year: int | None) -> Built:
    count = {"三": 3, "六": 6, "九": 9, "nine": 9, "six": 6, "three": 3}.get(match["n"].lower()) or int(match["n"])
    written = match.groupdict().get("y")
    at = _year(written) if written else year
    return (None if at is None else _span(at, 1, count)), "months"


def _month_of(match: "re.Match[str]", year: int | None) -> Built:
    groups = match.groupdict()
    first = _month_number(groups["m"])
    last = _month_number(groups.get("m2") or groups["m"])
    written = groups.get("y") or groups.get("y2")
    at = _relative(groups.get("rel"), _year(written) if written else year)
    if at is None:
        return None, "month"
    begin = at - 1 if last < first else at
    return (date(begin, first, 1), _span(at, last, last)[1]), "month"


def _month_number(text: str) -> int:
    lowered = text.lower().rstrip(".")
    if lowered in _MONTHS:
        return _MONTHS[lowered]
    zh = {"十": 10, "十一": 11, "十二": 12} | _ZH
    number = zh[lowered] if lowered in zh else int(lowered)
    if not 1 <= number <= 12:
        raise ValueError("not a month")
    return number


def _day(match: "re.Match[str]", year: int | None) -> Built:
    groups = match.groupdict()
    at = _year(groups["y"]) if groups.get("y") else year
    if at is None:
        return None, "day"
    day = date(at, _month_number(groups["m"]), int(groups["d"]))
    return (day, day), "day"


def _three_quarters(match: "re.Match[str]", year: int | None) -> Built:
    at = _year(match["y"]) if match["y"] else year
    return (None if at is None else _span(at, 1, 9)), "months"


def _half_en(match: "re.Match[str]", _year_now: int | None) -> Built:
    at = _year(match["y"] or match["y2"])
    first = (match["h"] or match["h2"]) == "1"
    return _span(at, 1 if first else 7, 6 if first else 12), "half"


def _bare_zh_quarter(match: "re.Match[str]", year: int | None) -> Built:
    which = _ORD[match["q"] or match["q2"]]
    return (None if year is None else _span(year, 3 * which - 2, 3 * which)), "quarter"


def _mention(_match: "re.Match[str]", _year_now: int | None) -> Built:
    return None, "mention"


AROUND = 40
_HINT = re.compile(
    r"(?:19|20)\d\d|[年月季]|\d/\d|Q[1-4]|[1-4]Q|H[12]|[12]H|FY|二[零〇]|quarter|half|year|months|"
    r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
    re.IGNORECASE | re.ASCII,
)


def _rules(*entries: tuple[str, str, Callable[["re.Match[str]", int | None], Built]]) -> list[_Rule]:
    return [
        (tuple(words.split("|")), re.compile(pattern, re.IGNORECASE | re.ASCII), build)
        for words, pattern, build in entries
    ]


_ZH_YEAR = r"(?P<y>(?:19|20)\d{2}|二[零〇][零〇一二三四五六七八九]{2}|(?:民国)?1[01]\d(?=年))"
_REL = r"(?P<rel>今年|去年|上年|本年|前年)"
_MONTHS_SAID = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_SEP = r"(?:[-–—~至到]|\bto\b|through)"
_RULES: list[_Rule] = _rules(
    ("q", r"\b\d{2}/\d{2}[ -]Q[1-4]\b", _fiscal_stamp),
    ("q", r"\b(?P<fy>FY|financial year |fiscal year )?(?P<y>20\d{2}|(?<=FY)\d{2})\s?[-/]\s?\d{2,4}\s*,?\s*Q(?P<q>[1-4])\b", _quarter),
    ("fy", r"\bQ(?P<q>[1-4])\s*(?:of\s+)?(?P<fy>FY)\s?(?P<y>20\d{2}|\d{2})(?:[-/]\d{2,4})\b", _quarter),
    ("19|20", rf"{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\s*{_SEP}\s*{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}", _mention),
    ("19|20", r"(?P<y>(?:19|20)\d{2})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)", _day),
    ("年", rf"{_ZH_YEAR} ?年 ?(?P<m>\d{{1,2}}|[一二三四五六七八九十]{{1,2}}) ?月 ?(?P<d>\d{{1,2}}) ?[日号]", _day),
    (_MONTHS_SAID, rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<m>{_MONTH}),? (?P<y>{_YEAR}|'?[12]\d(?![\d%/.,]\d|[%\d]))\b", _day),
    ("/|.", r"(?<![\d/.])\d{1,2}/\d{1,2}/(?:20)?\d{2}(?![\d/])|(?<![\d.])\d{1,2}\.\d{1,2}\.20\d{2}(?!\d)", _mention),
    (_MONTHS_SAID, rf"\b(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>{_YEAR})\b", _day),
    ("季", rf"(?:{_ZH_YEAR} ?年度?|{_REL}) ?(?:第 ?)?(?P<q>[一二三四1-4]) ?季度?", _quarter),
    ("q", rf"{_ZH_YEAR} ?年? ?Q(?P<q>[1-4])", _quarter),
    ("q", rf"\bQ(?P<q>[1-4])[ ,/'-]*(?:of )?(?P<y>{_YEAR}|(?<=')\d{{2}})\b", _quarter),
    ("q", rf"\b(?P<y>{_YEAR})[ -/]?Q(?P<q>[1-4])\b", _quarter),
    ("q", rf"\b(?P<q>[1-4])Q ?(?P<y>{_YEAR}|\d{{2}})\b", _quarter),
    ("quarter", rf"\b(?P<q>first|second|third|fourth|final) quarter(?: (?:of )?(?:(?P<y>{_YEAR})|(?P<rel>last year|this year)))?\b", _quarter),
    ("半年", rf"(?:{_ZH_YEAR} ?年度?|{_REL}) ?(?P<h>[上下])半年", _half),
    ("h1|h2", rf"\bH(?P<h>[12])[ ,/-]*(?:of )?(?P<y>{_YEAR})\b|\b(?P<y2>{_YEAR})[ -]?H(?P<h2>[12])\b", _half_en),
    (" half", rf"\b(?P<h>first|second) half(?: (?:of )?(?:(?P<y>{_YEAR})|(?P<rel>last year|this year)|the year))?\b", _half),
    ("前", rf"(?:{_ZH_YEAR} ?年)? ?前 ?(?P<n>[三六九369]) ?个?月", _nine_months),
    ("前", rf"(?:{_ZH_YEAR} ?年)? ?前(?P<n>三) ?季度?", _three_quarters),
    ("first", rf"\bfirst (?P<n>three|six|nine) months(?: of (?:the year|(?P<y>{_YEAR})))?\b", _nine_months),
    ("年", rf"{_ZH_YEAR} ?年 ?(?P<m>\d{{1,2}}) ?月? ?[-~至到] ?(?P<m2>\d{{1,2}}) ?月", _month_of),
    ("年", rf"{_ZH_YEAR} ?年 ?(?P<m>\d{{1,2}}|[一二三四五六七八九十]{{1,2}}) ?月份?", _month_of),
    (_MONTHS_SAID, rf"\b(?P<m>{_MONTH})\s*{_SEP}\s*(?P<m2>{_MONTH}) (?P<y>{_YEAR})\b", _month_of),
    (_MONTHS_SAID, rf"\b(?P<m>{_MONTH}),? (?P<y>{_YEAR})\b", _month_of),
    ("fy|fi", r"\b(?:FY|financial year |fiscal year |fiscal )(?P<y>20\d{2}|\d{2})\s?[-/]\s?\d{2,4}\b", _fiscal),
    ("/", r"\b(?P<y>20\d{2})[/](?:20)?\d{2}\b(?!/)", _fiscal),
    ("/|20", r"(?<![\d/.,$£€])(?P<y>[123]\d)/(?P<next>[123]\d)\b(?![/%\d]|[.,]\d)|(?<![\d/.,$£€-])20(?P<y2>\d{2}) ?[-–] ?(?P<next2>\d{2})\b(?![-/%\d]|[.,]\d)", _short_fiscal),
    ("fy|year|fiscal|cy", rf"\b(?:FY ?|financial year |fiscal year |fiscal |calendar |CY ?)(?P<y>{_YEAR}|\d{{2}})\b", _whole),
    ("年", rf"{_ZH_YEAR} ?(?:财)?年度?(?:全年)?(?!\d)", _whole),
    ("19|20", rf"\b(?:in|during|for|over|throughout|of|since|by|from|to|until|and|full-year|end-|mid-|early|late)[ -](?P<y>{_YEAR})(?![\d%,.]\d|%)\b", _whole),
    ("1h|2h", r"\b(?P<h>[12])H ?(?P<y>20\d{2}|\d{2})\b", _half),
    ("年", r"(?<![\d.])(?P<y>[12]\d) ?年(?=第|底|初|末|Q\d|上半|下半|财)", _whole),
    ("q", r"\b[1-4]Q(?:\d{2})?\b", _mention),
    ("季", r"(?:第 ?)(?P<q>[一二三四1-4]) ?季度?|(?<!前)(?<![一二三四])(?P<q2>[一二三四]) ?季度", _bare_zh_quarter),
    ("q", r"\bQ(?P<q>[1-4])\b", _quarter),
    ("半年", r"(?P<h>[上下])半年", _half),
    ("h1|h2", r"\bH(?P<h>[12])\b", _half),
    ("年", rf"(?:{_REL} ?)(?P<m>\d{{1,2}}|[一二三四五六七八九十]{{1,2}}) ?月份?", _month_of),
    ("月", r"(?<![\d个.])(?P<m>1[0-2]|[1-9]) ?[-~至到] ?(?P<m2>1[0-2]|[1-9]) ?月(?:份)?", _month_of),
    ("月", r"(?<![\d个.])(?:1[0-2]|[1-9]) ?月 ?\d{1,2} ?[日号]", _mention),
    ("月", r"(?<![\d个.])(?P<m>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九]) ?月(?:份|底|初|末)?(?!内)", _month_of),
    (_MONTHS_SAID, rf"\b(?:in|during|for|of|since|by|from|to|until|end-) (?P<m>{_MONTH})\b(?! \d)", _month_of),
    (_MONTHS_SAID, rf"\b(?:\d{{1,2}} ?[-–] ?)?\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\b|\b{_MONTH} \d{{1,2}}\b(?!%|,\d|\.\d| in \d)", _mention),
    ("last year|年", r"\blast year\b|去年全?年?|上年度?|上一年度?", _last_year),
    ("this year|年", r"\bthis year\b|今年|本年度?|全年", _this_year),
    ("19|20", rf"(?<![\d.,$£€-])(?P<y>{_YEAR})(?!\d|%|[.,]\d|(?:m|bn|k)\b| ?(?:万|亿|元|个|名|人|次|笔|件|家|million|billion|staff|people|users))", _whole),
)  # fmt: skip
