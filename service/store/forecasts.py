"""Forecast runs: what was forecast, from which version of which panel, by which model.

Role: keeps step forecasts and peaks; finds the newest.
Must not know: how a forecast is made.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import desc

from service.store.result_tables import forecast_rows, forecasts, peak_rows
from service.store.scope import Row, Scope


class Forecasts:
    """The organisation's forecasts."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(
        self,
        kind: str,
        header: Mapping[str, Any],
        *,
        steps: Iterable[Mapping[str, Any]] = (),
        peaks: Iterable[Mapping[str, Any]] = (),
    ) -> Row:
        """Keep a run: `forecast`, `peaks` or `cost_outlook`, with its rows of either kind."""
        stamp = self._scope.stamp()
        record = {"refused": [], **header, "id": self._scope.make_id("fct"), "kind": kind, "rows": 0, **stamp.new()}
        self._scope.insert(forecasts, [record])
        written = self._scope.insert(forecast_rows, ({**row, "forecast": record["id"]} for row in steps))
        written += self._scope.insert(peak_rows, ({**row, "forecast": record["id"]} for row in peaks))
        self._scope.update(forecasts, {"rows": written}, id=record["id"])
        return record | {"rows": written}

    def get(self, id_: str) -> Row:
        """A run.

        Raises:
            NotFoundError: the organisation has no such forecast.
        """
        return self._scope.one(forecasts, "forecast", id=id_)

    def latest(self, panel: str, kind: str) -> Row | None:
        """The newest run of a kind for a panel."""
        query = self._scope.select(forecasts, panel=panel, kind=kind).order_by(desc(forecasts.c.sequence))
        return self._scope.first(query)

    def latest_of_tower(self, tower: str) -> Row | None:
        """The newest run that gives peaks of a tower."""
        newest = forecasts.c.id == peak_rows.c.forecast
        same = forecasts.c.organisation == peak_rows.c.organisation
        query = self._scope.select(forecasts, kind="peaks").join(peak_rows, newest & same)
        query = query.where(peak_rows.c.tower == tower).order_by(desc(forecasts.c.sequence))
        return self._scope.first(query)

    def steps(self, id_: str) -> list[Row]:
        """Steps of a run, by series and stamp."""
        query = self._scope.select(forecast_rows, forecast=id_)
        return self._scope.all(query.order_by(forecast_rows.c.unique_id, forecast_rows.c.ds))

    def peaks(self, id_: str, **equal: Any) -> list[Row]:
        """Peaks of a run, by series and window, with these values."""
        query = self._scope.select(peak_rows, forecast=id_, **equal)
        return self._scope.all(query.order_by(peak_rows.c.unique_id, peak_rows.c.window))
