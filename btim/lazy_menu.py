"""Menus of packages whose names are imported when first used (PEP 562).

Role: lets a process that needs one small part of a package start without loading the models of the whole.
Must not know: any package. The types of a menu stand in the `__init__.pyi` beside it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_menu(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package: public names by the module that defines them."""

    def found(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(places[name]), name)

    return found
