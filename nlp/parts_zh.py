"""Chinese numbers said without a figure and unit: 一半, 三分之一, 翻两番, 三四成, 半个月, 一刻钟.

Role: the wordings and their exact values, over simplified text.
Must not know: figures with units after them (`nlp.quantities`), metrics or claims.
"""

from decimal import Decimal

from nlp.durations import rounded, time_at
from nlp.numerals import ARABIC, CHINESE, arabic, chinese
from nlp.wording import Built, Match, Part, Rule, fixed, rule


def _zh_fraction(match: Match) -> Built:
    """三分之一, 百分之五点二, 千分之二, 万分之三: a base of ten thousand or its multiples speaks in basis points."""
    below = _zh_number(match["base"].replace(" ", ""))
    above = _zh_number(match["arabic"] or match["chinese"])
    if not below or above is None:
        return
    above *= 1000 if match["k"] else 1
    points = below >= 10**4 and below % 10**4 == 0
    if not points and below not in {100, 1000} and above >= below:
        return
    value = above * (10**4 if points else 100) / below
    unit = "basis_point" if points else "percent"
    exact = value if below in {100, 1000} or points else rounded(value)
    high = _zh_number(match["high"]) if match["high"] else None
    above_range = None if high is None or high <= above else high * (10**4 if points else 100) / below
    yield Part(match.start(), match.end(), exact, unit, "fraction", high=above_range, sign=-1 if match["sign"] else 0)


def _zh_number(word: str) -> Decimal | None:
    word = word.strip()
    if word and set(word) <= set("十百千万亿"):
        value = Decimal(1)
        for sign in word:
            value *= {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[sign]
        return value
    return (
        arabic(word) if word[0].isdigit() or word[0] == "." else chinese(word.replace("佰", "百").replace("仟", "千"))
    )


def _turns(match: Match) -> Built:
    count = chinese(match["count"]) if match["count"] else Decimal(1)
    if count is not None and 0 < count < 10:
        yield Part(match.start(), match.end(), Decimal(2) ** int(count), "times", "doubled")


def _tenths_range(match: Match) -> Built:
    low, high = chinese(match["low"]), chinese(match["high"])
    if low and high and low < high:
        yield Part(match.start(), match.end(), low * 10, "percent", "tenths", high=high * 10)


def _half_tenth(match: Match) -> Built:
    yield Part(match.start(), match.end(), Decimal(5) if match["kind"] == "成" else Decimal(50), "percent", "tenths")


def _tenths_points(match: Match) -> Built:
    value = (chinese(match["tens"]) or Decimal(0)) * 10 + (chinese(match["ones"]) or Decimal(0))
    yield Part(match.start(), match.end(), value, "percentage_point", "tenths")


def _half_zh(match: Match) -> Built:
    """半小时, 半个月, 半个百分点."""
    end = match.end()
    if match["points"]:
        yield Part(match.start(), end, Decimal("0.5"), "percentage_point", "half")
        return
    time = time_at(match.string, match.end("half"), Decimal("0.5"))
    if time is not None:
        yield Part(match.start(), time.end, time.value, time.unit, "half", noun=time.noun)


_QUARTER_HOURS = {"一": "0.010417", "两": "0.020833", "三": "0.03125"}


def _quarter_hours(match: Match) -> Built:
    yield Part(match.start(), match.end(), Decimal(_QUARTER_HOURS[match["count"]]), "duration_day", "half", noun="刻钟")


_ZH_BASE = r"(?:[十百千]?万万?|[十百千佰仟]|[一二三四五六七八九]?十[一二三四五六七八九]?|[二两三四五六七八九]|\d{1,3})"
CHINESE_RULES: tuple[Rule, ...] = (
    rule(
        "半|腰斩|对折",
        r"(?<![一二三四五六七八九十上下])一半(?!径)|半数|过半|减半|腰斩|对半|对折|(?<![上下前后])近半(?!年|月|天|个|小)|(?:不足|不到|超|逾)半(?!年|月|天|个|小|数)",
        fixed("50", "percent", "half"),
    ),
    rule(
        "分",
        rf"(?<![五二三四六七八九])(?P<base>{_ZH_BASE}) *分 *之 *(?P<sign>负)? *(?:(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE})(?!分))"
        rf"(?P<k> ?[kK])?(?:(?:到|至|[-~])(?:[百千]分之)?(?P<high>{CHINESE}|{ARABIC})(?!分之|[年月日天人个次]))?",
        _zh_fraction,
    ),
    rule("番", r"翻了?(?:将近|接近|近|约|了|逾|超过|不止)*(?P<count>[一两二三四五])?番", _turns),
    rule("倍", r"翻了?一?倍|成倍|倍增(?=至|到|长)|加倍|双倍", fixed("2", "times", "doubled")),
    rule("成", r"(?P<tens>[一二两三四五六七八九])成(?P<ones>[一二三四五六七八九])个百分点", _tenths_points),
    rule(
        "成",
        r"(?P<low>[一二两三四五六七八九])(?:到|至|、|[-~])?(?P<high>[二三四五六七八九])成(?![本功为立员果分])",
        _tenths_range,
    ),
    rule("半", r"半(?P<kind>[成折])(?![年功本])", _half_tenth),
    rule(
        "半",
        r"(?<![上下前后大小天年月个时多过夜一二两三四五六七八九十])(?P<half>半)(?:(?P<points>个百分点)|(?=个?[多来]?(?:小时|钟头|月(?!谈|刊)|天(?!时)|年(?!度|报|线)|分钟|星期|日(?!元|本|谈|常))))",
        _half_zh,
    ),
    rule("刻钟", r"(?P<count>[一两三])刻钟", _quarter_hours),
)
