"""Tables of the quantity grammar: currencies, durations, counting words, number patterns, and what only looks like a quantity.

Role: the grammar's vocabulary in one place, as compiled patterns over normalised text.
Must not know: how matches are combined into quantities.
"""

import re
from decimal import Decimal

from nlp.numerals import CHINESE, EN_SCALES, ENGLISH, ZH_SCALE

CURRENCY_WORDS = {
    "CNY": "人民币元|人民币|元人民币|renminbi|rmb|yuan|chinese yuan|cny|块钱|块",
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
    "PLN": "兹罗提|zloty|zlotys|pln", "ILS": "新谢克尔|shekels?|ils",
}  # fmt: skip
CURRENCY_SIGNS = {
    "us$": "USD", "u.s.$": "USD", "usd$": "USD", "hk$": "HKD", "nt$": "TWD", "a$": "AUD", "au$": "AUD", "c$": "CAD",
    "ca$": "CAD", "cad$": "CAD", "s$": "SGD", "sg$": "SGD", "nz$": "NZD", "r$": "BRL", "mx$": "MXN", "$": "USD",
    "£": "GBP", "€": "EUR", "¥": "CNY", "₹": "INR", "₩": "KRW", "rm": "MYR", "฿": "THB", "₽": "RUB", "rs.": "INR",
    "₡": "CRC", "₾": "GEL", "₭": "LAK", "₦": "NGN", "₺": "TRY", "₪": "ILS", "₫": "VND", "₱": "PHP", "mxn$": "MXN", "mex$": "MXN",
    "aud$": "AUD", "nzd$": "NZD", "hkd$": "HKD", "sgd$": "SGD", "c $": "CAD", "us $": "USD", "hk $": "HKD",
}  # fmt: skip
CODES = {code.lower(): code for code in CURRENCY_WORDS}
SUBUNITS = {
    "pence": "GBP",
    "penny": "GBP",
    "p": "GBP",
    "cents": "USD",
    "cent": "USD",
    "美分": "USD",
    "角": "CNY",
    "毛": "CNY",
}


def _longest_first(patterns: list[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True))


_WORD_TO_CODE = [
    (re.compile(rf"(?:{words})\Z", re.IGNORECASE), code) for code, words in CURRENCY_WORDS.items()
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
ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?:\.(?=[万亿]))?|\.\d+)"
NUMBER = re.compile(
    rf"(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE})|(?<![A-Za-z])(?P<english>{ENGLISH})(?![A-Za-z])", re.IGNORECASE
)
VAGUE = re.compile(r"[多余几](?= ?[十百千]?[万亿])")
COMPOUND = re.compile(
    r" ?(?P<number>\d[\d,]{0,5}|[一二三四五六七八九][十百千]?[一二三四五六七八九]?[百十千]?) ?(?P<scale>[千百十]?万)(?!分)"
)
SCALE = re.compile(
    rf"(?P<zh> ?(?:{ZH_SCALE})(?!克|瓦|卡|伏|赫|位|比特|字节|米|安|焦|分[之点]))|(?P<en>(?: |-)?(?:{_longest_first([s for s in EN_SCALES if len(s) > 2])})\b|"
    rf" ?(?:mn|mm|bn|tn|m|b|k)(?![A-Za-z²³]))",
    re.IGNORECASE,
)
PREFIX = re.compile(
    rf"(?:(?P<sign>(?<![A-Za-z])(?:{_SIGNS}))|(?<![A-Za-z])(?P<code>{_longest_first(list(CODES))}|RMB|NTD|dollars?|M(?:USD|EUR|GBP|AUD|CAD))|"
    rf"(?P<word>{_longest_first([w for w in _ALL_WORDS if not w[0].isascii() and not w.startswith('块')])}))\s?(?P<minus>[-+])?\s?\Z",
    re.IGNORECASE,
)
MONEY_SUFFIX = re.compile(
    rf" ?(?:(?P<word>{_ZH_WORDS})(?![件石])|(?P<yuan>元)(?!月|旦|年|素|件|老|首|宵|组|数据|宇宙)|(?P<sign>[€£$](?!\d))|"
    rf"-?(?P<en>{_EN_WORDS})(?![A-Za-z])|in (?P<in>us dollars|euros|dollars|pounds)\b)",
    re.IGNORECASE,
)
SUBUNIT = re.compile(r" ?(?P<sub>pence|penny|p|cents?|美分|角|毛)(?![A-Za-z/])", re.IGNORECASE)
PERCENTAGE_POINT = re.compile(
    r" {0,3}-?(?:percentage[ -]?points?|per ?cent[ -]points?|% ?-?points?|%pts?\b|p\.p\.|pp(?:ts?|s)?(?![A-Za-z])|ppts?\b|"
    r"个? *百 *分 *点|个点(?![一位名])|pct(?![A-Za-z])(?<=[\d.]pct))",
    re.IGNORECASE,
)
BASIS_POINT = re.compile(r" ?-?(?:bps?(?![A-Za-z])|basis[ -]points?|个?基点)", re.IGNORECASE)
PERCENT = re.compile(
    r" {0,2}-?(?:%|percent(?:age|s)?(?![A-Za-z])|per cents?(?![A-Za-z])|pct(?![A-Za-z])|个?巴仙)", re.IGNORECASE
)
TENTHS = re.compile(
    r" ?成(?![本功为立员果交长熟效都型绩品就套语败因份形千百]|人(?!士?[左右])|分(?!析))(?P<tail>[一二三四五六七八九半](?![个年月成]))?"
)
DISCOUNT = re.compile(r" ?折(?![旧算合扣叠磨腾射损返])")
TIMES = re.compile(
    r" ?(?:倍(?![增数率频速])|[x×](?![A-Za-z\d]|-)|-? ?fold(?![A-Za-z])|"
    r"times (?=as |more |faster|higher|lower|the |better|greater|larger|quicker|over |that |its |their |what |return|longer|"
    r"bigger|cheaper|fewer|less|return))",
    re.IGNORECASE,
)
PER_MILLE = re.compile(r" ?‰")
DAY = Decimal(1)
DURATIONS: list[tuple[re.Pattern[str], str, Decimal, Decimal]] = [
    (re.compile(rf" ?-?(?:{pattern})", re.IGNORECASE), unit, Decimal(numerator), Decimal(denominator))
    for pattern, unit, numerator, denominator in (
        (r"milliseconds?\b|msecs?\b|ms(?![A-Za-z])|毫秒", "duration_day", 1, 86_400_000),
        (r"seconds?\b|secs?\b|s(?![A-Za-z])|秒钟?", "duration_day", 1, 86_400),
        (r"minutes?\b|mins?\b|分钟|分鐘", "duration_day", 1, 1440),
        (r"hours?\b|hrs?\b|h(?![A-Za-z])|个?(?:小时|钟头)", "duration_day", 1, 24),
        (
            r"(?:working |business |calendar |trading )?days?\b|个?(?:工作[日天]|自然日|交易日|营业日|日历天)|天|日(?!元|圆|均|常|活|志|本|币)",
            "duration_day",
            1,
            1,
        ),
        (r"weeks?\b|wks?\b|个?(?:星期|礼拜)|周(?![年期转边度围密报末到])", "duration_day", 7, 1),
        (r"months?\b|mths?\b|个?月(?!份|报|活|均|度|初|底|末)", "duration_month", 1, 1),
        (
            r"years?\b|yrs?\b|年(?!度|化|均|初|底|末|报|级|期|份|月|前|来|费|轻|龄|利|率|中|终|会|收|节|产)",
            "duration_month",
            12,
            1,
        ),
    )
]
PERSON_TIME = re.compile(
    r" ?-?(?:person|staff|man|labour|labor|work|engineer|analyst|clerk|nurse|operator|driver)[ -](?:hours?|days?|weeks?|months?|years?)\b|"
    r" ?个?(?:人天|人日|人月|人年|人时|人工小时|人工时|工时|人小时|工日|小时人工|个?工作人日|人次)",
    re.IGNORECASE,
)
HALVES = re.compile(r" ?个半(?P<unit>小时|钟头|月|工作日)")
MINUTES_SECONDS = re.compile(
    r" ?(?:分|min\.?|minutes?) ?(?:(?P<half>半)钟?|(?P<seconds>\d{1,2}|[一二三四五六七八九十]{1,3}) ?(?:秒钟?|s(?![A-Za-z])|secs?\b|seconds?\b))",
    re.IGNORECASE,
)
REST_MINUTES = re.compile(
    r" ?(?:and )?(?P<minutes>\d{1,2}|[一二三四五六七八九十]{1,3}) ?(?:分钟?(?![之])|mins?\b|minutes?\b|m(?![A-Za-z]))",
    re.IGNORECASE,
)
REST_SECONDS = re.compile(
    r" ?(?:and )?(?P<seconds>\d{1,2}) ?(?:秒钟?|s(?![A-Za-z])|secs?\b|seconds?\b)|(?<=minute) (?P<bare>\d{2})(?![\d%.])",
    re.IGNORECASE,
)
EFFORT = re.compile("工时|人工小时|人时")
SCORE = re.compile(
    r" ?(?:分(?![之钟公行部析类布配店支别享发级为散成子项批段解外期拣销红包开拆流])|points?(?![A-Za-z])|out of (?:5|10|100)\b|/ ?(?:5|10|100)(?![\d.])|stars?\b)",
    re.IGNORECASE,
)
COUNT_ZH = re.compile(
    r" ?(?P<noun>个|名|人|次|笔|件|张|份|台|吨|千瓦时|千瓦|兆瓦时|度|户|家|单|项|起|宗|位|条|款|套|辆|艘|架|座|间|例|岗位|席|公里|平方米|箱|包|票|核|辆次|公斤|千克|升|立方米|万片|片|册|株|组|路|节|床|班|趟|车次|人次|航次|笔单|度电|千伏安|兆赫|兆位元|兆瓦|赫兹|吨标煤|千卡|页|封|通|部|门|批|道|处|小时|TB|GB|PB)",
)
COUNT_EN = re.compile(
    r"[ -]?(?P<unit>kWh|MWh|GWh|TWh|kW|MW|GW|GB|TB|PB|MB|km|kg|mg|ha|m²|m³|m2|m3|kt|CO2e?|Mbit/s|GPUs?|TPS)(?![A-Za-z])|"
    r"[ -](?P<noun>[A-Za-z][A-Za-z-]*)|(?P<tonnes>(?<=\d)t)(?![A-Za-z])"
)
SPECIAL: list[tuple[re.Pattern[str], str, Decimal, str]] = [
    (re.compile(pattern, re.IGNORECASE), unit, Decimal(value), name)
    for pattern, unit, value, name in (
        (r"(?<![一二三四五六七八九十上下])一半|半数|过半|减半|腰斩|对半|对折", "percent", 50, "half"),
        (r"\b(?:halv(?:ed|ing|es?)|(?:by|cut in|in|one|about|around|nearly|almost|over|roughly|than) half|half of|half the)\b", "percent", 50, "half"),
        (r"翻两番|翻了两番", "times", 4, "doubled"),
        (r"\b(?:three[- ]quarters)(?: of)?\b", "percent", 75, "part"),
        (r"\b(?:by|about|around|nearly|almost|over|roughly|than|is|was|to|in|cut|of|for|another|some|only) (?:a|one) quarter\b(?!-|ly| (?:of (?:the year|20)|ago|later|earlier|to))|\b(?:a|one) quarter of (?=the|all|our|its|their|those|calls|staff|customers|users|cases|orders|spend)", "percent", 25, "part"),
        (r"\btwo[- ]thirds(?: of)?\b", "percent", "66.666667", "part"),
        (r"\b(?:a|one)[- ]third(?: of)?\b(?! (?:party|quarter|year|time))", "percent", "33.333333", "part"),
        (r"\ba tenth(?: of)?\b", "percent", 10, "part"),
        (r"\ba fifth(?: of)?\b|\bone[- ]fifth(?: of)?\b", "percent", 20, "part"),
        (r"\btwo[- ]fifths(?: of)?\b", "percent", 40, "part"),
        (r"\bthree[- ]fifths(?: of)?\b", "percent", 60, "part"),
        (r"\bfour[- ]fifths(?: of)?\b", "percent", 80, "part"),
        (r"\ba twentieth(?: of)?\b", "percent", 5, "part"),
        (r"\bhalf an hour\b|半个?小时|半个?钟头", "duration_day", "0.020833", "half"),
        (r"\b(?:under|about|within|over|nearly|almost|than|took|takes|in|to) an hour\b(?! and)", "duration_day", "0.041667", "half"),
        (r"\bhalf a (?:percentage )?point\b", "percentage_point", "0.5", "half"),
        (r"\bhalf a day\b|半天(?!时)", "duration_day", "0.5", "half"),
        (r"\bhalf a year\b|半年(?!度|报)(?<![上下]半年)", "duration_month", 6, "half"),
        (r"三分之二", "percent", "66.666667", "part"),
        (r"三分之一", "percent", "33.333333", "part"),
        (r"四分之一", "percent", 25, "part"),
        (r"四分之三", "percent", 75, "part"),
        (r"五分之一", "percent", 20, "part"),
        (r"五分之二", "percent", 40, "part"),
        (r"双倍", "times", 2, "doubled"),
        (r"翻了?(?:将近|近|约|了)*一?番|翻了?一?倍|成倍|倍增(?=至|到|长)|加倍", "times", 2, "doubled"),
        (r"\b(?:more than |nearly |almost )?(?:doubl(?:ed|ing|es?)|twice)\b(?! check|-| digit)", "times", 2, "doubled"),
        (r"\b(?:tripl(?:ed|ing|es?)|trebl(?:ed|ing|es?))\b", "times", 3, "doubled"),
        (r"\bquadrupl(?:ed|ing|es?)\b", "times", 4, "doubled"),
    )
]  # fmt: skip
FRACTION_ZH = re.compile(
    rf"(?<![五二三四六七八九])(?P<base>(?:[十百千]?万|[百佰千仟]) *分 *之) *(?P<sign>负)? *(?:(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE}))(?P<k> ?[kK])?"
)
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|\\d{1,2}"
IN_EVERY = re.compile(
    rf"\b(?<![\d.])(?P<part>{_SMALL})(?: [a-z]+){{0,2}} (?:in every|in|out of(?: every)?) (?P<whole>two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|100|a hundred)\b(?! ?(?:%|per|months?|years?|weeks?|days?|hours?|million|thousand|quarters?|regions?|branches|minutes?|cent|pounds|steps|points))",
    re.IGNORECASE,
)
TENTHS_RANGE = re.compile(
    r"(?P<low>[一二两三四五六七八九])(?:到|至|、)?(?P<high>[二三四五六七八九])成(?![本功为立员果])"
)
HALF_TENTH = re.compile(r"半(?P<kind>[成折])(?![年功本])")
WORD_SCALE = re.compile(
    r"\b(?P<part>half|(?:a |one )?quarter|three quarters)(?: a)? (?P<scale>million|billion|trillion) (?P<currency>[a-z.]+(?: dollars?)?)",
    re.IGNORECASE,
)
COINS = re.compile(rf"(?: and)? (?P<number>\d{{1,2}}|{ENGLISH}) ?(?P<coin>cents?|pence|¢)(?![A-Za-z])", re.IGNORECASE)
COINS_ZH = re.compile(
    r"又?(?:(?P<jiao>[一二两三四五六七八九\d])[角毛])?(?:(?P<fen>[一二两三四五六七八九\d])(?:美?分)?)?(?![\d百千万亿%个])"
)
TENTHS_POINTS = re.compile(r"(?P<tens>[一二两三四五六七八九])成(?P<ones>[一二三四五六七八九])个百分点")
SIGN_BEFORE = re.compile(
    r"(?:(?<![\w%)])|(?<=[\u3400-\u9fff]))(?P<sign>[-+±]|负|minus |negative |plus )\Z", re.IGNORECASE
)
NOT_QUANTITY = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+\.\w+|"
    r"\b(?:steps?|phases?|tiers?|levels?|sections?|chapters?|appendix|annex|figures?|tables?|items?|no\.|nos\.|wave|sprint|"
    r"release|version|stage|gate|windows|iso(?:/iec)?|rfc|article|page|slide|week|type|grade|band|building|unit|room|horizon|scope|"
    r"lots?|rank(?:ed|ing)?|top|part|exhibit|note|question|basel|web|industry|sox|pci|priority|severity|sev|p)[ -]?\d+(?:\.\d+)*(?![\d%])|"
    r"\bv\d+(?:\.\d+)*\b|\b\d+(?:st|nd|rd|th)\b|\b24 ?[/x×*] ?7\b|7 ?[x×*] ?24|\d{1,2}:\d{2}(?::\d{2})?|"
    r"第 ?[\d一二三四五六七八九十]+ ?[^\d\s]?|(?<![一二三四五六七八九\d])十[分足](?!之|钟)|一成不变|万一|一[些致般定样直起切旦方面同]|一把手|二维码|三方|四大|三大|六大|百分比|"
    r"\d+ ?[号楼](?!线)|\b\d{2,4}-\d{3,4}-\d{3,4}\b|\+\d{2,3} \d[\d ]{6,}|[A-Za-z]+-\d+(?![\d%.]|,\d)|"
    r"(?m:^[ \t]*(?:[-*#] )?\d{1,2}(?:[.)、](?=\D)|\.\d{1,2}(?=[ \t]+(?:[A-Z][a-z]|[\u3400-\u9fff]))))|(?<![A-Za-z\u3400-\u9fff] )(?<![\w\u3400-\u9fff])[(（](?:[一二三四五六七八九十]{1,2}|\d)[)）]",
    re.IGNORECASE,
)
APPROXIMATE = re.compile(
    r"(?:约|近|将近|大约|大概|超过?|逾|超|不足|不到|至少|最多|接近|高达|达到?|多达|about|around|nearly|almost|over|more than|approximately|"
    r"approx\.?|roughly|some|at least|up to|less than|under|fewer than|circa|c\.|~) ?\Z",
    re.IGNORECASE,
)
