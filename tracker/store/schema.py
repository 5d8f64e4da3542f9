"""Which schema a database has, and bringing it to ours: refused, created, migrated or left alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.store.engine import Database, sqlite_reader, sqlite_writer
from tracker.store.tables import METADATA, SEARCH

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

HEAD = "0003"  # the newest revision; written here so that an open need not import Alembic (0.3 s)
_APPLICATION_ID = 0x54524B52  # "TRKR" in the header of every SQLite file that we made
_MIGRATION_LOCK = 0x54524B52  # PostgreSQL's advisory lock against two processes that migrate at once


def prepare_sqlite(path: Path, *, read_only: bool, busy_seconds: float) -> Database:
    """Check the file without touching it, then open it; a new file appears whole or not at all."""
    if not read_only and not _is_there(path):
        _create(path, busy_seconds)
    revision = _inspected(path, busy_seconds)
    if read_only:
        _refuse_older(str(path), revision)
        return sqlite_reader(path, busy_seconds)
    if revision != HEAD:
        _back_up(path, revision)
    database = sqlite_writer(path, busy_seconds)
    with _closed_on_error(database), database.writing(durable=True) as connection:  # also: may we write?
        if revision != HEAD:
            _migrate(connection)
    return database


def prepare_postgres(database: Database, *, read_only: bool) -> Database:
    """Bring an opened PostgreSQL database to our schema, one process at a time."""
    with _closed_on_error(database):
        with database.reading() as connection:
            revision = _revision(connection, database.place)
        if read_only:
            _refuse_older(database.place, revision)
        elif revision != HEAD:
            with database.writing() as connection:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                _migrate(connection)
    return database


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    return True


def _create(path: Path, busy_seconds: float) -> None:
    # A kill between SQLite's first write and the schema would leave a file that we must refuse later.
    fresh = path.with_name(path.name + ".new")
    try:
        for name in (fresh.name, f"{fresh.name}-wal", f"{fresh.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        fresh.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{path}: cannot be created: {error.strerror}") from error
    database = sqlite_writer(fresh, busy_seconds)
    with _closed_on_error(database), database.writing(durable=True) as connection:
        _migrate(connection)
    database.close()  # the last connection writes the WAL back and removes it
    fresh.rename(path)


def _inspected(path: Path, busy_seconds: float) -> str | None:
    """The revision of a file that is ours; raises StoreError for every other file, and changes none."""
    if not _is_there(path):
        raise StoreError(f"{path}: there is no database yet; `tracker start` or `tracker poll` makes one")
    still = not path.with_name(path.name + "-wal").exists()
    _refuse_what_is_no_file(path, still=still)
    database = sqlite_reader(path, busy_seconds, still=still)
    with database.reading() as connection:
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if application != _APPLICATION_ID:
            raise StoreError(f"{path}: the database of another program; name another file in `database:`")
        if version > int(HEAD):
            raise _newer(str(path), str(version))
        return _revision(connection, str(path))


def _refuse_what_is_no_file(path: Path, *, still: bool) -> None:
    if path.is_dir():
        raise StoreError(f"{path}: a folder; name a file in `database:`")
    try:
        with path.open("rb") as file:
            header = file.read(18)
        size = path.stat().st_size
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    if not header:
        raise StoreError(f"{path}: the file is empty; restore a backup, or delete the file to begin anew")
    # SQLite fills a last page that was cut with zeros, and says nothing. With a WAL that is no fault yet.
    page = int.from_bytes(header[16:18], "big")
    if still and header.startswith(b"SQLite format 3\0") and page > 1 and size % page:
        raise StoreError(f"{path}: the file is damaged: its last page is cut; restore a backup")


def _revision(connection: Connection, place: str) -> str | None:
    """Our revision, None for a database without any of our tables."""
    there = set(sa.inspect(connection).get_table_names())
    ours = {*METADATA.tables, SEARCH}
    if "alembic_version" not in there:
        if there & ours:
            raise StoreError(f"{place}: has tables of another program, {_listed(there & ours)}; use another")
        return None
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if not isinstance(revision, str) or not revision.isdigit():
        raise StoreError(f"{place}: the database of another program; name another in `database:`")
    if int(revision) > int(HEAD):
        raise _newer(place, revision)
    if revision == HEAD and ours - there:
        raise StoreError(f"{place}: damaged, without the table {_listed(ours - there)}; restore a backup")
    return revision


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _newer(place: str, version: str) -> StoreError:
    return StoreError(
        f"{place}: written by a newer Tracker (schema {version}, this one knows {HEAD}); install that version"
    )


def _refuse_older(place: str, revision: str | None) -> None:
    if revision != HEAD:
        raise StoreError(f"{place}: needs a newer schema; run `tracker poll` once")


def _back_up(path: Path, revision: str | None) -> None:
    """Copy an older file beside it, as one state and without its WAL, before a migration touches it."""
    backup = path.with_name(f"{path.name}.schema-{revision or 'none'}.backup")
    unfinished = backup.with_name(backup.name + ".new")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as opened:
            opened.execute("VACUUM INTO ?", (str(unfinished),))
    except sqlite3.Error as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(f"{path}: no backup could be made before the migration: {error}") from error
    unfinished.replace(backup)


def _migrate(connection: Connection) -> None:
    from alembic import command  # costs 0.3 s and is needed once per release
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {int(HEAD)}")


@contextmanager
def _closed_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise
