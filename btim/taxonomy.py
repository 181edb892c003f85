"""The four layers and their names, in English and simplified Chinese, as data.

Role: what pools, towers, solution categories and consumer types there are, and what an organisation adds or renames.
Must not know: costs.

Source of the default names: TBM Council, TBM Taxonomy 5.0.1 (names only); the layer names are BTIM's.
"""

import difflib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from btim.errors import DuplicateError, FileError, SchemaError, UnknownReferenceError, listed
from btim.files import read_text

LAYERS = ("pool", "tower", "solution", "consumer")
UNMAPPED = "Unmapped"
"""What no rule placed; shown everywhere, never spread."""


@dataclass(frozen=True)
class Element:
    """One name of a layer. `path` leads from the layer's top to its parent; `expenditure` only for sub-pools."""

    layer: str
    name: str
    path: tuple[str, ...] = ()
    zh: str | None = None
    expenditure: str | None = None

    @property
    def level(self) -> int:
        """Depth below the layer: 0 at the top."""
        return len(self.path)


@dataclass(frozen=True)
class Taxonomy:
    """All elements, in the order of their source. `renamed`: layer and former name → the name it has now."""

    elements: tuple[Element, ...]
    source: str
    layer_names: Mapping[str, Mapping[str, str]]
    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def names(self, layer: str) -> tuple[str, ...]:
        """Every name of a layer, at any level, once."""
        return tuple(dict.fromkeys(element.name for element in self.elements if element.layer == layer))

    def at_level(self, layer: str, level: int) -> tuple[Element, ...]:
        """Elements of one level: pools 0, sub-pools 1; tower groups 0, towers 1, sub-towers 2."""
        return tuple(element for element in self.elements if element.layer == layer and element.level == level)

    def label(self, layer: str, name: str, language: str = "en") -> str:
        """Name shown in `en` or `zh`; the name itself where no translation stands."""
        if language == "en":
            return name
        return next((e.zh for e in self.elements if e.layer == layer and e.name == name and e.zh), name)

    def current(self, layer: str, name: str) -> str:
        """The name that a default name has now (the shipped tables speak of default names)."""
        return name if name in self.names(layer) else self.renamed.get((layer, name), name)

    def below(self, layer: str, names: Collection[str]) -> frozenset[str]:
        """These elements and all that stand below them in the layer."""
        wanted = set(names)
        return frozenset(wanted | {e.name for e in self.elements if e.layer == layer and wanted & set(e.path)})

    def check(self, layer: str, name: str, *, file: str | None = None, field: str | None = None) -> None:
        """Accept a name of the layer, at any level, or `Unmapped`.

        Raises:
            UnknownReferenceError: no such name; the nearest ones are offered.
        """
        known = self.names(layer)
        if name == UNMAPPED or name in known:
            return
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        raise UnknownReferenceError(
            f"unknown {layer}",
            file=file,
            field=field or layer,
            value=name,
            remedy=f"did you mean {listed(near)}?" if near else "add it in a taxonomy TOML (inputs.taxonomy)",
        )


@cache
def default_taxonomy() -> Taxonomy:
    """The shipped taxonomy."""
    raw = json.loads(resources.files("btim.data").joinpath("taxonomy.json").read_text(encoding="utf-8"))
    elements = [element for layer in LAYERS for element in _walk(layer, raw["layers"][layer]["tree"], (), raw["zh"])]
    names = {layer: {"en": raw["layers"][layer]["en"], "zh": raw["layers"][layer]["zh"]} for layer in LAYERS}
    return Taxonomy(tuple(elements), raw["source"], names)


def _walk(layer: str, tree: Any, path: tuple[str, ...], zh: Mapping[str, str]) -> Iterator[Element]:
    if isinstance(tree, list):
        yield from (Element(layer, name, path, zh.get(name)) for name in tree)
        return
    for name, below in tree.items():
        if layer == "pool" and name in {"opex", "capex"}:
            yield from (replace(element, expenditure=name) for element in _walk(layer, below, path, zh))
        else:
            yield Element(layer, name, path, zh.get(name))
            yield from _walk(layer, below, (*path, name), zh)


def extended_taxonomy(path: Path, base: Taxonomy | None = None) -> Taxonomy:
    """Apply an organisation's own TOML: `[[add]]` layer, name, parent?, zh?; `[[rename]]` layer, name, to, zh?.

    Raises:
        FileError: not TOML.
        SchemaError: a key is unknown or missing.
        UnknownReferenceError: an unknown layer, parent or name.
        DuplicateError: an added name exists at that place.
    """
    taxonomy = base or default_taxonomy()
    try:
        raw = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"is not valid TOML: {error}", file=str(path), remedy="correct that line") from None
    for key in raw:
        if key not in {"add", "rename"}:
            raise SchemaError("unknown key", file=str(path), field=key, remedy="known: add, rename")
    elements, renamed = list(taxonomy.elements), dict(taxonomy.renamed)
    for item in raw.get("rename", []):
        checked = _checked(item, ("layer", "name", "to", "zh"), 3, path)
        elements = _renamed(elements, checked, path)
        layer, former, now = checked["layer"], checked["name"], checked["to"]
        renamed = {key: now if key[0] == layer and name == former else name for key, name in renamed.items()}
        renamed[layer, former] = now
    for item in raw.get("add", []):
        elements.append(
            _added(elements, _checked(item, ("layer", "name", "parent", "zh", "expenditure"), 2, path), path)
        )
    return replace(
        taxonomy, elements=tuple(elements), source=f"{taxonomy.source}; extended by {path.name}", renamed=renamed
    )


def _checked(item: Mapping[str, Any], keys: tuple[str, ...], needed: int, path: Path) -> dict[str, str]:
    for key in item:
        if key not in keys:
            raise SchemaError("unknown key", file=str(path), field=key, remedy=f"known: {listed(keys)}")
    for key in keys[:needed]:
        if key not in item:
            raise SchemaError("missing key", file=str(path), field=key, remedy="state it")
    if item["layer"] not in LAYERS:
        raise UnknownReferenceError(
            "unknown layer", file=str(path), field="layer", value=item["layer"], remedy=f"use {listed(LAYERS)}"
        )
    return {key: str(value) for key, value in item.items()}


def _added(elements: list[Element], item: Mapping[str, str], path: Path) -> Element:
    layer, name, parent = item["layer"], item["name"], item.get("parent")
    above: tuple[str, ...] = ()
    if parent is not None:
        found = next((e for e in elements if e.layer == layer and e.name == parent), None)
        if found is None:
            raise UnknownReferenceError(
                "unknown parent", file=str(path), field="parent", value=parent, remedy=f"name one of layer {layer}"
            )
        above = (*found.path, found.name)
    if any(e.layer == layer and e.name == name and e.path == above for e in elements):
        raise DuplicateError("exists already", file=str(path), field="name", value=name, remedy="drop it or rename")
    return Element(layer, name, above, item.get("zh"), item.get("expenditure"))


def _renamed(elements: list[Element], item: Mapping[str, str], path: Path) -> list[Element]:
    layer, name, to = item["layer"], item["name"], item["to"]
    if not any(e.layer == layer and e.name == name for e in elements):
        raise UnknownReferenceError(
            "unknown name", file=str(path), field="name", value=name, remedy=f"name one of layer {layer}"
        )
    return [
        _with_name(element, name, to, item.get("zh")) if element.layer == layer else element for element in elements
    ]


def _with_name(element: Element, name: str, to: str, zh: str | None) -> Element:
    path = tuple(to if part == name else part for part in element.path)
    if element.name != name:
        return replace(element, path=path)
    return replace(element, name=to, path=path, zh=zh or element.zh)
