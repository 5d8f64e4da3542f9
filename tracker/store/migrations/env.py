"""Runs the revisions on the connection that `tracker.store.schema` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from tracker.store.tables import METADATA, is_ours

# No transaction of its own: the caller's also holds the lock against a second migrator.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_name=is_ours,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
