"""The bank that does not exist: its calendar, business units, towers and the resources that demand is metered on.

Role: fixed facts of the synthetic organisation, shared by all parts of the generator.
Must not know: what is planted for a seed.
"""

from dataclasses import dataclass
from datetime import date

BANK = "Meridian Lantern Bank (synthetic)"
SYNTHETIC = "SYNTHETIC sample data: no such bank, vendor, project or result exists."
CURRENCY = "USD"
MONTHS = 36
FIRST_MONTH = date(2022, 10, 1)
LAST_DAY = date(2025, 9, 30)
ANNUAL_COST_CENTS = 150_000_000_000
"""US$1.5 bn of technology cost a year, in cents."""

BUSINESS_UNITS = (
    "Retail Banking",
    "Payments",
    "Corporate Banking",
    "Markets",
    "Wealth Management",
    "Risk",
    "Operations",
    "Finance",
    "Group Technology",
)

COST_CENTRES = {
    "Retail Banking": "CC-210 Retail Technology",
    "Payments": "CC-220 Payments Technology",
    "Corporate Banking": "CC-230 Corporate Technology",
    "Markets": "CC-240 Markets Technology",
    "Wealth Management": "CC-250 Wealth Technology",
    "Risk": "CC-310 Risk Technology",
    "Operations": "CC-320 Operations Technology",
    "Finance": "CC-330 Finance Technology",
    "Group Technology": "CC-100 Group Infrastructure",
}

LEGAL_ENTITIES = ("MLB Group Services Inc", "MLB N.A.", "MLB Asia Ltd", "MLB Europe SE")

TOWERS = ("Compute", "AI Compute", "Storage", "Network", "Database", "Application", "Security", "End User")


@dataclass(frozen=True)
class Resource:
    """One metered resource of a tower: a series of the demand panel.

    `level` is the mean demand at the end of the history, `profile` the shape of its day, `growth` its trend a year,
    `week` what a weekend day reaches of a working day.
    """

    unique_id: str
    tower: str
    unit: str
    profile: str
    level: float
    growth: float
    week: float
    trading: float = 0.0
    year_end: float = 0.0
    decimals: int = 0


RESOURCES = (
    Resource("compute-vcpu", "Compute", "vCPU", "office", 14_200, 0.14, 0.72, 0.09, 0.10),
    Resource("compute-memory", "Compute", "GiB", "flat", 98_000, 0.16, 0.84, 0.05, 0.08),
    Resource("compute-mainframe", "Compute", "MIPS", "ledger", 21_500, 0.03, 0.62, 0.18, 0.25),
    Resource("ai-gpu", "AI Compute", "GPU", "office", 610, 0.30, 0.80, 0.06, 0.05, 1),
    Resource("ai-gpu-memory", "AI Compute", "GiB", "flat", 31_000, 0.30, 0.80, 0.04, 0.05),
    Resource("ai-inference", "AI Compute", "requests/s", "channel", 8_400, 0.26, 0.92, 0.14, 0.20),
    Resource("storage-iops", "Storage", "kIOPS", "office", 1_450, 0.11, 0.60, 0.15, 0.15, 1),
    Resource("storage-throughput", "Storage", "MB/s", "office", 19_800, 0.12, 0.72, 0.12, 0.14),
    Resource("storage-backup", "Storage", "MB/s", "batch", 7_600, 0.12, 0.88, 0.08, 0.10),
    Resource("network-wan", "Network", "Gbit/s", "office", 186, 0.13, 0.66, 0.06, 0.06, 2),
    Resource("network-internet", "Network", "Gbit/s", "channel", 94, 0.15, 0.95, 0.12, 0.18, 2),
    Resource("network-vpn", "Network", "sessions", "office", 9_200, 0.06, 0.45, 0.03, 0.04),
    Resource("db-transactions", "Database", "tx/s", "channel", 31_500, 0.10, 0.76, 0.18, 0.22),
    Resource("db-connections", "Database", "connections", "office", 44_000, 0.08, 0.72, 0.08, 0.09),
    Resource("db-warehouse", "Database", "slots", "batch", 3_900, 0.15, 0.74, 0.14, 0.22),
    Resource("app-api", "Application", "requests/s", "channel", 26_500, 0.16, 0.86, 0.12, 0.18),
    Resource("app-payments", "Application", "messages/s", "ledger", 5_200, 0.11, 0.55, 0.22, 0.22),
    Resource("app-pricing", "Application", "quotes/s", "market", 17_400, 0.09, 0.35, 0.18, 0.10),
    Resource("app-pods", "Application", "pods", "flat", 11_800, 0.18, 0.86, 0.06, 0.08),
    Resource("security-events", "Security", "events/s", "office", 210_000, 0.18, 0.78, 0.08, 0.10),
    Resource("security-logins", "Security", "requests/s", "channel", 3_350, 0.10, 0.68, 0.14, 0.14),
    Resource("enduser-vdi", "End User", "sessions", "office", 14_800, 0.04, 0.55, 0.03, 0.03),
    Resource("enduser-conferencing", "End User", "participants", "office", 6_100, 0.04, 0.35, 0.02, -0.05),
    Resource("enduser-helpdesk", "End User", "contacts/h", "office", 420, 0.02, 0.45, 0.05, 0.06, 1),
)

MAIN_RESOURCE = {
    "Compute": "compute-vcpu",
    "AI Compute": "ai-gpu",
    "Storage": "storage-throughput",
    "Network": "network-wan",
    "Database": "db-connections",
    "Application": "app-pods",
    "Security": "security-events",
    "End User": "enduser-vdi",
}
"""The resource whose use and capacity stand for a tower in the ledger's volumes."""


def month_starts(count: int = MONTHS) -> list[date]:
    """First days of `count` months from the ledger's first, oldest first."""
    offset = FIRST_MONTH.year * 12 + FIRST_MONTH.month - 1
    return [date((offset + step) // 12, (offset + step) % 12 + 1, 1) for step in range(count)]


def month_label(day: date) -> str:
    """The month as ledgers write it: `2025-09`."""
    return f"{day.year:04d}-{day.month:02d}"
