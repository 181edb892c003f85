"""Numerals in words: Chinese and English number words to exact decimals.

Role: the one place that knows that 二点三亿 is 230,000,000 and "two and a half million" is 2,500,000.
Must not know: units, or where in a text numerals are looked for.
"""

import re
from decimal import Decimal

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE = {"万": 10**4, "亿": 10**8, "兆": 10**12}
ONES = {
    name: value
    for value, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    name: 10 * value
    for value, name in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
MULTIPLES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
EN_SCALES = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "mio": 10**6, "mil": 10**6, "mln": 10**6,
    "million": 10**6, "millions": 10**6, "b": 10**9, "bn": 10**9, "bln": 10**9, "billion": 10**9, "billions": 10**9,
    "t": 10**12, "tn": 10**12, "trn": 10**12, "trillion": 10**12, "trillions": 10**12, "hundred": 100,
    "thousands": 10**3, "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7, "mrd": 10**9,
}  # fmt: skip
ZH_SCALE = "[十百千]?万亿|[十百千]?亿|[十百千]?万|[百千]|兆"
PARTS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333333", "⅔": "0.666667"}

_DIGIT = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_ANY = f"{_DIGIT}十百千拾佰仟"
_VAGUE = "(?<=[十百千拾佰仟亿])[多余来几](?=[百千]?[万亿])"
CHINESE = (
    rf"(?:[{_ANY}]|(?<=[上近逾破])[万亿](?=[元人美港台新欧日个户次件]))"
    rf"(?:(?:[{_ANY}万亿兆 ]|{_VAGUE})*[{_ANY}万亿兆])?(?: ?点 ?[{_DIGIT}]+)?(?:[十百千]?[万亿兆])*"
)
_COMMA_UNIT = r"(?= ?(?:%|€|£|EUR|USD|per cent|percent|million|billion|bn|mn|mln|Mio|Mrd|k?kr\b|M€))"
_SPACED_MONEY = r"(?= ?(?:€|EUR|£|\$|kr\b|SEK|NOK|DKK|CHF|PLN|CZK|USD|GBP))"
ARABIC = (
    r"(?:\d{1,3}(?:,\d{3}(?!年))+(?!\d)(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)(?:\.\d+)?|"
    r"\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d.])|\d{1,3}(?:'\d{3})+(?!\d)(?:\.\d+)?|"
    rf"\d{{1,3}}(?: \d{{3}}){{2,}}(?!\d|,\d)|\d{{1,3}}(?: \d{{3}})+{_SPACED_MONEY}|\d{{1,3}},\d{{1,2}}{_COMMA_UNIT}|"
    r"\d+(?:\.\d+)?(?:\.(?=[万亿]))?|\.\d+)"
)
"""Figures as English, Indian, German, Swiss, French and Nordic texts group them; a full stop parts decimals elsewhere."""
_ONES = "|".join(sorted(ONES, key=len, reverse=True))
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(TENS)})(?:[ -](?:{_ONES}))?|{_ONES})"
_BELOW_THOUSAND = (
    rf"(?:(?:{_BELOW_HUNDRED}|an?)[ -]hundred(?:(?: and |[ -]){_BELOW_HUNDRED})?|{_BELOW_HUNDRED})(?!(?!fold)[A-Za-z])"
)
_MULTIPLE = rf"(?:{'|'.join(MULTIPLES)})(?![A-Za-z])"
ENGLISH = (
    rf"(?:(?:(?:{_BELOW_THOUSAND}|an?)[ -]{_MULTIPLE}(?:,? (?:and )?{_BELOW_THOUSAND}(?: {_MULTIPLE})?(?! (?:{_MULTIPLE}|percent|per cent|%)))*)|"
    rf"(?:{_BELOW_HUNDRED}|half an?|an?) dozen|{_BELOW_THOUSAND})"
)
"""One numeral: "a hundred and forty-seven million"; "four and six" are two."""
_ADJACENT = re.compile(
    r"(?P<tens>[二三四五六七八九]?十)?(?P<low>[一二两三四五六七八])(?P<high>[二三四五六七八九])(?P<scale>[十百千万亿]*)"
)


def arabic(text: str) -> Decimal:
    """Value of a figure that `ARABIC` matched, however it groups thousands."""
    text = text.rstrip(".").replace(" ", "").replace("'", "")
    if re.search(r",\d{1,2}\Z", text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return Decimal(text.replace(".", "") if text.count(".") > 1 else text.replace(",", ""))


def chinese(text: str) -> Decimal | None:
    """Value of a Chinese numeral (simplified, mixed scales, decimal 点); None when it is not one."""
    text = text.replace(" ", "").translate(_WITHOUT_VAGUE)
    if "点" in text:
        whole, _, tail = text.partition("点")
        scale = 1
        while tail and tail[-1] in LARGE | SMALL:
            scale *= (LARGE | SMALL)[tail[-1]]
            tail = tail[:-1]
        if not tail or any(sign not in DIGITS for sign in tail):
            return None
        base = chinese(whole)
        return None if base is None else (base + Decimal("0." + "".join(str(DIGITS[s]) for s in tail))) * scale
    if text and all(sign in DIGITS for sign in text):
        return Decimal("".join(str(DIGITS[sign]) for sign in text))
    return _grouped(text)


_WITHOUT_VAGUE = {ord(sign): None for sign in "多余来几"}


def _grouped(text: str) -> Decimal | None:
    total = section = digit = 0
    last_scale = 10**16
    pending = False
    for sign in text:
        if sign in DIGITS:
            digit, pending = DIGITS[sign], True
        elif sign in SMALL:
            section += (digit if pending else 1) * SMALL[sign]
            digit, pending, last_scale = 0, False, SMALL[sign]
        elif sign in LARGE:
            section += digit
            if section == 0:
                total = (total or 1) * LARGE[sign]
            elif total and LARGE[sign] > total:
                total = (total + section) * LARGE[sign]
            else:
                total += section * LARGE[sign]
            section, digit, pending, last_scale = 0, 0, False, LARGE[sign]
        else:
            return None
    if pending and last_scale in {100, 1000, 10**4, 10**8} and "零" not in text and len(text) > 1:
        digit *= last_scale // 10
    return Decimal(total + section + digit)


def adjacent(text: str) -> tuple[Decimal, Decimal] | None:
    """Lower and upper bound of two neighbouring digits said together: 三四 (天), 十七八万, 三五百万; None otherwise."""
    match = _ADJACENT.fullmatch(text)
    if match is None:
        return None
    low, high = DIGITS[match["low"]], DIGITS[match["high"]]
    if high != low + 1 and (low, high) != (3, 5):
        return None
    tens = int(chinese(match["tens"]) or 0) if match["tens"] else 0
    scale = zh_scale(match["scale"])
    return Decimal(tens + low) * scale, Decimal(tens + high) * scale


def english(text: str) -> Decimal | None:
    """Value of an English numeral in words; None when it is not one."""
    total = current = 0
    seen = False
    for word in re.split(r"[ ,-]+", text.lower()):
        if word == "and":
            continue
        if word in {"a", "an"}:
            current = current or 1
        elif word == "half":
            return Decimal(6) if text.lower().endswith("dozen") else None
        elif word in ONES or word in TENS:
            current, seen = current + (ONES[word] if word in ONES else TENS[word]), True
        elif word == "hundred":
            current, seen = (current or 1) * 100, True
        elif word == "dozen":
            current, seen = (current or 1) * 12, True
        elif word in MULTIPLES:
            total, current, seen = total + (current or 1) * MULTIPLES[word], 0, True
        else:
            return None
    return Decimal(total + current) if seen else None


def zh_scale(text: str) -> int:
    """Multiplier of a Chinese scale such as 百万, 千亿 or 万亿; 1 for the empty string."""
    scale = 1
    for sign in text:
        scale *= (LARGE | SMALL)[sign]
    return scale
