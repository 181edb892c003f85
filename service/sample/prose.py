"""Hand-written report texts with slots, alternatives and marked claims, and their rendering with exact offsets.

Role: read one text of `prose/`, choose its alternatives, fill its slots, and return the text and the marked claims.
Must not know: which solutions are cast or how large amounts should be; both are passed in.

Markup, one paragraph a line:
    key: value                   front lines, up to the first blank line (`lang`, `title`, `published`, `cast.A`)
    [maybe] … [end]              the paragraphs between stand in some seeds only
    [one] … [or] … [end]         exactly one of the alternatives stands
    {A} {A~} {A.thing} {A.bu}    the cast solution: its name, its short name, what it handles, its business unit
    {x=3.1..9.9/0.1}             a drawn number on that grid, printed; {x} prints it again
    {x=$A*1e6/0.1}               an amount credited to A in units of 1e6, on that grid; x counts those units
    {x=$A*万} {x=$A*萬}          the same in Chinese, 万 or 亿 as it is long; x counts dollars
    [[words||metric kind direction status unit target key=value…]]
                                 a claim: the words between are its evidence; target is a role or `-`
    [[words||risk id]]           a sign of one of the contract's six risks
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

SLOT = re.compile(r"\{([^{}]+)\}")
CLAIM = re.compile(r"\[\[(.+?)\|\|(.+?)\]\]", re.DOTALL)
MONEY_SLOT = re.compile(r"\{(\w+)=\$(\w)\*(?:([\d.e]+)/([\d.]+)|([万萬]))\}")
GRID_SLOT = re.compile(r"(\w+)=(-?[\d.]+)\.\.(-?[\d.]+)/([\d.]+)")
UNITS = {
    "pct": "percent", "pp": "percentage_point", "bp": "basis_point", "times": "times", "money": "money",
    "count": "count", "day": "duration_day", "month": "duration_month", "score": "score",
}  # fmt: skip
STATUS = {"real": "realised", "plan": "planned", "neg": "negated", "hyp": "hypothetical"}


@dataclass(frozen=True)
class Script:
    """One text as written: its front lines and its body."""

    name: str
    front: dict[str, str]
    body: str

    @property
    def cast(self) -> dict[str, list[str]]:
        """Roles and the solutions that may play them."""
        return {key[5:]: value.split() for key, value in self.front.items() if key.startswith("cast.")}


@dataclass
class Rendering:
    """A text being filled: what is written so far, the numbers drawn, the claims and risks found."""

    text: str = ""
    numbers: dict[str, Decimal] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    risks: list[dict[str, Any]] = field(default_factory=list)


def parse_script(name: str, source: str) -> Script:
    """Split front lines from the body."""
    head, _, body = source.partition("\n\n")
    front = dict(part.split(": ", 1) for part in head.split("\n"))
    return Script(name, front, body.strip("\n"))


def choose_alternatives(body: str, draw: np.random.Generator) -> str:
    """Resolve `[one]` and `[maybe]` blocks; what is left are the paragraphs that stand."""
    kept: list[str] = []
    branches: list[list[str]] | None = None
    for line in body.split("\n"):
        if line in {"[one]", "[maybe]"}:
            branches = [[]] if line == "[one]" else [[], []]
            target = branches[-1] if line == "[one]" else branches[0]
        elif line == "[or]" and branches is not None:
            branches.append([])
            target = branches[-1]
        elif line == "[end]" and branches is not None:
            kept += branches[int(draw.integers(0, len(branches)))]
            branches = None
        elif branches is not None:
            target.append(line)
        else:
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def credited_roles(body: str) -> list[str]:
    """Role of every amount slot, in the order of the text: who is to be credited with how many amounts."""
    return [match.group(2) for match in MONEY_SLOT.finditer(body)]


def render(
    body: str,
    words: Callable[[str], str],
    solutions: dict[str, str],
    amounts: list[float],
    draw: np.random.Generator,
) -> Rendering:
    """Fill every slot and mark every claim.

    `words` gives the text of a name slot (`A`, `A~`, `A.thing`, `A.bu`); `solutions` the id a role plays; `amounts`
    the dollars of each `$` slot, in order.
    """
    made = Rendering()
    left = list(amounts)
    place = 0
    for match in CLAIM.finditer(body):
        made.text += _fill(body[place : match.start()], made, words, left, draw)
        start = len(made.text)
        made.text += _fill(match.group(1), made, words, left, draw)
        evidence = [start, len(made.text)]
        if match.group(2).startswith("risk "):
            made.risks.append({"risk": match.group(2).removeprefix("risk "), "evidence": evidence})
        else:
            made.events.append(_event(match.group(2), evidence, made, words, solutions))
        place = match.end()
    made.text += _fill(body[place:], made, words, left, draw)
    return made


def _fill(
    part: str, made: Rendering, words: Callable[[str], str], amounts: list[float], draw: np.random.Generator
) -> str:
    def filled(match: re.Match[str]) -> str:
        slot = match.group(1)
        if money := MONEY_SLOT.fullmatch(match.group(0)):
            name, _, scale, step, han = money.groups()
            if han:
                made.numbers[name], shown = _in_han(amounts.pop(0), han)
                return shown
            made.numbers[name] = _on_grid(amounts.pop(0) / float(scale), step, float(step))
            return _shown(made.numbers[name])
        if grid := GRID_SLOT.fullmatch(slot):
            name, low, high, step = grid.groups()
            made.numbers[name] = _on_grid(float(draw.uniform(float(low), float(high))), step, float(low))
            return _shown(made.numbers[name])
        return _shown(made.numbers[slot]) if slot in made.numbers else words(slot)

    return SLOT.sub(filled, part)


def _on_grid(amount: float, step: str, least: float) -> Decimal:
    grid = Decimal(step)
    return max((Decimal(repr(amount)) / grid).quantize(Decimal(1)) * grid, (Decimal(repr(least)) / grid) // 1 * grid)


def _in_han(dollars: float, han: str) -> tuple[Decimal, str]:
    """Round to three digits or so and write in 万, or in 亿 from a hundred million on."""
    wan = Decimal(round(dollars / 1e4, -1 if dollars < 1e8 else -2)).quantize(Decimal(1))
    wan = max(wan, Decimal(10))
    if wan < 10_000:
        return wan * 10_000, f"{wan}{han}"
    return wan * 10_000, f"{_shown((wan / 10_000).normalize())}{'亿' if han == '万' else '億'}"


def _shown(number: Decimal) -> str:
    return f"{number.normalize():f}" if number == number.to_integral_value() else f"{number:f}"


def _event(
    spec: str, evidence: list[int], made: Rendering, words: Callable[[str], str], solutions: dict[str, str]
) -> dict[str, Any]:
    metric, kind, direction, status, unit, target, *rest = spec.split()
    extra = dict(part.split("=", 1) for part in rest)
    event: dict[str, Any] = {
        "evidence": evidence,
        "solution": None if target == "-" else solutions.get(target, target),
        "metric": metric,
        "kind": kind,
        "direction": direction,
        "value": _number(extra["val"], made),
        "unit": UNITS[unit],
        "currency": extra.get("cur", "USD") if unit == "money" else None,
        "before": _number(extra["before"], made) if "before" in extra else None,
        "after": _number(extra["after"], made) if "after" in extra else None,
        "status": STATUS[status],
        "period": extra["period"].split("/") if "period" in extra else None,
        "business_unit": extra["bu"].replace("_", " ") if "bu" in extra else None,
    }
    if event["business_unit"] and event["business_unit"].startswith("{"):
        event["business_unit"] = words(event["business_unit"].strip("{}"))
    if "per" in extra:
        event["per"] = extra["per"]
    return event


def _number(expression: str, made: Rendering) -> str:
    """Value of `x`, `x*1e6`, `25`, `a-b`: exact, as the contract writes decimals."""
    total: Decimal | None = None
    for term in expression.split("-"):
        product = Decimal(1)
        for factor in term.split("*"):
            product *= made.numbers[factor] if factor in made.numbers else Decimal(factor)
        total = product if total is None else total - product
    return f"{(total or Decimal(0)).normalize():f}"
