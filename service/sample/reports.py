"""The sixteen reports of the synthetic bank and the claims planted in them.

Role: cast solutions into the hand-written texts, decide what each is credited with, and render texts and truth.
Must not know: how texts are read back.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from service.sample.lexicon import word
from service.sample.plan import DEAR, Plan, pick, stream
from service.sample.prose import Script, choose_alternatives, credited_roles, parse_script, render

FOLDER = Path(__file__).parent / "prose"
LABEL = {
    "en": "Synthetic sample report: the bank, its people and its figures do not exist.",
    "zh-Hans": "合成样例报告：文中银行、人物与数字均为虚构。",
    "zh-Hant": "合成樣例報告：文中銀行、人物與數字均屬虛構。",
}
PUBLISHED = {"en": "published", "zh-Hans": "发布日期", "zh-Hant": "發布日期"}
WORTH_IT = (1.2, 1.7)
OUTRUN = (0.08, 0.3)
NEVER = 100
"""Head start of the solutions that no report should speak of in a seed: they play only where nobody else can."""


@dataclass(frozen=True)
class Report:
    """One finished report: its file name, language, date, text, and what stands in it to be found."""

    name: str
    lang: str
    published: str
    text: str
    events: list[dict[str, Any]]
    risks: list[dict[str, Any]]

    def gold(self) -> dict[str, Any]:
        """The report as a line of the contract's gold file."""
        return {
            "id": self.name,
            "lang": self.lang,
            "text": self.text,
            "published": self.published,
            "events": self.events,
            "risks": self.risks,
        }


def make_reports(plan: Plan, ledger_cost: dict[str, float]) -> list[Report]:
    """Cast, fill and render all reports; `ledger_cost` is each solution's dollars over the ledger's months.

    What reports credit to a solution sums to more than its cost, or to far less where the plan says it is outrun.
    """
    draw = stream(plan.seed, "reports")
    scripts = [parse_script(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.txt"))]
    casts = _cast(scripts, draw)
    bodies = [choose_alternatives(script.body, draw) for script in scripts]
    owed = [[cast[role] for role in credited_roles(body)] for body, cast in zip(bodies, casts, strict=True)]
    pots = _pots(plan, Counter(name for names in owed for name in names), ledger_cost, draw)
    return [
        _report(script, cast, body, [pots[name].pop() for name in names], draw)
        for script, cast, body, names in zip(scripts, casts, bodies, owed, strict=True)
    ]


def credited(reports: list[Report]) -> dict[str, float]:
    """Dollars that the reports credit to each solution: realised savings and gains."""
    total: dict[str, float] = {}
    for event in (event for report in reports for event in report.events):
        counts = event["status"] == "realised" and event["kind"] in {"saving", "gain"} and event["unit"] == "money"
        if counts and event["solution"] is not None:
            total[event["solution"]] = total.get(event["solution"], 0.0) + float(event["value"])
    return total


def _cast(scripts: list[Script], draw: np.random.Generator) -> list[dict[str, str]]:
    """Let each role be played by one of its solutions, those seldom cast so far first; a few stay out if they can."""
    eligible = sorted({name for script in scripts for names in script.cast.values() for name in names} - {DEAR})
    silent = pick(draw, eligible, int(draw.integers(2, 6)))
    played: Counter[str] = Counter(dict.fromkeys(silent, NEVER))
    casts = []
    for script in scripts:
        cast: dict[str, str] = {}
        for role, names in script.cast.items():
            free = [name for name in names if name not in cast.values()]
            order = sorted(free, key=lambda name: played[name] + float(draw.uniform(0, 1.6)))
            cast[role] = order[0]
            played[order[0]] += 1
        casts.append(cast)
    return casts


def _pots(
    plan: Plan, counts: Counter[str], ledger_cost: dict[str, float], draw: np.random.Generator
) -> dict[str, list[float]]:
    """Split what each solution is to be credited with in all over its amounts."""
    pots = {}
    for name in sorted(counts):
        low, high = OUTRUN if name in plan.outrun else WORTH_IT
        total = ledger_cost[name] * float(draw.uniform(low, high))
        pots[name] = [float(part) * total for part in draw.dirichlet(np.full(counts[name], 12.0))]
    return pots


def _report(script: Script, cast: dict[str, str], body: str, amounts: list[float], draw: np.random.Generator) -> Report:
    lang, published = script.front["lang"], script.front["published"]

    def words(slot: str) -> str:
        return word(cast[slot[0]], slot, lang)

    opening, closing = ("(", ")") if lang == "en" else ("（", "）")
    colon = " " if lang == "en" else "："
    space = " " if lang == "en" else ""
    head = (
        f"# {script.front['title']}{space}{opening}{PUBLISHED[lang]}{colon}{published}{closing}\n\n> {LABEL[lang]}\n\n"
    )
    made = render(body, words, cast, amounts, draw)
    events, risks = (
        [each | {"evidence": [place + len(head) for place in each["evidence"]]} for each in found]
        for found in (made.events, made.risks)
    )
    return Report(f"{script.name}.md", lang, published, head + made.text + "\n", events, risks)
