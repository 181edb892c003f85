"""The language everyone speaks: taxonomy, ledger, allocation, views, and the records exchanged between stages."""

from btim.errors import InputError, WaterlineError

__all__ = ["InputError", "WaterlineError"]
