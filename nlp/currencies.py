"""Money: currency signs, codes and words, small coins, and where they stand beside a number.

Role: the vocabulary of money as compiled patterns over normalised text.
Must not know: other units, or how a number and its currency become a quantity.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from nlp.numerals import ENGLISH, chinese, english

CURRENCY_WORDS = {
    "CNY": "人民币元|人民币|元人民币|renminbi|rmb|yuan|chinese yuan|cny|kuai|块钱|块",
    "USD": "美元|美金|美圆|美钞|us dollars?|u\\.s\\. dollars?|united states dollars?|usd|dollars?",
    "EUR": "欧元|euros?|eur", "GBP": "英镑|英磅|pounds? sterling|british pounds?|pounds?|gbp|sterling|quid",
    "JPY": "日元|日圆|日币|japanese yen|yen|jpy", "HKD": "港元|港币|港圆|港纸|hong kong dollars?|hk dollars?|hkd",
    "TWD": "新台币元|新台币|台币|新台元|台币元|new taiwan dollars?|taiwan dollars?|nt dollars?|ntd|twd",
    "SGD": "新加坡元|新元|坡币|新币|singapore dollars?|sgd", "AUD": "澳元|澳币|澳大利亚元|australian dollars?|aud",
    "CAD": "加元|加币|加拿大元|canadian dollars?|cad", "CHF": "瑞士法郎|瑞郎|swiss francs?|chf",
    "KRW": "韩元|韩圆|韩币|korean won|won|krw", "INR": "印度卢比|卢比|indian rupees?|rupees?|inr",
    "RUB": "俄罗斯卢布|卢布|russian roubles?|russian rubles?|roubles?|rubles?|rub",
    "NZD": "新西兰元|纽币|new zealand dollars?|nzd", "MYR": "马来西亚林吉特|林吉特|马币|ringgit|myr",
    "THB": "泰铢|thai baht|baht|thb", "VND": "越南盾|vietnamese dong|vnd", "IDR": "印尼盾|indonesian rupiah|rupiah|idr",
    "PHP": "菲律宾比索|philippine pesos?|php", "BRL": "雷亚尔|brazilian reais|brazilian reals?|reais|brl",
    "MXN": "墨西哥比索|mexican pesos?|mxn", "ZAR": "兰特|south african rand|rand|zar",
    "SEK": "瑞典克朗|swedish kron[ao]r?|sek", "NOK": "挪威克朗|norwegian kron[ae]r?|nok",
    "DKK": "丹麦克朗|danish kron[ae]r?|dkk", "TRY": "土耳其里拉|turkish liras?|try",
    "AED": "迪拉姆|dirhams?|aed", "SAR": "沙特里亚尔|saudi riyals?|riyals?|sar", "MOP": "澳门元|澳门币|葡币|patacas?|mop",
    "FRF": "法郎|french francs?|francs?|frf", "FIM": "芬兰马克|finnish markka|markka|fim", "ESP": "比塞塔|spanish pesetas?|pesetas?|esp",
    "NLG": "荷兰盾|dutch guilders?|guilders?|nlg", "DEM": "德国马克|deutsche marks?|german marks?|dem", "ITL": "里拉|italian lira|lire|itl",
    "NGN": "奈拉|nigerian naira|naira|ngn", "COP": "colombian pesos?|cop", "EGP": "埃及镑|egyptian pounds?|egp", "PKR": "pakistani rupees?|pkr",
    "CZK": "捷克克朗|czech korunas?|korunas?|czk", "HUF": "匈牙利福林|forints?|huf", "UAH": "格里夫纳|hryvnias?|uah", "KZT": "坚戈|tenge|kzt",
    "PLN": "兹罗提|zloty|zlotys|pln|zł", "ILS": "新谢克尔|shekels?|ils", "XBT": "比特币|个比特币|bitcoins?|btc|xbt",
}  # fmt: skip
CURRENCY_SIGNS = {
    "us$": "USD", "u.s.$": "USD", "usd$": "USD", "hk$": "HKD", "nt$": "TWD", "a$": "AUD", "au$": "AUD", "c$": "CAD",
    "ca$": "CAD", "cad$": "CAD", "s$": "SGD", "sg$": "SGD", "nz$": "NZD", "r$": "BRL", "mx$": "MXN", "$": "USD",
    "£": "GBP", "€": "EUR", "¥": "CNY", "₹": "INR", "₩": "KRW", "rm": "MYR", "฿": "THB", "₽": "RUB", "rs.": "INR",
    "₡": "CRC", "₾": "GEL", "₭": "LAK", "₦": "NGN", "₺": "TRY", "₪": "ILS", "₫": "VND", "₱": "PHP", "mxn$": "MXN", "mex$": "MXN",
    "aud$": "AUD", "nzd$": "NZD", "hkd$": "HKD", "sgd$": "SGD", "c $": "CAD", "us $": "USD", "hk $": "HKD",
    "₿": "XBT", "ł": "GBP", "rs": "INR", "ரூ": "LKR", "kr": "SEK", "kr.": "SEK", "jp¥": "JPY", "cn¥": "CNY",
}  # fmt: skip
CODES = {code.lower(): code for code in CURRENCY_WORDS}
SUBUNITS: dict[str, tuple[str, int]] = {
    "pence": ("GBP", 100), "penny": ("GBP", 100), "p": ("GBP", 100), "便士": ("GBP", 100), "cents": ("USD", 100),
    "cent": ("USD", 100), "¢": ("USD", 100), "美分": ("USD", 100), "欧分": ("EUR", 100), "港仙": ("HKD", 100),
    "角": ("CNY", 10), "毛钱": ("CNY", 10), "毛": ("CNY", 10), "分钱": ("CNY", 100),
}  # fmt: skip
"""Small coins: the currency they belong to where the document does not say another, and how many make one unit."""


def _longest_first(patterns: list[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True))


_WORD_TO_CODE = [
    (re.compile(rf"(?:{words})\Z", re.IGNORECASE | re.ASCII), code) for code, words in CURRENCY_WORDS.items()
]  # fmt: skip
_ALL_WORDS = [word for words in CURRENCY_WORDS.values() for word in words.split("|")]
_EN_WORDS = _longest_first([word for word in _ALL_WORDS if word[0].isascii()])
_ZH_WORDS = _longest_first([word for word in _ALL_WORDS if not word[0].isascii()])
_SIGNS = _longest_first([re.escape(sign) for sign in CURRENCY_SIGNS])


def currency_of(text: str) -> str | None:
    """ISO code of a currency sign, code or word; None when it is none. The bare 元 and $ are left to the document."""
    lowered = text.strip().lower()
    if lowered in CURRENCY_SIGNS:
        return CURRENCY_SIGNS[lowered]
    if lowered in CODES:
        return CODES[lowered]
    return next((code for pattern, code in _WORD_TO_CODE if pattern.match(lowered)), None)


BARE_HUNDRED_MILLIONS = re.compile(
    r"(?! ?(?:[股人户名只份手条次吨件笔个台张度粒枚颗桶辆平公千立]|用户|会员|参数|粉丝|美|欧|英|日|港|新))"
)
NOT_MONEY_BEFORE = re.compile(
    r"(?:用户|客户|会员|人数|人口|产量|销量|粉丝|流量|次数|数据|参数|点击|播放|阅读|笔数|件数|股本|股数|持股|访问)[^\d,，。]{0,6}\Z"
)
MONEY_SUFFIX = re.compile(
    rf" ?(?:(?P<word>{_ZH_WORDS})(?![件石])|(?P<yuan>元)(?!月|旦|年|素|件|老|首|宵|组|数据|宇宙)|"
    r"(?P<sign>(?:[€£$₡₾₭₦₹₩฿₽₺₪₫₱₿]|zł|Kč|ரூ|kr\b)(?!\d))|(?P<mega>[Mmk])(?P<unit>USD|EUR|GBP|AUD|CAD|CHF|SEK|NOK|DKK|kr)\b|"
    rf"-?(?P<en>{_EN_WORDS})(?![A-Za-z\d])|in (?P<in>us dollars|euros|dollars|pounds)\b)",
    re.IGNORECASE | re.ASCII,
)
LATE_SCALE = re.compile(r" (?P<scale>thousand|million|billion|trillion|mn|bn)\b", re.IGNORECASE | re.ASCII)
"""A scale after the currency: 75 USD million."""
SUBUNIT = re.compile(
    r" ?-?(?P<sub>pence|penny|p(?<=\dp)|cents?|¢|美分|欧分|港仙|便士|分钱|毛钱|毛(?![利额重坯病孔巾衣率])|角(?![度色落逐形钢膜铁大]))"
    r"(?![A-Za-z/])",
    re.IGNORECASE | re.ASCII,
)
COINS = re.compile(
    rf"(?: and)? (?:(?P<number>\d{{1,2}}|{ENGLISH}) ?(?:cents?|pence|¢)(?![A-Za-z])|"
    rf"(?P<bare>\d{{2}}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
    r"(?=[.,;!?]?\s*\Z|[.,;!?]\s| more\b))",
    re.IGNORECASE | re.ASCII,
)
_SMALL = "[一二两三四五六七八九\\d]"
COINS_ZH = re.compile(
    rf"(?:又?(?P<jiao>{_SMALL})[角毛](?:又?(?P<fen>{_SMALL})(?:分钱?)?)?|(?<=[元块])又?(?P<cents>{_SMALL}{{1,2}})(?:美分|分钱|分(?!钟)|日本[銭钱])|"
    rf"(?<=块)(?P<tenths>{_SMALL}))(?![\d百千万亿%个折成])"
)
COINS_AFTER = re.compile(rf"(?P<fen>{_SMALL})(?:分钱?)?(?![\d百千万亿%个折成])")
"""What follows 角 or 毛: 两毛三."""


class Prefix(NamedTuple):
    """A currency written before a number: where it starts, its code, the sign as written, a minus, a factor (MUSD)."""

    start: int
    code: str
    written: str
    sign: int
    factor: int


_CODE_WORDS = CODES | {
    "rmb": "CNY", "ntd": "TWD", "dollar": "USD", "dollars": "USD", "renminbi": "CNY", "euro": "EUR",
}  # fmt: skip
_MEGA = frozenset(["musd", "meur", "mgbp", "maud", "mcad", "msek", "mchf", "mnok", "mdkk"])
_ZH_CODES = {
    word: code for code, words in CURRENCY_WORDS.items() for word in words.split("|")
    if not word[0].isascii() and not word.startswith("块")
}  # fmt: skip
_ZH_LASTS = frozenset(word[-1] for word in _ZH_CODES)
_SIGN_LASTS = frozenset(sign[-1] for sign in CURRENCY_SIGNS)
_LETTERS = re.compile(r"[A-Za-z]+\Z")
LEFT = 12


def prefix_before(text: str, position: int) -> Prefix | None:
    """The currency that ends right before a number (a space and a sign may stand between); None when there is none."""
    end, sign = position, 0
    if end and text[end - 1] == " ":
        end -= 1
    if (
        end > 1
        and text[end - 1] in "-+"
        and (text[end - 2] == " " or text[end - 2] in _SIGN_LASTS or text[end - 2].isalpha())
    ):
        sign = -1 if text[end - 1] == "-" else 1
        end -= 1
        if text[end - 1] == " ":
            end -= 1
    if end == 0:
        return None
    last = text[end - 1]
    if last in _ZH_LASTS:
        found = next((n for n in range(min(6, end), 1, -1) if text[end - n : end] in _ZH_CODES), 0)
        if found:
            return Prefix(end - found, _ZH_CODES[text[end - found : end]], text[end - found : end], sign, 1)
    return _sign_before(text, end, sign) or _code_before(text, end, sign)


def _sign_before(text: str, end: int, sign: int) -> Prefix | None:
    if text[end - 1].lower() not in _SIGN_LASTS:
        return None
    for size in range(5, 0, -1):
        start = end - size
        if start < 0:
            continue
        code = CURRENCY_SIGNS.get(text[start:end].lower())
        inside = start > 0 and text[start].isalpha() and text[start - 1].isascii() and text[start - 1].isalpha()
        if code and not inside:
            return Prefix(start, code, text[start:end], sign, 1)
    return None


def _code_before(text: str, end: int, sign: int) -> Prefix | None:
    if not ("A" <= text[end - 1] <= "z"):
        return None
    match = _LETTERS.search(text, max(0, end - LEFT), end)
    if match is None:
        return None
    word = match[0].lower()
    if word in _CODE_WORDS:
        return Prefix(match.start(), _CODE_WORDS[word], match[0], sign, 1)
    if word in _MEGA:
        return Prefix(match.start(), _CODE_WORDS[word[1:]], match[0], sign, 10**6)
    return None


def coins_after(text: str, end: int, value: Decimal) -> tuple[Decimal, int]:
    """A whole amount with the small change that follows it: 15 dollars 50 cents, 五元三毛, 一块二."""
    if text[end - 1 : end] in {"元", "块"}:
        change = COINS_ZH.match(text, end)
        if change and value == int(value):
            tenths, fen = change["jiao"] or change["tenths"], change["fen"] or change["cents"]
            return value + _figure(tenths) / 10 + _figure(fen) / 100, change.end()
        return value, end
    coins = COINS.match(text, end)
    if coins is None or value != int(value):
        return value, end
    word = coins["number"] or coins["bare"]
    number = Decimal(word) if word.isdigit() else english(word)
    return (value, end) if number is None or number >= 100 else (value + number / 100, coins.end())


def _figure(word: str | None) -> Decimal:
    return Decimal(0) if not word else Decimal(word) if word.isdigit() else chinese(word) or Decimal(0)
