"""English numbers said without a figure and unit: halves, thirds, one in four, doubled, took a day, 7:20 minutes.

Role: the wordings and their exact values.
Must not know: figures with units after them (`nlp.quantities`), metrics or claims.
"""

from decimal import Decimal

from nlp.durations import clock, rounded, small, time_at
from nlp.numerals import ENGLISH, english
from nlp.wording import Built, Match, Part, Rule, fixed, rule

_ORDINALS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15, "twentieth": 20, "hundredth": 100,
}  # fmt: skip


def _fraction(match: Match) -> Built:
    """Two thirds, a fifth of: per cent, or the number of the unit that follows (a third of a year)."""
    above = small(match["count"].lower()) if match["count"].lower() not in {"a", "an"} else Decimal(1)
    below = _ORDINALS[match["part"].lower().removesuffix("s")]
    if above >= below:
        return
    time = time_at(match.string, match.end(), above / below) if match["unit"] else None
    if time is not None:
        yield Part(match.start(), time.end, time.value, time.unit, "part", noun=time.noun)
    elif not match["unit"]:
        yield Part(match.start(), match.end(), rounded(above * 100 / below), "percent", "part")


def _slash(match: Match) -> Built:
    above, below = Decimal(match["above"]), Decimal(match["below"])
    if above < below:
        yield Part(match.start(), match.end(), rounded(above * 100 / below), "percent", "part")


def _in_every(match: Match) -> Built:
    """One in four, 2 out of 5."""
    part, whole = _whole(match["part"]), _whole(match["whole"])
    if part and whole and part < whole:
        yield Part(match.start(), match.end(), rounded(part * 100 / whole), "percent", "fraction")


def _whole(word: str) -> Decimal | None:
    return Decimal(word.replace(",", "")) if word[0].isdigit() else english(word)


def _coins_of(match: Match) -> Built:
    yield Part(match.start(), match.end(), Decimal(match["number"]), "percent", "fraction")


def _of_number(match: Match) -> Built:
    value = _whole(match["number"])
    if value is not None:
        yield Part(match.start(), match.end(), value, "percent", "fraction")


def _article(match: Match) -> Built:
    """Took a day, within an hour, half a point, a full point below."""
    start = match.start("number")
    if match["points"]:
        half = match["number"].lower().startswith("half")
        value, unit = Decimal("0.5") if half else Decimal(1), "percentage_point" if match["pp"] else "score"
        yield Part(start, match.end("points"), value, unit, "half", weak=unit == "score", noun="points")
        return
    time = time_at(match.string, match.end("number"), Decimal(1))
    if time is not None:
        yield Part(start, time.end, time.value, time.unit, "word", noun=time.noun)


def _clock(match: Match) -> Built:
    hours = match["unit"].lower().lstrip().startswith(("h", "小"))
    first = clock(match["m1"], match["s1"], hours=hours)
    noun = match["unit"].strip(" -").lower()
    if match["m2"] is None:
        yield Part(match.start(), match.end(), first, "duration_day", "digits", noun=noun)
        return
    second = clock(match["m2"], match["s2"], hours=hours)
    yield Part(match.start(), match.end("s1"), first, "duration_day", "digits", noun=noun)
    yield Part(match.start("m2"), match.end(), second, "duration_day", "digits", noun=noun)


_LED = r"by|cut in|in|one|about|around|nearly|almost|over|roughly|than|just|well over|only|is|was|were|are|to|under|below|some|another|for|of|cut|or|a"
_FOLLOWED = (
    r"(?= of\b| less\b| more\b| fewer\b| higher| lower| faster| slower| shorter| longer| cheaper| quicker| to\b| in\b| from\b| since\b| on\b| are\b| were\b| is\b|"
    r" was\b| and\b| down\b| up\b| at\b| by\b| as\b| when\b| over\b| against\b| below\b| above\b| the\b| its\b| after\b| within\b| through\b| during\b| per\b| off\b|"
    r" compared| had\b| have\b| now\b| again\b|[.,;:)|!?\"']|\s*\Z)"
)
_WHOLE = r"two|three|four|five|six|seven|eight|nine|ten|twelve|twenty(?:-five)?|thirty|forty|fifty|a hundred|a thousand|\d{1,3}(?![\d%/-]|[.,]\d)|1,000"
_NO_UNIT = (
    r"(?! ?(?:%|per\b|months?|years?|weeks?|days?|hours?|million|billion|thousand|quarters?|regions?|branches|minutes?|seconds?|cent|pounds|"
    r"steps|points|states|countries|languages|[a-z]+ (?:months|years|weeks|days)))"
)
_TIME_TO = r"(?P<m1>\d{1,2}):(?P<s1>[0-5]\d)"
_ORDINAL_WORDS = "third|fourth|quarters|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|twentieth|hundredth|fifteenth"
ENGLISH_RULES: tuple[Rule, ...] = (
    rule(
        ":",
        rf"(?<![\d:.]){_TIME_TO}(?:(?: to | ?[-–→~] ?|至|到|, was | \(was | from | against )(?P<m2>\d{{1,2}}):(?P<s2>[0-5]\d))?"
        r"(?P<unit>[ -]?(?:minutes?\b|mins?\b|hours?\b|hrs?\b|h(?![A-Za-z])|分钟|小时))",
        _clock,
    ),
    rule("halv", r"\bhalv(?:ed|ing|es?)\b", fixed("50", "percent", "half")),
    rule(
        "half",
        r"\b(?P<count>(?:one )?half)(?: as (?:long|much|many|often|high|big|large|fast|expensive|costly|likely)| again)\b",
        fixed("50", "percent", "half"),
    ),
    rule(
        "half",
        rf"\b(?<!the )(?:{_LED}) (?:a )?(?P<n>half)\b(?! an?\b|-| (?:year|hour|day|month|million|billion|trillion|dozen|point|term|time|percent|per cent))",
        fixed("50", "percent", "half"),
    ),
    rule(
        "half",
        r"(?<!first )(?<!second )(?<!latter )(?<!other )(?<!next )(?<!and a )(?<!this )\bhalf (?:of|the|our|its|their|all|that|this|what|those|these)\b"
        r"(?! (?:the )?year)",
        fixed("50", "percent", "half"),
    ),
    rule(
        _ORDINAL_WORDS,
        r"\b(?P<count>two|three|four|five|six|seven|eight|nine)[ -](?P<part>thirds|quarters|fourths|fifths|sixths|sevenths|eighths|ninths|tenths|"
        r"twelfths|twentieths|hundredths|fifteenths)(?! (?:in a row|running|of (?:20|fy)|ago|later|earlier|of growth))"
        r"(?! (?:of an? )?(?:million|billion|trillion|thousand))(?: of)?(?P<unit> an?(?= (?:hour|day|week|month|year|minute|second)\b))?",
        _fraction,
    ),
    rule(
        _ORDINAL_WORDS,
        r"\b(?P<count>an?|one)[ -](?P<part>third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|twentieth|hundredth|fifteenth)"
        rf"{_FOLLOWED}(?! of an? (?:million|billion|thousand))(?: of)?(?P<unit> an?(?= (?:hour|day|week|month|year|minute|second)\b))?",
        _fraction,
    ),
    rule(
        "quarter",
        rf"\b(?:{_LED}) (?P<n>(?:an?|one) quarter)\b(?!-|ly| (?:of (?:the year|20|fy|an? )|ago|later|earlier|to\b|before|after|in which|when))",
        fixed("25", "percent", "part"),
    ),
    rule(
        "quarter",
        r"\b(?:an?|one) quarter of (?=the |all|our|its|their|those|these|what|every|[a-z]+s\b|staff)(?!the year|an? )",
        fixed("25", "percent", "part"),
    ),
    rule("/", r"(?<![\d/.$£€])(?P<above>[1-9])/(?P<below>[2-9]|10)(?= of |的|以上|左右)(?!\d)", _slash),
    rule(
        "out of| in |of every",
        r"(?<![\d.,$£€:/-])\b(?P<part>one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}(?! out of (?:5|10|100)\b))(?: [a-z]+){0,2} (?:in every|in each|out of(?: every)?|of every) "
        rf"(?P<whole>{_WHOLE}){_NO_UNIT}\b",
        _in_every,
    ),
    rule(
        " in ",
        r"(?<![\d.,$£€:/-])\b(?P<part>one|two|three|[1-5])(?: [a-z]+){0,2} in "
        rf"(?P<whole>{_WHOLE}){_NO_UNIT}\b",
        _in_every,
    ),
    rule(
        " in ",
        rf"\b(?<![\d.])(?P<part>four|five|six|seven|eight|nine|[6-9]) in (?P<whole>ten|twelve|twenty|10|100|a hundred|a thousand){_NO_UNIT}\b",
        _in_every,
    ),
    rule(
        "cents of|cents in|cents out|cents on|pence of|pence in|pence out|p in every",
        r"\b(?P<number>\d{1,2}(?:\.\d)?) ?(?:cents|pence|p) (?:of|in|out of|on) (?:every|each|the) (?:dollar|pound|euro)\b",
        _coins_of,
    ),
    rule(
        "percent|per cent",
        rf"(?<![\d.] )(?<![\d.])\bper ?cents? of (?P<number>\d+(?:\.\d+)?|{ENGLISH})(?![\w%])",
        _of_number,
    ),
    rule(
        "point",
        r"\b(?P<number>an?(?: full| whole| single)?|half a)(?P<points> (?P<pp>percentage )?point)\b(?= (?:below|above|higher|lower|more|less|better|worse|up|down|ahead|"
        r"behind|under|over|short|from|in|on|to|off|each|of)\b|[.,;)]|\s*\Z)(?<!at a point)(?<!to a point)(?<!make a point)(?<!of a point)",
        _article,
    ),
    rule(
        " a | an |one",
        r"\b(?:takes?|took|taken|taking|within|under|nearly|almost|than|about|over|down to|cut to|in|inside|lost|saves?|saved|needed|needs|lasted|lasts|save) (?:just |only |about |nearly )?"
        r"(?P<number>an?|one|a full)(?P<points>\Z(?!\Z))?(?P<pp>\Z(?!\Z))?(?= (?:hour|minute)\b(?! and (?:an?|\d|ten|twenty|thirty|forty|fifty|fifteen)))",
        _article,
    ),
    rule(
        " a |one",
        r"\b(?:takes?|took|taken|taking|within|under|nearly|almost|less than|more than|down to|cut to|inside|lost|saves?|saved|needed|needs|lasted|lasts|save) (?:just |only |about |nearly )?"
        r"(?P<number>an?|one|a full)(?P<points>\Z(?!\Z))?(?P<pp>\Z(?!\Z))?(?= (?:day|week|month|year)\b(?! and (?:an?|\d|ten|twenty|thirty)|-|'s| (?:earlier|later|ago|before)))",
        _article,
    ),
    rule(
        "doubl|twice",
        r"\b(?:more than |nearly |almost )?(?:doubl(?:ed|ing|es?)|twice)\b(?! check|-| digit| (?:an?|per|each|every|daily|weekly|monthly|yearly)\b)",
        fixed("2", "times", "doubled"),
    ),
    rule("tripl|trebl", r"\b(?:tripl(?:ed|ing|es?)|trebl(?:ed|ing|es?))\b", fixed("3", "times", "doubled")),
    rule("quadrupl", r"\bquadrupl(?:ed|ing|es?)\b", fixed("4", "times", "doubled")),
    rule("quintupl", r"\bquintupl(?:ed|ing|es?)\b", fixed("5", "times", "doubled")),
)
