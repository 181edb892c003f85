"""What was planted, for tests and experiments alone: claims in reports, findings in the ledger, weak projects.

Role: build the record of `OUT-truth.json`; nothing that reads a sample may read it.
Must not know: how anything is found.
"""

import json
from typing import Any

from service.sample.chart import SUBSCRIPTIONS
from service.sample.organisation import COST_CENTRES, SYNTHETIC
from service.sample.plan import MODULES, Plan
from service.sample.projects import PROJECTS
from service.sample.reports import Report, credited


def truth_text(plan: Plan, reports: list[Report]) -> str:
    """The truth of one sample as JSON."""
    record = {
        "synthetic": SYNTHETIC,
        "seed": plan.seed,
        "planted": plan.planted,
        "findings": _findings(plan, reports),
        "low_value_projects": [PROJECTS[place].id for place in plan.weak],
        "tight_resources": [name for name in plan.tight if name != plan.critical],
        "critical_resource": plan.critical,
        "credited": {name: f"{amount:.0f}" for name, amount in sorted(credited(reports).items())},
        "documents": [report.gold() for report in reports],
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _findings(plan: Plan, reports: list[Report]) -> list[dict[str, Any]]:
    reported = credited(reports)
    found: list[dict[str, Any]] = [
        {"kind": "unit_cost_above_benchmark", "layer": "solution", "element": name, "above": above}
        for name, above in sorted(plan.dear.items())
    ]
    found += [
        {"kind": "low_utilisation", "layer": "tower", "element": name, "utilisation": share}
        for name, share in sorted(plan.idle_towers.items())
    ]
    found += [
        {"kind": "low_utilisation", "layer": "solution", "element": name, "utilisation": share}
        for name, share in sorted(plan.idle_solutions.items())
    ]
    found += [
        {
            "kind": "duplicate_purchase",
            "vendor": SUBSCRIPTIONS[place].vendor,
            "description": SUBSCRIPTIONS[place].product,
            "owners": [COST_CENTRES[owner] for owner in owners],
        }
        for place, owners in sorted(plan.duplicates.items())
    ]
    found += [
        {"kind": "cost_outruns_value", "layer": "solution", "element": name}
        for name in sorted(plan.outrun)
        if name in reported
    ]
    for name in plan.dear_modules:
        share, module = max(zip(plan.modules[name], MODULES[name], strict=True))
        planted = {"kind": "dear_module", "layer": "solution", "element": name}
        found.append(planted | {"module": module, "share": round(share, 3)})
    return found
