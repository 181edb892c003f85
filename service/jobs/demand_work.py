"""Demand jobs: the forecast of a panel and the distribution of its peaks.

Role: panel records to forecast records.
Must not know: SQL, models.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

import forecasting
from btim import panel as columns
from btim.errors import InsufficientHistoryError, ValueFormatError, WaterlineError
from btim.tables import read_table
from service.checkpoint_folder import CheckpointFolder
from service.comma_lists import items_of
from service.jobs.plain_values import number, plain, stamp_text, text
from service.jobs.run import Finish, Run
from service.panel_tables import frame_of
from service.store import Unit

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
SEASONS = {"h": "24h,7d", "d": "7d", "m": "12m"}
WINDOWS = {"h": "7d,28d", "d": "7d,28d", "w": "13w", "m": "3m,12m"}
"""What a panel of a step is forecast with where its settings do not say."""
FAN_LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)


def forecast_peaks(run: Run) -> Finish:
    """Forecast a panel at a version: steps over the longest window, and the peak of each window.

    A series that cannot be forecast is named in the record, and the others are answered.

    Raises:
        InputError: a setting cannot be used.
        InsufficientHistoryError: no series can be forecast.
    """
    asked, settings = run.parameters, run.parameters["settings"]
    run.tell(1, "reading the panel")
    with run.reading() as unit:
        rows = list(unit.panels.rows(asked["panel"], asked["version"]))
        sha256 = unit.lists.get("panel_versions", asked["panel"], asked["version"])["sha256"]
    freq, tz = settings.get("freq", "h"), settings.get("tz")
    refused: list[dict[str, Any]] = []
    levels = _levels(settings)

    def note(refusal: WaterlineError) -> None:
        refused.append({"what": str(refusal)})

    peaks, fan = forecasting.peaks_with_fan(
        frame_of(rows, freq=freq, tz=tz),
        freq=freq,
        seasons=items_of(settings.get("season", SEASONS.get(freq, ""))),
        windows=items_of(settings.get("windows", WINDOWS.get(freq, ""))),
        levels=levels,
        fan_levels=FAN_LEVELS,
        totals=bool(settings.get("totals", True)),
        tz=tz,
        effort=settings.get("effort", "standard"),
        events=_calendar(run),
        holidays=items_of(settings.get("holidays", "")),
        on_refusal=note,
        on_progress=run.between(5, 90, "forecasting"),
        store=CheckpointFolder(run.kept_folder),
    )
    if peaks.empty:
        raise InsufficientHistoryError("no series could be forecast", remedy=refused[0]["what"] if refused else None)
    run.tell(95, "keeping the forecast")
    header = {
        "panel": asked["panel"],
        "panel_version": asked["version"],
        "model": f"ensemble, effort {settings.get('effort', 'standard')}",
        "model_version": asked["release"],
        "settings": {**settings, "levels": list(levels), "source_sha256": sha256, **_calendar_told(asked)},
        "as_of": max(stamp_text(stamp) for stamp in peaks[columns.AS_OF]),
        "refused": refused,
        "job": run.job,
    }

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = unit.forecasts.add("peaks", header, steps=step_rows(fan, FAN_LEVELS), peaks=peak_rows(peaks, levels))
        return {"forecast": made["id"], "rows": made["rows"], "refused": len(refused)}

    return finish


def _calendar(run: Run) -> pd.DataFrame | None:
    given = run.parameters.get("calendar")
    return None if given is None else read_table(run.table_file(given["sha256"], given["file"]))


def _calendar_told(asked: Mapping[str, Any]) -> dict[str, str]:
    given = asked.get("calendar")
    return {} if given is None else {"calendar_sha256": given["sha256"]}


def _levels(settings: Mapping[str, Any]) -> tuple[float, ...]:
    try:
        return tuple(float(item) for item in items_of(settings.get("levels", ""))) or LEVELS
    except ValueError:
        raise ValueFormatError(
            "is not a list of numbers", field="levels", value=settings["levels"], remedy="write levels like 0.5,0.95"
        ) from None


def step_rows(fan: pd.DataFrame, levels: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    """Rows of a forecast frame as records."""
    for row in fan.to_dict("records"):
        yield {
            "unique_id": str(row[columns.UNIQUE_ID]),
            "ds": stamp_text(row[columns.DS]),
            "point": number(row[columns.POINT]),
            "mean": number(row[columns.MEAN]),
            "quantiles": _quantiles(row, levels),
            "model": text(row[columns.MODEL]),
            "fallback": text(row[columns.FALLBACK]) or None,
        }


def peak_rows(peaks: pd.DataFrame, levels: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    """Rows of a peaks frame as records; columns that this release does not know go into `more`."""
    texts = (columns.UNIQUE_ID, columns.TOWER, columns.UNIT, columns.STATISTIC, columns.WINDOW, columns.MODEL)
    stamps = (columns.AS_OF, columns.WINDOW_START, columns.WINDOW_END, columns.PEAK_AT)
    numbers = (columns.MEAN, columns.PEAK_AT_PROBABILITY, columns.CAPACITY, columns.EXCEEDANCE)
    known = {*texts, *stamps, *numbers, columns.CALIBRATED, *(columns.quantile_column(level) for level in levels)}
    for row in peaks.to_dict("records"):
        yield {
            **{name: text(row.get(name)) for name in texts},
            **{name: "" if pd.isna(row.get(name)) else stamp_text(row[name]) for name in stamps},
            **{name: number(row.get(name)) for name in numbers},
            "quantiles": _quantiles(row, levels),
            "calibrated": int(row.get(columns.CALIBRATED) or 0),
            "more": plain({name: cell for name, cell in row.items() if name not in known}),
        }


def _quantiles(row: Mapping[Any, Any], levels: tuple[float, ...]) -> dict[str, float | None]:
    return {f"{level:g}": number(row.get(columns.quantile_column(level))) for level in levels}
