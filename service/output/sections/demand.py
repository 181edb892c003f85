"""The section on demand: which resources will pass what is installed, when, and how sure that is.

Role: peaks and forecasts in words, tables and charts, tightest resources first.
Must not know: models.
"""

from collections.abc import Sequence

import pandas as pd

from service.chain import ChainResult, DemandPart
from service.output.charts.demand import bands, fan_chart, peak_levels
from service.output.formats import MISSING, counted, is_missing, moment, probability, quantity, share
from service.output.page import (
    Block,
    Chart,
    Figure,
    Figures,
    Gallery,
    Section,
    Tone,
    Words,
    kept,
)
from service.output.sections.peaks import LIKELY, WATCH, peaks_table, unit_of_row

ID, TITLE, QUESTION = "demand", "What demand will peak at", "Which resources will run out, when, and how sure is that?"
HOW_MANY = "Resources forecast"
WIDE_CHARTS, OPEN_CHARTS, MOST_CHARTS = 1, 6, 40
_AGGREGATES = ("total:", "any:")


def demand_section(chain: ChainResult) -> Section:
    """The section, or one that says that no demand history was given."""
    part = chain.demand
    if part is None:
        return Section(ID, TITLE, QUESTION, "", missing="No demand history was given (--demand).")
    order = tightest_first(part)
    blocks = [
        demand_figures(part),
        *_galleries(part, order, chain.synthetic),
        peaks_table(part, order),
        _fallbacks(part),
    ]
    return Section(ID, TITLE, QUESTION, demand_words(part), kept(blocks))


def resource_peaks(part: DemandPart) -> pd.DataFrame:
    """Peaks of single resources: without the rows that sum or join a tower's resources."""
    names = part.peaks["unique_id"].astype(str)
    return part.peaks[~names.str.startswith(_AGGREGATES)]


def longest_window(part: DemandPart) -> pd.DataFrame:
    """The resources' peaks over the window that ends last, one row a resource."""
    return resource_peaks(part).sort_values("window_end", kind="stable").groupby("unique_id", sort=False).tail(1)


def tightest_first(part: DemandPart) -> list[str]:
    """Resources by the chance of passing capacity, then by how much of it the 95 % peak takes."""
    last = longest_window(part)
    chance = pd.to_numeric(last["exceedance"], errors="coerce").fillna(-1.0) if "exceedance" in last else -1.0
    ranked = last.assign(_chance=chance, _load=_load(last))
    ranked = ranked.sort_values(["_chance", "_load", "unique_id"], ascending=[False, False, True])
    return [str(name) for name in ranked["unique_id"]]


def _load(peaks: pd.DataFrame) -> pd.Series:
    high = next((level for level in ("q95", "q99", "q90", "q50") if level in peaks.columns), None)
    if high is None or "capacity" not in peaks.columns:
        return pd.Series(0.0, index=peaks.index)
    load = pd.to_numeric(peaks[high], errors="coerce") / pd.to_numeric(peaks["capacity"], errors="coerce")
    return load.fillna(0.0)


def demand_words(part: DemandPart) -> str:
    """The answer in one or two sentences."""
    last = longest_window(part)
    window = str(last["window"].iloc[0]) if len(last) else ""
    known = last[last["exceedance"].notna()] if "exceedance" in last else last.head(0)
    if known.empty:
        return f"Peaks of {counted(len(last), 'resource')} over the next {window}; no installed capacity was given."
    chance = known["exceedance"].astype(float)
    worst, likely = known.loc[chance.idxmax()], int((chance >= LIKELY).sum())
    watch = int(((chance >= WATCH) & (chance < LIKELY)).sum())
    many = f"{likely or 'none'} of {counted(len(known), 'resource')} will more likely than not pass installed capacity"
    more = f", {watch} more may" if watch else ""
    one = f"{worst['unique_id']} is the tightest, with a chance of {probability(worst['exceedance'])}"
    return f"Within {window}, {many}{more}; {one}."


def demand_figures(part: DemandPart) -> Figures:
    """Headline numbers of demand; chances only where a capacity is known."""
    last = longest_window(part)
    window = str(last["window"].iloc[0]) if len(last) else ""
    chance = pd.to_numeric(last.get("exceedance", pd.Series(dtype=float)), errors="coerce").dropna()
    figures = [Figure("Installed capacity", "not given", "forecast", "no chance to pass it can be said", "warn")]
    if len(chance):
        likely, watch = int((chance >= LIKELY).sum()), int(((chance >= WATCH) & (chance < LIKELY)).sum())
        tone: Tone = "bad" if likely else "good"
        figures = [
            Figure("Likely to pass capacity", str(likely), "forecast", f"chance ≥ 50 % within {window}", tone),
            Figure("To watch", str(watch), "forecast", f"chance 5–50 % within {window}", "warn" if watch else ""),
        ]
    figures.append(Figure(HOW_MANY, str(len(last)), "forecast", f"as of {_as_of(last)}"))
    return Figures((*figures, Figure("Calibrated on", *_calibration(last))))


def tightest_figure(part: DemandPart) -> Figure | None:
    """The resource most likely to pass its capacity; None when no capacity is known."""
    last = longest_window(part)
    known = last[last["exceedance"].notna()] if "exceedance" in last else last.head(0)
    if known.empty:
        return None
    worst = known.loc[known["exceedance"].astype(float).idxmax()]
    installed = quantity(worst["capacity"], unit_of_row(worst))
    note = f"{probability(worst['exceedance'])} to pass {installed} in {worst['window']}"
    return Figure("Tightest", str(worst["unique_id"]), "forecast", note)


def _as_of(peaks: pd.DataFrame) -> str:
    return moment(peaks["as_of"].iloc[0]) if "as_of" in peaks and len(peaks) else MISSING


def _calibration(peaks: pd.DataFrame) -> tuple[str, str, str, Tone]:
    if "calibrated" not in peaks or peaks.empty:
        return MISSING, "actual", "the peaks do not say whether they were calibrated", "warn"
    low, high = int(peaks["calibrated"].min()), int(peaks["calibrated"].max())
    if high == 0:
        return "none", "actual", "intervals are not calibrated: treat them as model output", "warn"
    text = counted(low, "window") if low == high else f"{low}–{high} windows"
    return text, "actual", "past windows each interval was checked against", "" if low else "warn"


def _galleries(part: DemandPart, order: Sequence[str], synthetic: bool) -> list[Block | None]:  # noqa: FBT001
    measured, ahead, peaks = _by_name(_measured(part)), _by_name(part.fan), _by_name(part.peaks, "window_end")
    charts = [
        _chart(name, measured[name], ahead[name], peaks[name], wide=place < WIDE_CHARTS, synthetic=synthetic)
        for place, name in enumerate(order[:MOST_CHARTS])
        if name in measured and name in ahead
    ]
    wide, small = charts[:WIDE_CHARTS], charts[WIDE_CHARTS:]
    shown, rest, hidden = small[:OPEN_CHARTS], small[OPEN_CHARTS:], max(len(order) - MOST_CHARTS, 0)
    more = counted(len(rest), "other resource") + (f"; {hidden} more are in the files" if hidden else "")
    return [
        Gallery(_first(part), tuple(wide), note=_legend(part)) if wide else None,
        Gallery("Next in line", tuple(shown), small=True) if shown else None,
        Gallery(more, tuple(rest), folded=True, small=True) if rest else None,
    ]


def _first(part: DemandPart) -> str:
    return "The tightest resource" if tightest_figure(part) else "Resource by resource"


def _legend(part: DemandPart) -> str:
    pairs = bands(part.fan)
    words = " and ".join(share(cover, 0) for _, _, cover in (pairs[:1] + pairs[1:][-1:])[::-1])
    levels = [level[1:] for level in peak_levels(part.peaks)]
    fan = f"Grey: measured. Blue: median{f' with {words} bands' if words else ''} of every step."
    peak = (
        " Right: where the highest value of each window falls: the dot is the median, the bar reaches to 95 %, "
        f"the line to {levels[-1]} %."
        if levels
        else ""
    )
    return fan + peak + " Red: installed capacity. ▼: most likely step of the peak."


def _chart(
    name: str, measured: pd.DataFrame, ahead: pd.DataFrame, peaks: pd.DataFrame, *, wide: bool, synthetic: bool
) -> Chart:
    svg = fan_chart(f"fan:{name}", measured, ahead, peaks, wide=wide, synthetic=synthetic)
    narrow = None
    if wide:
        narrow = fan_chart(f"fan narrow:{name}", measured, ahead, peaks, wide=False, synthetic=synthetic)
    about, chance = peaks.iloc[-1], ""
    statistic = "" if is_missing(about.get("statistic")) else f"{about['statistic']} of each step"
    if not is_missing(about.get("exceedance")):
        chance = f"{probability(about['exceedance'])} to pass in {about['window']}"
    note = " · ".join(word for word in (unit_of_row(about), statistic, chance) if word)
    return Chart(name, svg, "forecast", note, wide, narrow)


def _by_name(frame: pd.DataFrame, by: str = "ds") -> dict[str, pd.DataFrame]:
    ordered = frame.sort_values(by, kind="stable")
    return {str(name): rows for name, rows in ordered.groupby("unique_id", sort=False)}


def _measured(part: DemandPart) -> pd.DataFrame:
    """The measured steps for drawing: a history that came as text is read as numbers and times."""
    moments = part.history["ds"]
    if not pd.api.types.is_datetime64_any_dtype(part.fan["ds"]):
        moments = pd.to_numeric(moments)
    elif not pd.api.types.is_datetime64_any_dtype(moments):
        moments = pd.to_datetime(moments, utc=True).dt.tz_localize(None)
    numbers = pd.to_numeric(part.history["y"], errors="coerce")
    drawn = pd.DataFrame({"unique_id": part.history["unique_id"], "ds": moments, "y": numbers})
    return drawn.dropna(subset=["y"])


def _fallbacks(part: DemandPart) -> Words | None:
    if "fallback" not in part.fan.columns:
        return None
    used = part.fan[part.fan["fallback"].notna()].drop_duplicates("unique_id")
    lines = tuple(f"{row['unique_id']}: {row['model']} was used, {row['fallback']}" for row in used.to_dict("records"))
    return Words(lines, "warn", "Fallbacks: another model was used than asked for") if lines else None
