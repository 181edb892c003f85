"""Names in a ledger: those of rules and lines against the taxonomy, and default names that were given others.

Role: refuse a pool, tower or stage that does not exist, before anything is summed by it.
Must not know: amounts.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from btim.errors import UnknownReferenceError, listed
from btim.import_records import Imported
from btim.ledger_settings import ALLOWED, LedgerSettings
from btim.taxonomy import Taxonomy

LAYER_OF = {"pool": "pool", "sub_pool": "pool", "tower": "tower", "sub_tower": "tower"}
"""Columns whose names the taxonomy knows, and their layer."""


def check_rules(settings: LedgerSettings, taxonomy: Taxonomy) -> None:
    """Refuse a rule that assigns a name which the taxonomy lacks.

    Raises:
        UnknownReferenceError: naming the rule.
    """
    for number, rule in enumerate(settings.rules, start=1):
        for name, value in rule.assign.items():
            layer = LAYER_OF.get(name)
            if layer:
                taxonomy.check(layer, value, file=str(settings.file), field=f"rules[{number}].assign.{name}")


def renamed(imported: Imported, taxonomy: Taxonomy) -> Imported:
    """Default names that the organisation has renamed, under their present names."""
    if not taxonomy.renamed:
        return imported
    frames = {}
    for name in ("groups", "unmapped", "mapped"):
        frame = getattr(imported, name)
        for column, layer in LAYER_OF.items():
            if column in frame:
                now = {each: taxonomy.current(layer, each) for each in frame[column].dropna().unique()}
                frame = frame.assign(**{column: frame[column].map(now).where(frame[column].notna())})
        frames[name] = frame
    return replace(imported, **frames)


def check_places(groups: pd.DataFrame, taxonomy: Taxonomy, file: Path) -> None:
    """Refuse a place of a line that does not exist.

    Raises:
        UnknownReferenceError: naming column and value.
    """
    for column, layer in LAYER_OF.items():
        for value in groups[column].dropna().unique():
            taxonomy.check(layer, value, file=str(file), field=column)
    for column in ("expenditure", "run_grow_transform"):
        known = listed(ALLOWED[column])
        for value in groups[column].dropna().unique():
            if value not in ALLOWED[column]:
                raise UnknownReferenceError(
                    f"unknown {column}",
                    file=str(file),
                    field=column,
                    value=value,
                    remedy=f"use {known}",
                )
