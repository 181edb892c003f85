"""The bank's chart of accounts: how each tower's cost falls on accounts, and the words ledger lines are written with.

Role: fixed tables from which ledger lines and the mapping rules are both made, so that the rules fit the lines.
Must not know: amounts of a month, or what is planted.
"""

from dataclasses import dataclass

CLOUD = "cloud"
"""Not an account: the part of a tower's cost that stands on the provider's bill."""


@dataclass(frozen=True)
class Account:
    """One account: its name, where it belongs in the taxonomy, and its split over run, grow and transform.

    `lines` is how many ledger lines a tower posts on it every month; `phrase` what a line says, `{}` being the
    tower's word; `vendors` who sends the invoice (none for the bank's own staff).
    """

    number: str
    name: str
    pool: str
    sub_pool: str
    expenditure: str
    lines: int
    phrase: str
    vendors: tuple[str, ...]
    run_grow_transform: tuple[float, float, float]


ACCOUNTS = {
    account.number: account
    for account in (
        Account("601000", "Technology salaries", "Staffing", "Internal Labor", "opex", 7,
                "Payroll, {} team", (), (0.78, 0.14, 0.08)),
        Account("602000", "Contract staff", "Staffing", "Staff Augmentation", "opex", 5,
                "Contractors, {} squad", ("Harbour People", "Quillon Staffing", "Ostler & Finch"), (0.5, 0.32, 0.18)),
        Account("611000", "Consulting", "Outside Services", "Consulting", "opex", 4,
                "Advisory, {} programme", ("Tarn Consulting", "Briar & Holt", "Northquay Partners"), (0.2, 0.4, 0.4)),
        Account("612000", "Managed services", "Outside Services", "Managed Services", "opex", 5,
                "Managed {} operations", ("Castellan Services", "Opsway", "Lumen & Daughters"), (0.93, 0.05, 0.02)),
        Account("621000", "Private cloud", "Cloud Services", "Cloud Service Provider", "opex", 5,
                "Private cloud region, {} capacity", ("Alder Cloud",), (0.8, 0.15, 0.05)),
        Account("632000", "Hardware maintenance", "Hardware", "Maintenance & Support", "opex", 4,
                "Maintenance, {} estate", ("Forge Systems", "Kestrel Hardware"), (1.0, 0.0, 0.0)),
        Account("633000", "Hardware lease", "Hardware", "Lease", "opex", 4,
                "Lease instalment, {} equipment", ("Kestrel Hardware", "Anvil Leasing"), (0.9, 0.1, 0.0)),
        Account("641000", "Software licences", "Software & SaaS", "Licensing", "opex", 6,
                "Licence, {} software", ("Palisade Software", "Verity Labs", "Corvus Systems"), (0.85, 0.1, 0.05)),
        Account("642000", "Software maintenance", "Software & SaaS", "Maintenance & Support", "opex", 5,
                "Support contract, {} software", ("Palisade Software", "Corvus Systems"), (1.0, 0.0, 0.0)),
        Account("643000", "SaaS subscriptions", "Software & SaaS", "SaaS", "opex", 5,
                "Hosted {} suite", ("Plainfield SaaS", "Hexagon Desk"), (0.85, 0.1, 0.05)),
        Account("651000", "Data centre rent and power", "Data Center Facilities", "Lease", "opex", 4,
                "Data centre rent and power, {} halls", ("Granite Colocation", "Eastgate Power"), (1.0, 0.0, 0.0)),
        Account("661000", "Carrier lines", "Telecom", "Lease", "opex", 9,
                "Carrier lines, {} service", ("Meridian Telecom", "Blue Strand Carrier"), (1.0, 0.0, 0.0)),
        Account("161000", "Hardware purchased", "Hardware", "Capital", "capex", 4,
                "Purchase, {} equipment", ("Forge Systems", "Kestrel Hardware"), (0.45, 0.4, 0.15)),
        Account("162000", "Software developed", "Staffing", "Internal Labor Capital", "capex", 8,
                "Capitalised build, {} release", (), (0.1, 0.5, 0.4)),
    )
}  # fmt: skip

TOWER_WORD = {
    "Compute": "server and platform",
    "AI Compute": "machine learning",
    "Storage": "storage",
    "Network": "network",
    "Database": "database",
    "Application": "application",
    "Security": "security",
    "End User": "workplace",
}
"""The word that a ledger line uses for its tower, and that the mapping rules look for."""

SUB_TOWER = {
    "Compute": "Servers",
    "AI Compute": "AI Compute",
    "Storage": "Online Storage",
    "Network": "WAN",
    "Database": "Database",
    "Application": "Support & Operations",
    "Security": "Digital Security",
    "End User": "Workspace",
}

TOWER_MIX = {
    "Compute": {"601000": .20, "602000": .04, "612000": .06, "621000": .08, CLOUD: .20, "632000": .06, "633000": .07,
                "641000": .07, "642000": .03, "651000": .09, "161000": .10},
    "AI Compute": {"601000": .20, "611000": .05, CLOUD: .38, "632000": .04, "633000": .08, "641000": .05,
                   "161000": .20},
    "Storage": {"601000": .12, "612000": .06, CLOUD: .30, "632000": .08, "633000": .08, "641000": .06, "651000": .10,
                "161000": .20},
    "Network": {"601000": .16, "612000": .12, CLOUD: .06, "632000": .06, "661000": .44, "161000": .12, "651000": .04},
    "Database": {"601000": .24, "602000": .05, CLOUD: .18, "641000": .26, "642000": .19, "161000": .08},
    "Application": {"601000": .34, "602000": .12, "611000": .08, "612000": .05, CLOUD: .08, "641000": .08,
                    "642000": .05, "643000": .06, "162000": .14},
    "Security": {"601000": .30, "611000": .08, "612000": .16, "641000": .14, "642000": .06, "643000": .16, CLOUD: .06,
                 "161000": .04},
    "End User": {"601000": .18, "612000": .22, "643000": .22, "632000": .06, "633000": .12, "161000": .12,
                 "641000": .08},
}  # fmt: skip
"""How a tower's yearly cost falls on accounts and on the cloud bill; each row sums to 1."""


@dataclass(frozen=True)
class Subscription:
    """A named product that one owner should buy for the whole bank; `annual` in thousands of dollars a buyer."""

    vendor: str
    product: str
    tower: str
    annual: int


SUBSCRIPTIONS = (
    Subscription("Inkwell Software", "Inkwell diagram and whiteboard workplace subscription", "End User", 900),
    Subscription("Tessera Sign", "Tessera electronic signature application subscription", "Application", 2_400),
    Subscription("Lodestar Data", "Lodestar reference data database subscription", "Database", 5_200),
    Subscription("Parrot Speech", "Parrot transcription machine learning subscription", "AI Compute", 1_800),
    Subscription("Vaultline", "Vaultline file backup storage subscription", "Storage", 3_100),
    Subscription("Sentry Gate", "Sentry Gate secrets manager security subscription", "Security", 1_500),
    Subscription("Bramble", "Bramble survey and feedback application subscription", "Application", 700),
    Subscription("Cartwheel", "Cartwheel project tracking workplace subscription", "End User", 1_600),
    Subscription("Moraine Analytics", "Moraine dashboards database subscription", "Database", 4_400),
    Subscription("Skein Integrations", "Skein connectors application subscription", "Application", 2_000),
    Subscription("Glyph OCR", "Glyph text recognition machine learning subscription", "AI Compute", 2_700),
    Subscription("Pebble Monitor", "Pebble application monitoring application subscription", "Application", 3_600),
    Subscription("Outpost Storage", "Outpost object storage subscription", "Storage", 4_100),
    Subscription("Fathom Learning", "Fathom staff training workplace subscription", "End User", 1_200),
)
SUBSCRIPTION_ACCOUNT = "643000"


def mapping_rules() -> list[tuple[dict[str, str], dict[str, str]]]:
    """Match and assign parts of the ledger's mapping rules, in the order in which they are tried."""
    rules = []
    for account in ACCOUNTS.values():
        for tower, word in TOWER_WORD.items():
            match = {"account": f"^{account.number}$", "description": rf"\b{word}\b"}
            assign = {
                "pool": account.pool,
                "sub_pool": account.sub_pool,
                "expenditure": account.expenditure,
                "tower": tower,
                "sub_tower": SUB_TOWER[tower],
            }
            rules.append((match, assign))
    return rules
