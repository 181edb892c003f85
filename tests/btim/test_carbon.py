"""Carbon: use times coefficients, by scope and source, conserved to the gram, and published tables read as they are."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from btim.carbon import carbon_view, tower_carbon
from btim.carbon_inputs import CARBON_COLUMNS
from btim.errors import DuplicateError, RuleError, SchemaError, UnknownReferenceError, ValueFormatError
from btim.ledger import Ledger, open_ledger
from btim.ledger_inputs import VOLUME_COLUMNS
from tests.btim.graphs import edge
from tests.btim.ledger_files import gl_row, ledger_of, write_ledger

DRIVERS = "month,from_layer,from,to_layer,to,driver,quantity,basis\n" + "".join(
    f"2025-0{month},tower,Compute,solution,{name},cpu,{share},metered\n"
    for month in (1, 2)
    for name, share in (("shop", 3), ("desk", 1))
)
VOLUMES = (
    "month,layer,element,measure,quantity,unit\n"
    "2025-01,tower,Compute,used,100,vCPU\n2025-02,tower,Compute,used,110,vCPU\n"
)
PLAIN = (
    "element,unit,kwh_per_unit,kg_co2e_per_kwh,scope,source,as_of\n"
    "Compute,vCPU,2.5,0.4,2 location-based,Supplier sheet,2024-12-31\n"
)
HEADER = (
    "element,unit,architecture,utilisation,pue,hours_per_unit,region,instance,server_vcpus,lifetime_hours,share,"
    "scope,source,as_of\n"
)
TABLE_LINE = "Compute,vCPU,Skylake,0.5,1.2,month,north,m5,96,35040,{share},3,CCF,2024\n"
POWER = ",Architecture,Min Watts,Max Watts,GB/Chip\n0,Skylake,0.6,4.0,75\n"
EMBODIED = ",type,additional_memory,total\n0,m5,1,1000.0\n"
GRID = "Region,Location,CO2e (metric ton/kWh),Source\nnorth,Town,0.0004,EPA\nsouth,City,,00077,EEA,\n"


def ledger(folder: Path, **more: str) -> Ledger:
    rows = [gl_row("100.00"), gl_row("132.00", date="2025-02-10"), gl_row("7.00", solution="shop")]
    return open_ledger(write_ledger(folder, rows, inputs={"drivers": DRIVERS, "volumes": VOLUMES, **more}))


def with_tables(folder: Path, lines: str = TABLE_LINE.format(share=""), **more: str) -> Ledger:
    tables = {"power": POWER, "embodied": EMBODIED, "grid": GRID} | more
    return ledger(folder, carbon=HEADER + lines, **tables)


def test_carbon_is_use_times_coefficients_and_flows_like_cost(tmp_path: Path) -> None:
    opened = ledger(tmp_path, carbon=PLAIN)
    assert tower_carbon(opened)["kg_co2e"].tolist() == [Decimal("100"), Decimal("110")]
    frame = carbon_view(opened).set_index("element")
    # January: 7 of 107 USD are the shop's own, so 6.542 kg; of the other 93.458 and of 110 in February it has 3/4
    assert frame["kg_co2e"].to_dict() == {"shop": Decimal("159.135"), "desk": Decimal("50.865")}
    assert frame.loc["shop", "scope"] == "2 location-based"
    assert sum(frame["kwh"]) == Decimal(525)
    assert sum(frame["share"]) == 1


def test_what_no_driver_passes_on_stands_as_unallocated(tmp_path: Path) -> None:
    frame = carbon_view(ledger(tmp_path, carbon=PLAIN), "consumer")
    assert frame[["element", "kg_co2e"]].to_numpy().tolist() == [["Unallocated", Decimal(210)]]


def test_power_grid_and_embodied_tables_are_read_as_published(tmp_path: Path) -> None:
    frame = tower_carbon(with_tables(tmp_path)).query("month == '2025-01'").set_index("scope")
    # 100 vCPUs for 744 h at (0.6 + 0.5 x 3.4) W x 1.2; 1,000 kg over 96 vCPUs and 35,040 h
    assert frame.loc["3", "kwh"] == Decimal("205.344")
    assert frame.loc["3", "kg_co2e"] == Decimal("205.344") * Decimal("0.4")
    assert round(frame.loc["3 embodied", "kg_co2e"], 6) == round(Decimal(1000) / 96 / 35040 * 74400, 6)
    assert frame.loc["3", "source"] == "CCF; power of Skylake; grid north (EPA); embodied m5"


def test_use_is_shared_over_regions(tmp_path: Path) -> None:
    grid = GRID.replace("south,City,,00077,EEA,", "south,City,0.0002,EEA")
    half = TABLE_LINE.format(share="0.5")
    frame = tower_carbon(with_tables(tmp_path, half + half.replace("north", "south"), grid=grid))
    used = frame[(frame["month"] == "2025-01") & (frame["scope"] == "3")]
    assert used["kg_co2e"].tolist() == [Decimal("102.672") * Decimal("0.4"), Decimal("102.672") * Decimal("0.2")]
    with pytest.raises(RuleError, match="shares of Compute"):
        with_tables(tmp_path, half)
    with pytest.raises(DuplicateError):
        with_tables(tmp_path, half * 2)


@pytest.mark.parametrize(
    ("was", "now", "error", "words"),
    [
        ("north", "mars", UnknownReferenceError, "row 2, 'region'.*grid table has no such row"),
        ("Skylake", "Z80", UnknownReferenceError, "row 2, 'architecture'.*power table has no such row"),
        ("m5", "m6", UnknownReferenceError, "row 2, 'instance'"),
        ("0.5,", "50,", ValueFormatError, "row 2, 'utilisation'.*above 1"),
        ("month", "", SchemaError, "row 2, 'hours_per_unit'"),
        ("1.2,", ",", ValueFormatError, "row 2, 'pue'.*blank"),
        (",3,CCF", ",other,CCF", UnknownReferenceError, "row 2, 'scope'.*is no scope"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    tmp_path: Path, was: str, now: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        with_tables(tmp_path, TABLE_LINE.format(share="").replace(was, now, 1))


def test_a_misprinted_grid_factor_is_refused_when_used(tmp_path: Path) -> None:
    misprint = GRID.replace("south,City,,00077,EEA,", "south,City,000077,EEA,")
    with pytest.raises(ValueFormatError, match="factor of south is not plausible"):
        with_tables(tmp_path, TABLE_LINE.format(share="").replace("north", "south"), grid=misprint)


def test_a_region_needs_a_grid_table(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"inputs\.grid"):
        ledger(tmp_path, carbon=HEADER + TABLE_LINE.format(share=""), power=POWER, embodied=EMBODIED)


def test_without_coefficients_there_is_no_carbon(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no carbon coefficients"):
        tower_carbon(ledger(tmp_path))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("provider", "region", "instance", "kilograms"),
    [("aws", "us-east-1", "a1.large", "0.415755"), ("azure", "West Europe", "A2 v2", "0.39000")],
)
def test_the_published_tables_are_read(
    tmp_path: Path, real_data: Path, provider: str, region: str, instance: str, kilograms: str
) -> None:
    carbon = real_data / "carbon"
    tables = {
        "grid": carbon / "data" / f"grid-emissions-factors-{provider}.csv",
        "power": carbon / "output" / f"coefficients-{provider}-use.csv",
        "embodied": carbon / "output" / f"coefficients-{provider}-embodied.csv",
    }
    texts = {name: path.read_text(encoding="utf-8") for name, path in tables.items()}
    line = TABLE_LINE.format(share="").replace("north", region).replace("m5", instance)
    found = with_tables(tmp_path, line.replace("Skylake", "Cascade Lake"), **texts).carbon
    assert found["kg_co2e_per_kwh"].tolist() == [Decimal(kilograms)]
    assert 0 < found["kwh_per_unit"].iloc[0] < Decimal("0.005")
    assert 0 < found["embodied_kg_per_unit"].iloc[0] < Decimal("0.001")


@pytest.mark.real_data
def test_a_misprint_of_a_published_table_is_refused(tmp_path: Path, real_data: Path) -> None:
    grid = (real_data / "carbon" / "data" / "grid-emissions-factors-azure.csv").read_text(encoding="utf-8")
    with pytest.raises(ValueFormatError, match="factor of Finland Central"):
        with_tables(tmp_path, TABLE_LINE.format(share="").replace("north", "Finland Central"), grid=grid)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return open_ledger(write_ledger(tmp_path_factory.mktemp("base"), [gl_row("1.00")]))


line = st.fixed_dictionaries(
    {
        "tower": st.sampled_from(["Compute", "Storage"]),
        "amount": st.integers(-(10**6), 10**9),
        "solution": st.sampled_from(["", "a", "b"]),
        "consumer": st.sampled_from(["", "X"]),
    }
)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    lines=st.lists(line, min_size=1, max_size=6),
    edges=st.lists(edge, max_size=12, unique_by=lambda each: each[:2]),
    used=st.integers(1, 10**6),
)
def test_every_gram_of_a_tower_reaches_someone_or_is_unallocated(
    base: Ledger, lines: list[dict[str, object]], edges: list[tuple[tuple[str, str], tuple[str, str], int]], used: int
) -> None:
    drivers = [("2025-01", *source, *target, "d", float(weight), "metered") for source, target, weight in edges]
    coefficients = [
        ("Compute", "u", Decimal("0.7"), Decimal("0.3"), Decimal("0.01"), False, False, Decimal(1), "2", "s", "d")
    ]
    opened = replace(
        ledger_of(base, lines, drivers),
        volumes=pd.DataFrame([("2025-01", "tower", "Compute", "used", used / 4, "u")], columns=list(VOLUME_COLUMNS)),
        carbon=pd.DataFrame(coefficients, columns=list(CARBON_COLUMNS)),
    )
    emitted = tower_carbon(opened)
    for layer in ("tower", "solution", "consumer"):
        frame = view_or_none(opened, layer)
        if frame is None:
            return
        for scope, sums in emitted.groupby("scope")["kg_co2e"].sum().items():
            grams = int((sums * 1000).to_integral_value())
            assert sum(frame.loc[frame["scope"] == scope, "kg_co2e"]) * 1000 == grams


def view_or_none(opened: Ledger, layer: str) -> pd.DataFrame | None:
    try:
        return carbon_view(opened, layer)
    except RuleError:
        return None
