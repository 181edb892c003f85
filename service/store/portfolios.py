"""Portfolios of candidates, and the catalogue of solutions they and the reports speak of.

Role: keeps problems in the exchange format with every version, and the solutions in force.
Must not know: how a problem is solved.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import desc

from service.store.input_tables import candidates, portfolios, solutions
from service.store.scope import Row, Scope

SHOWN = ("name", "solution", "tower", "category", "business_owner", "technology_owner")


class Portfolios:
    """The organisation's portfolios."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(self, name: str, problem: Mapping[str, Any], sha256: str) -> tuple[Row, bool]:
        """Keep a checked problem (contract `portfolio-problem`) as the next version of its name.

        Returns:
            The portfolio, and whether it is new: an unchanged problem stays the latest version.
        """
        stamp = self._scope.stamp(1 + len(problem["candidates"]))
        last = self.latest(name)
        if last is not None and last["sha256"] == sha256:
            return last, False
        self._scope.update(portfolios, {"latest": False}, name=name, latest=True)
        record = {
            "id": self._scope.make_id("pfl"),
            "name": name,
            "version": 1 if last is None else last["version"] + 1,
            "latest": True,
            "currency": problem["currency"],
            "candidates": len(problem["candidates"]),
            "sha256": sha256,
            "problem": dict(problem),
            **stamp.new(),
        }
        self._scope.insert(portfolios, [record])
        self._scope.insert(
            candidates,
            (
                _candidate(record["id"], position, each) | stamp.columns(position)
                for position, each in enumerate(problem["candidates"], 1)
            ),
        )
        return record, True

    def get(self, id_: str) -> Row:
        """A portfolio with its problem.

        Raises:
            NotFoundError: the organisation has no such portfolio.
        """
        return self._scope.one(portfolios, "portfolio", id=id_)

    def latest(self, name: str | None = None) -> Row | None:
        """The newest version of a name, or of any portfolio."""
        chosen = {} if name is None else {"name": name}
        return self._scope.first(self._scope.select(portfolios, **chosen).order_by(desc(portfolios.c.sequence)))


class Solutions:
    """The organisation's catalogue."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def replace(self, input_: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put a checked catalogue (records of its contract) in force in place of the one before."""
        stamp = self._scope.stamp(max(1, len(records)))
        self._scope.delete(solutions)
        rows = (
            {"id": each["id"], "name": _name(each), "input": input_, "body": dict(each), **stamp.new(position)}
            for position, each in enumerate(records)
        )
        self._scope.insert(solutions, rows)

    def all(self) -> list[Row]:
        """Every solution, by id."""
        return self._scope.all(self._scope.select(solutions).order_by(solutions.c.id))


def _candidate(portfolio: str, position: int, given: Mapping[str, Any]) -> Row:
    shown = {name: given.get(name) or "" for name in SHOWN}
    shown["name"] = shown["name"] or given["id"]
    fixed = {"portfolio": portfolio, "id": given["id"], "position": position}
    return {**fixed, **shown, "mandatory": bool(given.get("mandatory")), "body": dict(given)}


def _name(solution: Mapping[str, Any]) -> str:
    names = solution.get("names") or {}
    return str(names.get("en") or next(iter(names.values()), solution["id"]))
