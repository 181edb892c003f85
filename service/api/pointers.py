"""Where in a request an error lies, as an RFC 6901 pointer.

Role: turns the path that a refusal carries (`candidates[0].uses.capex:2027`) into a pointer into the body.
Must not know: what any field means.
"""

import re
from typing import Any

STEP = re.compile(r"\[(\d+)\]$")


def pointer_of(path: str, body: Any = None) -> str:
    """The pointer of a dotted path.

    Keys may hold dots themselves: where `body` is given, the longest key it really has is taken at each step.
    """
    steps: list[str] = []
    rest, here = _steps(path), body
    while rest:
        taken = _longest_key(rest, here)
        step = ".".join(rest[:taken])
        steps.append(step)
        here, rest = _below(here, step), rest[taken:]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _steps(path: str) -> list[str]:
    steps: list[str] = []
    for part in path.split("."):
        indexes: list[str] = []
        while match := STEP.search(part):
            indexes.insert(0, match.group(1))
            part = part[: match.start()]
        steps += ([part] if part else []) + indexes
    return steps


def _longest_key(steps: list[str], here: Any) -> int:
    if not isinstance(here, dict):
        return 1
    return next((size for size in range(len(steps), 0, -1) if ".".join(steps[:size]) in here), 1)


def _below(here: Any, step: str) -> Any:
    if isinstance(here, dict):
        return here.get(step)
    if isinstance(here, list) and step.isdecimal() and int(step) < len(here):
        return here[int(step)]
    return None
