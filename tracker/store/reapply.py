"""Applying newer rules to items that are stored: what they gain is late, and is never announced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.model import Match
from tracker.store.archive import kept_items
from tracker.store.editions import wait_for_recording
from tracker.store.retention import begin_again
from tracker.store.rows import MATCH_COLUMNS, match_values, to_match
from tracker.store.tables import item, match
from tracker.store.values import Applied, KeptItem

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping


def items_after(connection: Connection, item_id: int, since: datetime, limit: int) -> list[KeptItem]:
    """Items beyond a number that were first seen at `since` or later, by number."""
    # `+ 0`: or PostgreSQL would walk the numbers from the first, hoping to meet a young item soon.
    youngest = sa.select(sa.func.min(item.c.id + 0)).where(item.c.first_seen >= since).scalar_subquery()
    query = sa.select(item.c.id).where(item.c.id > item_id, item.c.id >= youngest, item.c.first_seen >= since)
    return kept_items(connection, list(connection.scalars(query.order_by(item.c.id).limit(limit))))


def apply_matches(
    connection: Connection,
    found: Sequence[tuple[int, Sequence[Match]]],
    signals: Collection[str],
    config_hash: str,
    now: datetime,
) -> Applied:
    """Make these items' matches of these signals what the rules find now; see `Store.apply_matches`."""
    wait_for_recording(connection)  # an edition under way has read matches that it will take
    backlog = _backlog(connection, [number for number, _ in found])
    wanted = {
        (number, one.signal): one
        for number, matches in found
        for one in matches
        if number in backlog and one.signal in signals
    }
    there = _there(connection, list(backlog), signals)
    fresh = [
        {
            **match_values(one),
            "item_id": key[0],
            "backlog": backlog[key[0]],
            "late": True,
            "config_hash": config_hash,
            "found_at": now,
        }
        for key, one in wanted.items()
        if key not in there
    ]
    lost = [row["match_id"] for key, row in there.items() if key not in wanted and _is_free(row)]
    if fresh:
        connection.execute(sa.insert(match), fresh)
    if lost:
        connection.execute(sa.delete(match).where(match.c.id.in_(lost)))
        begin_again(connection)
    both = [(row, wanted[key]) for key, row in there.items() if key in wanted and _is_free(row)]
    return Applied(len(fresh), len(lost), _renewed(connection, both, config_hash))


def _backlog(connection: Connection, numbers: Sequence[int]) -> dict[int, bool]:
    """Of the items that exist: whether they are backlog."""
    query = sa.select(item.c.id, item.c.backlog).where(item.c.id.in_(numbers))
    return {row.id: row.backlog for row in connection.execute(query)}


def _there(
    connection: Connection, numbers: Sequence[int], signals: Collection[str]
) -> dict[tuple[int, str], RowMapping]:
    query = sa.select(*MATCH_COLUMNS).where(match.c.item_id.in_(numbers), match.c.signal.in_(list(signals)))
    rows = connection.execute(query).mappings()
    return {(row["match_item_id"], row["match_signal"]): row for row in rows}


def _is_free(row: RowMapping) -> bool:
    """Whether no edition has told of it, so that it may still change."""
    return row["match_edition"] is None


def _renewed(connection: Connection, both: Sequence[tuple[RowMapping, Match]], config_hash: str) -> int:
    """Write new evidence; how many matches have other words now. Other rules may find the same."""
    changes: list[dict[str, Any]] = []
    changed = 0
    for row, one in both:
        before = to_match(row)
        if before == one:
            continue
        changed += replace(before, rule_hash=one.rule_hash) != one
        values = {f"b_{name}": value for name, value in match_values(one).items() if name != "signal"}
        changes.append({"b_id": row["match_id"], "b_config_hash": config_hash, **values})
    if changes:
        connection.execute(_RENEW, changes)
    return changed


_RENEW = (
    sa.update(match)
    .where(match.c.id == sa.bindparam("b_id"))
    .values(
        {
            name: sa.bindparam(f"b_{name}")
            for name in (
                *("score", "rules", "parts", "hits", "rule_hash", "claim", "figures"),
                "config_hash",
            )
        }
    )
)
