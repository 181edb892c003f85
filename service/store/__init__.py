"""What Waterline keeps: transactions of one organisation on SQLite or PostgreSQL, and the repositories in them."""

from service.store.listing import LISTINGS, Filter, Page, Query
from service.store.store import Store, Unit

__all__ = ["LISTINGS", "Filter", "Page", "Query", "Store", "Unit"]
