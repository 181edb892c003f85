"""The words a label of the gold set may use, as the exchange format of value events lists them.

Role: closed vocabularies and the short forms that authors type. Must not know: files or offsets.
"""

METRICS = frozenset(
    [
        "cost_saving",
        "operating_cost",
        "unit_cost",
        "process_cost",
        "technology_spend",
        "revenue",
        "conversion_rate",
        "customer_retention",
        "customer_churn",
        "customer_satisfaction",
        "nps",
        "active_users",
        "market_share",
        "resource_utilisation",
        "capacity",
        "availability",
        "incident_count",
        "response_time",
        "cycle_time",
        "decision_time",
        "delivery_time",
        "automation_rate",
        "productivity",
        "headcount_effort",
        "defect_rate",
        "quality_rate",
        "fraud_loss",
        "risk_loss",
        "compliance_rate",
        "inventory_turnover",
        "employee_satisfaction",
        "adoption_rate",
        "carbon_emission",
        "energy_use",
        "roi",
        "other",
    ]
)
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
STATUSES = frozenset({"realised", "planned", "negated", "hypothetical"})
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
    [
        "USD",
        "GBP",
        "EUR",
        "CNY",
        "TWD",
        "HKD",
        "MOP",
        "SGD",
        "JPY",
        "KRW",
        "AUD",
        "NZD",
        "CAD",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "INR",
        "MYR",
        "THB",
        "IDR",
        "VND",
        "PHP",
        "ZAR",
        "AED",
        "PLN",
        "BRL",
        "MXN",
    ]
)
RISKS = frozenset(
    [
        "leadership_conflict",
        "department_conflict",
        "entrenched_thinking",
        "missing_expertise",
        "missing_organisation",
        "blame_shifting",
    ]
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
