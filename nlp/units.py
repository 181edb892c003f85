"""Tables of the quantity grammar: units after a number, counting words, and what only looks like a quantity.

Role: the grammar's vocabulary in one place, as compiled patterns over normalised text (money: `nlp.currencies`, time:
`nlp.durations`, parts and multiples: `nlp.parts`).
Must not know: how matches are combined into quantities.
"""

import re

from nlp.numerals import ARABIC, CHINESE, EN_SCALES, ENGLISH, ONES, TENS, ZH_SCALE

_PART_OF = (
    r"(?:half(?: an?)?|(?:an? |one |three[- ])?quarters?(?: of)? an?|(?:an?|one|two)[ -]thirds? of an?|(?:an? |one |three[- ])quarters?|quarter(?= (?:million|billion)))"
    r"(?=[ -](?:million|billion|trillion|thousand|hundred thousand|hour|day|week|month|year|minute|second|percent|per cent|basis|percentage)\b)"
)
_ARTICLE = r"an?(?= (?:hour|day|week|month|year|minute)s? and (?:an? (?:half|quarter)\b|\d|ten\b|twenty|thirty|forty|fifty|fifteen))"
NUMBER = re.compile(
    rf"(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE})|(?<![A-Za-z])(?:(?P<part>{_PART_OF})|(?P<english>{ENGLISH}|{_ARTICLE})(?:(?![A-Za-z])|(?=fold)))|"
    r"(?P<sign>[½¼¾⅓⅔])",
    re.IGNORECASE | re.ASCII,
)
PART_VALUES = (("half", "0.5"), ("three", "0.75"), ("quarter", "0.25"), ("two", "0.666667"), ("third", "0.333333"))
AND_PART = re.compile(
    r" ?(?P<sign>[½¼¾⅓⅔])| and (?:(?P<half>(?:an? |one )half)|(?P<quarter>(?:an? |one )quarter)|(?P<three>three[- ]quarters))"
    r"(?! of (?:the|our|all|its))",
    re.IGNORECASE | re.ASCII,
)
VAGUE = re.compile(r"[多余几来](?= ?[十百千]?[万亿])")
MORE_SCALE = re.compile(
    r" ?(?P<number>\d{1,3}(?:,\d{3})+|\d{1,4}|[一二两三四五六七八九](?:[十百千][一二两三四五六七八九]?){0,3}) ?[多余几来]?(?P<scale>[千百十]?[万亿]|[百千])(?![克瓦卡伏赫米]|分[之点])"
)
"""The next part of an amount whose scale is already named: 1亿2,500万, 5亿4千万, 3万5千."""
TO_CHINESE = re.compile(rf"(?:到|至|[-~])(?P<high>{CHINESE})")
SCALE = re.compile(
    rf"(?P<zh> ?(?:{ZH_SCALE})(?!克|瓦|卡|伏|赫|位|比特|字节|米|安|焦|分[之点]))|"
    rf"(?P<en>(?: |-)?(?:{'|'.join(sorted((s for s in EN_SCALES if len(s) > 2), key=len, reverse=True))})\b(?: crores?\b)?|"
    rf" ?(?:mn|mm|bn|tn|m|b|k)(?![A-Za-z²³]))",
    re.IGNORECASE | re.ASCII,
)
PERCENTAGE_POINT = re.compile(
    r" {0,3}-?(?:percentage[ -]?points?|per ?cent[ -]points?|% ?-?points?|%pts?\b|p\.p\.|(?<=\d)pt(?![A-Za-z])|pp(?:ts?|s)?(?![A-Za-z])|ppts?\b|"
    r"个? *百 *分 *点|个点(?![一位名])|个?pct(?![A-Za-z])(?<=[\d.]pct))",
    re.IGNORECASE | re.ASCII,
)
BASIS_POINT = re.compile(r" ?-?(?:bps?(?![A-Za-z])|basis[ -]points?|个?基点)", re.IGNORECASE | re.ASCII)
PERCENT = re.compile(
    r" {0,2}-?(?:%|percent(?:age|s)?(?![A-Za-z])|per cents?(?![A-Za-z])|pct(?![A-Za-z])|pc(?<=\dpc)(?![A-Za-z])|个?巴仙)",
    re.IGNORECASE | re.ASCII,
)
TENTHS = re.compile(
    r" ?(?:割|成(?:(?=本(?:来|身))|(?![本功为立员果交长熟效都型绩品就套语败因份形千百]|人(?!士?[左右])|分(?!析))))"
    r"(?: ?(?P<tail>[一二三四五六七八九半])(?![个年月成十百千万亿]))?"
)
DISCOUNT = re.compile(r" ?折(?![旧算合扣叠磨腾射损返])")
TIMES = re.compile(
    r" ?(?:倍(?![增数率频速])(?P<half>半)?|[x×](?![A-Za-z\d]|-)|-? ?fold(?![A-Za-z])|times over\b|"
    r"times (?=(?:as|more|faster|higher|lower|the|better|greater|larger|quicker|that|its|their|what|returns?|longer|bigger|cheaper|"
    r"fewer|less|our|last)\b))",
    re.IGNORECASE | re.ASCII,
)
PER_MILLE = re.compile(r" ?‰")
SCORE = re.compile(
    r" ?(?:分(?![之钟公行部析类布配店支别享发级为散成子项批段解外期拣销红包开拆流])|points?(?![A-Za-z])|pts(?![A-Za-z])|out of (?:5|10|100|five|ten)\b|/ ?(?:5|10|100)(?![\d.])|stars?\b)",
    re.IGNORECASE | re.ASCII,
)
COUNT_ZH = re.compile(
    r" ?(?P<noun>个|名|人|次|笔|件|张|份|台|吨|千瓦时|千瓦|兆瓦时|度|户|家|单|项|起|宗|位|条|款|套|辆|艘|架|座|间|例|岗位|席|公里|平方米|箱|包|票|核|辆次|公斤|千克|升|立方米|万片|片|册|株|组|路|节|床|班|趟|车次|人次|航次|笔单|度电|千伏安|兆赫|兆位元|兆瓦|赫兹|吨标煤|千卡|页|封|通|部|门|批|道|处|小时|TB|GB|PB)",
)
COUNT_EN = re.compile(
    r"[ -]?(?P<unit>kWh|MWh|GWh|TWh|kW|MW|GW|GB|TB|PB|MB|km|kg|mg|ha|m²|m³|m2|m3|kt|CO2e?|Mbit/s|GPUs?|TPS|ppm)(?![A-Za-z])|"
    r"[ -](?P<noun>[A-Za-z][A-Za-z-]*)|(?P<tonnes>(?<=\d)t)(?![A-Za-z])"
)
_GOES_ON = (
    r"(?![\d%]|[.,]\d| ?(?:%|per ?cent|percent|points?\b|pp\b|bps?\b|basis|million|billion|bn\b|m\b|k\b|hours?\b|days?\b|weeks?\b|"
    r"months?\b|minutes?\b|seconds?\b))"
)
NUMBERED = frozenset(
    [
        "step",
        "steps",
        "phase",
        "phases",
        "tier",
        "tiers",
        "level",
        "levels",
        "section",
        "sections",
        "chapter",
        "chapters",
        "appendix",
        "annex",
        "figure",
        "figures",
        "table",
        "tables",
        "item",
        "items",
        "no",
        "no.",
        "nos.",
        "wave",
        "sprint",
        "mod",
        "block",
        "batch",
        "cohort",
        "mark",
        "mk",
        "schedule",
        "release",
        "version",
        "stage",
        "gate",
        "windows",
        "iso",
        "iec",
        "rfc",
        "article",
        "page",
        "slide",
        "week",
        "month",
        "type",
        "grade",
        "band",
        "building",
        "unit",
        "room",
        "horizon",
        "scope",
        "line",
        "decision",
        "issue",
        "option",
        "recommendation",
        "workstream",
        "milestone",
        "tranche",
        "package",
        "lot",
        "lots",
        "rank",
        "ranked",
        "ranking",
        "top",
        "part",
        "exhibit",
        "note",
        "question",
        "basel",
        "web",
        "industry",
        "sox",
        "pci",
        "priority",
        "severity",
        "sev",
        "p",
    ]
)
"""Words that number a thing: the figure after them counts nothing."""
NUMBERING = re.compile(rf"\d+(?:\.\d+)*{_GOES_ON}", re.IGNORECASE | re.ASCII)
BEFORE_NUMBER = re.compile(r"([A-Za-z]+\.?)[ -]?\Z", re.ASCII)
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]+)+", re.ASCII)
START = re.compile(
    r"[A-Za-z]+|[\d½¼¾⅓⅔零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]|\.\d|(?<=[上近逾破])[万亿]", re.ASCII
)
"""Where a numeral may begin: a Latin word, a digit or a Chinese digit."""
NUMERAL_WORDS = frozenset(
    [*ONES, *TENS, "a", "an", "half", "quarter", "quarters", "third", "thirds", "dozen", "hundred"]
)


NOT_QUANTITY = re.compile(
    r"https?://\S{1,300}|\[\d{1,3}\](?!\d)|(?<=[。；])\d{1,2}\.(?=[\u3400-\u9fff])|\b10-[KQ]\b|(?<![\d:.,])\d{1,2}:\d(?![\d:.])|www\.\S{1,300}|"
    r"\bv\d+(?:\.\d+)*\b|(?<![A-Za-z])[TD]\+\d+|\b\d+(?:st|nd|rd|th)\b|\b24 ?[/x×*] ?7\b|7 ?[x×*] ?24|(?<![A-Za-z\d])\d{1,2}:\d{2}(?::\d{2})?(?![hH\d])|"
    r"第 ?[\d一二三四五六七八九十]+ ?[^\d\s]?|(?<![一二三四五六七八九\d])十[分足](?!之|钟)|一成不变|万一|一[些致般定样直起切旦方面同]|一把手|二维码|三方|四大|三大|六大|百分比|百分位|"
    r"\d+ ?[号楼](?!线)|\b\d{2,4}-\d{3,4}-\d{3,4}\b|\+\d{2,3} \d[\d ]{6,}|[A-Za-z]+-\d+(?![\d%.]|,\d)|"
    r"(?m:^[ \t]*(?:[-*#] )?\d{1,2}(?:[.)、](?=\D)|\.\d{1,2}(?=[ \t]+(?:(?-i:[A-Z])[a-z]|[\u3400-\u9fff]))))|(?<![A-Za-z\u3400-\u9fff] )(?<![\w\u3400-\u9fff])[(（](?:[一二三四五六七八九十]{1,2}|\d)[)）]",
    re.IGNORECASE | re.ASCII,
)
SIGN_BEFORE = re.compile(
    r"(?:(?<![\w%)])|(?<=[\u3400-\u9fff]))(?P<sign>[-+±▲▼↑↓△] ?|负|minus |negative |plus )\Z", re.IGNORECASE | re.ASCII
)
UP_SIGNS = frozenset("+▲↑")
GLUED = re.compile(
    r" ?(?:%|percent\b|per cent\b|pp\b|元|[万亿]|个百分点|个点|分(?![之钟公行部析])|小时|天|人|件|次|美元|港元|bps?\b)"
)
"""Units that tell a number glued to a Latin word (GMV1,862万元, NPS62%) from the tail of a code."""
SPACED_REST = re.compile(r"(?<!\d{4})(?: \d{3})+(?![\d.,]\d|\d)")
MANIFOLD = re.compile(
    r" times\b(?! (?:an?|per|each|every|in|on|during|last|this|before|for|daily|weekly|monthly)\b)",
    re.IGNORECASE | re.ASCII,
)
GROWN = re.compile(
    r"\b(?:grew|grown|rose|risen|increased?|multiplied|up|rises|gr[eo]ws?|higher|by|is|was|only|nearly|almost|about|over|than) ?\Z",
    re.IGNORECASE | re.ASCII,
)
PRONOUN = re.compile(
    r"\b(?:the|this|that|each|every|no|any|old|new|good|another|which|last|first|latter|former)\s\Z",
    re.IGNORECASE | re.ASCII,
)
"""Before "one" that stands for a thing, not for a number."""
NUMBER_NEXT = re.compile(r" ?\d")
