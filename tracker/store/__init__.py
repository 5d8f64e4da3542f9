"""What Tracker keeps, on SQLite or PostgreSQL. Rows, SQL and drivers' errors end here."""

from tracker.store.store import Store, open_store
from tracker.store.values import (
    Applied,
    ConfigInForce,
    Counts,
    EditionHead,
    EditionInput,
    KeptItem,
    KeptMatch,
)

__all__ = [
    "Applied",
    "ConfigInForce",
    "Counts",
    "EditionHead",
    "EditionInput",
    "KeptItem",
    "KeptMatch",
    "Store",
    "open_store",
]
