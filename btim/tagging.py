"""Tags: marks on lines and on elements (`AI Enabled`, `GDPR`, data class, owner) and what carries them.

Role: find the lines and elements that carry a tag, from tags of the lines themselves and a file of element tags.
Must not know: views.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from btim.errors import UnknownReferenceError, listed
from btim.ledger import Ledger
from btim.ledger_registers import TAGGABLE


def tagged_elements(ledger: Ledger, layer: str, wanted: Mapping[str, str]) -> frozenset[str]:
    """Elements of a layer that carry every wanted tag with its value, themselves or through what they stand below."""
    tags = ledger.tags[ledger.tags["layer"] == layer]
    named = [
        set(tags.loc[(tags["tag"] == name) & (tags["value"] == value), "element"]) for name, value in wanted.items()
    ]
    found = [ledger.taxonomy.below(layer, names) for names in named]
    return frozenset.intersection(*found) if found else frozenset()


def with_tags(ledger: Ledger, wanted: Mapping[str, str]) -> Ledger:
    """The ledger of lines that carry every wanted tag, themselves or through one of their elements.

    Raises:
        UnknownReferenceError: no line and no element carries one of the tags with its value.
    """
    chosen = pd.Series(data=True, index=ledger.costs.index)
    for name, value in wanted.items():
        carries = _carries(ledger, name, value)
        if not carries.any():
            raise UnknownReferenceError(
                "no line carries this tag",
                field="tag",
                value=f"{name}={value}",
                remedy=f"known tags: {listed(known_tags(ledger), 12) or 'none; see inputs.tags and keep_tags'}",
            )
        chosen &= carries
    return replace(ledger, costs=ledger.costs[chosen].reset_index(drop=True))


def known_tags(ledger: Ledger) -> list[str]:
    """Every `tag=value` of lines and elements."""
    found = {f"{tag}={value}" for tag, value in ledger.tags[["tag", "value"]].to_numpy().tolist()}
    for text in ledger.costs["tags"].unique():
        found |= {f"{name}={value}" for name, value in _parsed(text).items() if value}
    return sorted(found)


def _carries(ledger: Ledger, name: str, value: str) -> pd.Series:
    costs = ledger.costs
    texts = {text: _parsed(text).get(name) == value for text in costs["tags"].unique()}
    carries: pd.Series = costs["tags"].map(texts).astype(bool)
    for layer in TAGGABLE:
        elements = tagged_elements(ledger, layer, {name: value})
        if elements:
            carries |= costs[layer].isin(elements)
    return carries


def _parsed(text: str) -> dict[str, str]:
    return json.loads(text) if text else {}
