"""The words a label of the gold set may use beside those of `btim.value`, and the short forms that authors type.

Role: closed vocabularies. Must not know: files or offsets.
"""

import re

DIRECTIONS_BY_KIND = {
    "change": frozenset({"up", "down", "flat"}),
    "from_to": frozenset({"up", "down", "flat"}),
    "level": frozenset({"up", "down", "flat", "none"}),
    "share": frozenset({"none", "flat"}),
    "gap": frozenset({"up", "down", "flat"}),
    "ratio": frozenset({"up", "down", "none"}),
    "spend": frozenset({"none", "flat"}),
    "saving": frozenset({"down"}),
    "gain": frozenset({"up"}),
}
UNITS = {
    "pct": "percent",
    "pp": "percentage_point",
    "bp": "basis_point",
    "x": "times",
    "count": "count",
    "day": "duration_day",
    "month": "duration_month",
    "score": "score",
}
CURRENCIES = frozenset(
    re.findall(
        r"[A-Z]{3}",
        "USD GBP EUR CNY TWD HKD MOP SGD JPY KRW AUD NZD CAD CHF SEK NOK DKK "
        "INR MYR THB IDR VND PHP ZAR AED PLN BRL MXN",
    )
)
LANGUAGES = frozenset({"en", "zh-Hans", "zh-Hant"})
MULTIPLIERS = {
    "k": "1000",
    "m": "1000000",
    "bn": "1000000000",
    "tn": "1000000000000",
    "千": "1000",
    "万": "10000",
    "百万": "1000000",
    "千万": "10000000",
    "亿": "100000000",
    "万亿": "1000000000000",
}
DAYS_OF = {"s": (1, 86400), "min": (1, 1440), "h": (1, 24), "w": (7, 1)}
