"""Scenarios: versioned what-ifs with a parent, which never change once business and technology have signed them.

Role: the states of a scenario and the only statements that change them; answers of the optimiser.
Must not know: what a change means or how it is solved.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import desc

from btim.errors import ConflictError, SchemaError
from service.store.result_tables import recommendations, scenario_versions, scenarios
from service.store.scope import Row, Scope, Stamp

DRAFT, ADOPTED = "draft", "adopted"


class Scenarios:
    """The organisation's scenarios."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(
        self,
        name: str,
        portfolio: str,
        changes: Sequence[str],
        *,
        actor: str,
        parent: str | None = None,
        note: str = "",
    ) -> Row:
        """Begin a scenario on a portfolio, with changes in the optimiser's words.

        Raises:
            ConflictError: no such portfolio or parent in the organisation.
        """
        stamp = self._scope.stamp()
        record = {
            "id": self._scope.make_id("scn"),
            "name": name,
            "version": 1,
            "state": DRAFT,
            "parent": parent,
            "portfolio": portfolio,
            "changes": list(changes),
            "recommendation": None,
            "note": note,
            "signed_business": "",
            "signed_technology": "",
            "adopted_at": None,
            **stamp.new(),
        }
        self._scope.insert(scenarios, [record])
        self._remember(record, actor, stamp)
        return record

    def get(self, id_: str) -> Row:
        """A scenario as it is now.

        Raises:
            NotFoundError: the organisation has no such scenario.
        """
        return self._scope.one(scenarios, "scenario", id=id_)

    def change(self, id_: str, version: int, values: Mapping[str, Any], *, actor: str) -> Row:
        """Change name, note, changes or portfolio of a draft; its recommendation goes when what it answered changed.

        Raises:
            NotFoundError: the organisation has no such scenario.
            ConflictError: it is adopted, or at another version than the one that was read.
            SchemaError: a field that cannot be changed.
        """
        unknown = sorted(set(values) - {"name", "note", "changes", "portfolio"})
        if unknown:
            raise SchemaError("cannot be changed", field=unknown[0], remedy="change name, note, changes or portfolio")
        stamp, record = self._draft(id_, version)
        is_asked_anew = any(values.get(name, record[name]) != record[name] for name in ("changes", "portfolio"))
        new = {**values, "version": version + 1, **stamp.columns()}
        if is_asked_anew:
            new["recommendation"] = None
        self._scope.update(scenarios, new, id=id_, version=version, state=DRAFT)
        self._remember(record | new, actor, stamp)
        return record | new

    def adopt(self, id_: str, version: int, *, business: str, technology: str, actor: str) -> Row:
        """Sign and close a draft that has been solved.

        Raises:
            NotFoundError: the organisation has no such scenario.
            ConflictError: adopted already, at another version, or not solved.
            SchemaError: a signature is missing.
        """
        if not business.strip() or not technology.strip():
            raise SchemaError("both must sign", field="signed_by", remedy="name a person of business and of technology")
        stamp, record = self._draft(id_, version)
        if record["recommendation"] is None:
            raise ConflictError("the scenario has no recommendation yet", value=id_, remedy="solve it first")
        signatures = {"signed_business": business.strip(), "signed_technology": technology.strip()}
        closed = {"state": ADOPTED, "version": version + 1, "adopted_at": stamp.at}
        new = {**signatures, **closed, **stamp.columns()}
        self._scope.update(scenarios, new, id=id_, version=version, state=DRAFT)
        self._remember(record | new, actor, stamp)
        return record | new

    def attach(self, id_: str, version: int, recommendation: str) -> bool:
        """Give a draft the answer to what it asked at a version; False when it asks something else by now."""
        stamp = self._scope.stamp()
        new = {"recommendation": recommendation, **stamp.columns()}
        return self._scope.update(scenarios, new, id=id_, version=version, state=DRAFT) == 1

    def _draft(self, id_: str, version: int) -> tuple[Stamp, Row]:
        stamp = self._scope.stamp()
        record = self.get(id_)
        if record["state"] == ADOPTED:
            raise ConflictError("an adopted scenario never changes", value=id_, remedy="make a child of it")
        if record["version"] != version:
            raise ConflictError(
                "the scenario changed meanwhile",
                field="version",
                value=version,
                remedy=f"it is at {record['version']}: read it again",
            )
        return stamp, record

    def _remember(self, record: Row, actor: str, stamp: Stamp) -> None:
        kept = ("name", "state", "parent", "portfolio", "changes", "recommendation", "note")
        body = {name: record[name] for name in (*kept, "signed_business", "signed_technology")}
        fixed = {"scenario": record["id"], "version": record["version"], "actor": actor, "created_at": stamp.at}
        self._scope.insert(scenario_versions, [{**fixed, "body": body}])


class Recommendations:
    """The organisation's answers of the optimiser."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(self, kind: str, portfolio: str, body: Mapping[str, Any], **facts: Any) -> Row:
        """Keep an answer in the exchange format.

        Args:
            kind: `recommendation` or `frontier`.
            portfolio: id of the portfolio, or "" for a problem sent with the request.
            body: the answer.
            facts: `problem_sha256`, `status`, `objective`, `solver`, `settings`, `job`.
        """
        record = {"id": self._scope.make_id("rec"), "kind": kind, "portfolio": portfolio, "body": dict(body), **facts}
        record |= self._scope.stamp().new()
        self._scope.insert(recommendations, [record])
        return record

    def get(self, id_: str) -> Row:
        """An answer.

        Raises:
            NotFoundError: the organisation has no such recommendation.
        """
        return self._scope.one(recommendations, "recommendation", id=id_)

    def latest(self, portfolio: str, kind: str = "recommendation") -> Row | None:
        """The newest answer for a portfolio."""
        query = self._scope.select(recommendations, portfolio=portfolio, kind=kind)
        return self._scope.first(query.order_by(desc(recommendations.c.sequence)))
