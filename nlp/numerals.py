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
WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
MULTIPLES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
EN_SCALES = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "mio": 10**6, "mil": 10**6, "mln": 10**6,
    "million": 10**6, "millions": 10**6, "b": 10**9, "bn": 10**9, "bln": 10**9, "billion": 10**9, "billions": 10**9,
    "t": 10**12, "tn": 10**12, "trn": 10**12, "trillion": 10**12, "hundred": 100, "lakh": 10**5, "crore": 10**7,
}  # fmt: skip
ZH_SCALE = "[十百千]?万亿|[十百千]?亿|[十百千]?万|[百千]|兆"

CHINESE = r"[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟](?:[零〇一二两三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟 ]*[零〇一二两三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟])?(?: ?点 ?[零〇一二两三四五六七八九]+)?(?:[十百千]?[万亿兆])*"
_UNIT_WORD = "(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + ")"
ENGLISH = rf"{_UNIT_WORD}(?:(?:[ -]| and ){_UNIT_WORD})*(?:(?:[ -]| and )(?:hundred|thousand|million|billion|trillion|{_UNIT_WORD}))*"


def chinese(text: str) -> Decimal | None:
    """Value of a Chinese numeral (simplified, mixed scales, decimal 点); None when it is not one."""
    text = text.replace(" ", "")
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


def english(text: str) -> Decimal | None:
    """Value of an English numeral in words; None when it is not one."""
    total = current = 0
    seen = False
    for word in re.split(r"[ -]+", text.lower()):
        if word == "and":
            continue
        if word in WORDS:
            current, seen = (current or 1) * 12 if word == "dozen" else current + WORDS[word], True
        elif word == "hundred":
            current, seen = (current or 1) * 100, True
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
