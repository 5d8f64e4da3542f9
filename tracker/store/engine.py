"""The way into a database: one connection that writes, and every driver's error told as one clear line."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from tracker.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Engine

BUSY_SECONDS = 30.0
_READING = "tracker_reading"
_SQLITE = "sqlite:///"
_LONGEST_REASON = 300  # a driver repeats the text that it could not read, however long

# What SQLite's own names for its errors mean for the user, and what to do about them.
_SQLITE_ADVICE = {
    "SQLITE_BUSY": "another process keeps it locked; try again when that has ended",
    "SQLITE_CANTOPEN": "it cannot be opened; check that the folder exists and may be written",
    "SQLITE_CORRUPT": "the file is damaged; restore a backup, or save what is left: sqlite3 FILE .recover",
    "SQLITE_FULL": "the disk is full; make room, nothing was changed",
    "SQLITE_IOERR": "the disk failed or is full; nothing was changed",
    "SQLITE_NOTADB": "the file is not a database; move it away, or name another file in `database:`",
    "SQLITE_READONLY": "it may not be written; check the owner and rights of the file and its folder",
}


class Database:
    """An engine, the words by which messages call it, and its two kinds of transaction."""

    def __init__(self, engine: Engine, place: str, secret: str = "") -> None:
        self.engine = engine
        self.place = place
        self._secret = secret

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction that holds the right to write from its first statement on.

        durable: it must outlive a power cut. On SQLite the others may then be undone, each as a whole
        (synchronous NORMAL): a poll that is lost so is polled again, with the validators of before it.
        """
        with self._told(), self.engine.connect() as connection:
            if durable and self.is_sqlite:
                with _fully_synchronous(connection), connection.begin():
                    yield connection
            else:
                with connection.begin():
                    yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and takes no lock that a writer waits for."""
        with self._told(), self.engine.connect() as connection:
            connection.execution_options(**{_READING: True})
            with connection.begin():
                yield connection

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def tidy(self) -> None:
        """Let SQLite refresh its statistics where they are off, and empty the WAL; else nothing."""
        if not self.is_sqlite:
            return
        with self._told(), self.engine.connect() as connection:
            _pragma(connection, "analysis_limit = 400")  # or it would read whole indexes
            _pragma(connection, "optimize")
            _pragma(connection, "wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(f"{self.place}: {self._without_secret(_reason(error))}") from error

    def _without_secret(self, text: str) -> str:
        return text.replace(self._secret, "***") if self._secret else text


def connect(url: str, *, read_only: bool, busy_seconds: float = BUSY_SECONDS) -> Database:
    """Open the database that `url` names: sqlite:///PATH, or postgresql://USER:PASSWORD@HOST/NAME."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = sqlite_path(parsed)
        return sqlite_reader(path, busy_seconds) if read_only else sqlite_writer(path, busy_seconds)
    return _postgres_database(parsed, read_only=read_only)


def parse_url(url: str) -> URL:
    """The parts of a database URL. Messages never repeat the text: it may hold a password."""
    if url.startswith(_SQLITE):  # a path is taken as it stands, though it holds a ? or a %
        return sa.URL.create("sqlite", database=url.removeprefix(_SQLITE))
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("the database URL cannot be read; write sqlite:///PATH or postgresql://…") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise StoreError(f"databases of the kind {parsed.get_backend_name()!r} are not supported")
    return parsed


def sqlite_file(url: str) -> Path | None:
    """The file of the database that `url` names; None when a server has it."""
    parsed = parse_url(url)
    return sqlite_path(parsed) if parsed.get_backend_name() == "sqlite" else None


def sqlite_path(url: URL) -> Path:
    """The file of an SQLite URL."""
    if not url.database or url.database == ":memory:":
        raise StoreError("the database URL names no file; write sqlite:///PATH")
    return Path(url.database).absolute()


def sqlite_writer(path: Path, busy_seconds: float) -> Database:
    """The one connection that writes and checkpoints; threads take turns.

    SQLite before 3.51.3 can damage a WAL that two connections checkpoint.
    """
    engine = sa.create_engine(
        "sqlite://",
        creator=_opener(f"{path.as_uri()}?mode=rw", _WRITER_PRAGMAS, busy_seconds),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=300,
        hide_parameters=True,  # a feed's URL may hold a password
    )
    sa.event.listen(engine, "begin", _begin)
    return Database(engine, str(path))


def sqlite_reader(path: Path, busy_seconds: float, *, still: bool = False) -> Database:
    """Connections that can neither write nor checkpoint.

    still: nobody else has the file open, so that not even the WAL's index beside it need be made.
    """
    uri = f"{path.as_uri()}?mode=ro{'&immutable=1' if still else ''}"
    engine = sa.create_engine(
        "sqlite://", creator=_opener(uri, (), busy_seconds), poolclass=NullPool, hide_parameters=True
    )
    sa.event.listen(engine, "begin", _begin)
    return Database(engine, str(path))


_WRITER_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "journal_size_limit = 67108864",
    "foreign_keys = ON",
)


def _opener(uri: str, pragmas: Sequence[str], busy_seconds: float) -> Callable[[], sqlite3.Connection]:
    def open_file() -> sqlite3.Connection:
        # `timeout` is SQLite's busy_timeout: it must stand before the first pragma that takes a lock.
        # Without an isolation level the driver begins nothing by itself, so that DDL is rolled back, too.
        opened = sqlite3.connect(
            uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in pragmas:
                opened.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            opened.close()
            raise
        return opened

    return open_file


def _begin(connection: Connection) -> None:
    # A read that turns into a write is refused at once by SQLite, however long the busy_timeout is.
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _fully_synchronous(connection: Connection) -> Iterator[None]:
    # The WAL is one file: its fsync makes all transactions before this one durable as well.
    _pragma(connection, "synchronous = FULL")
    try:
        yield
    finally:
        _pragma(connection, "synchronous = NORMAL")


def _pragma(connection: Connection, text: str) -> None:
    cursor = connection.connection.cursor()  # beside SQLAlchemy, which would begin a transaction first
    cursor.execute(f"PRAGMA {text}")
    cursor.close()


def _postgres_database(url: URL, *, read_only: bool) -> Database:
    named = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    options = "-c timezone=UTC" + (" -c default_transaction_read_only=on" if read_only else "")
    arguments: dict[str, Any] = {"connect_timeout": 10, "options": options}
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=arguments,
        )
    except ImportError as error:
        raise StoreError(
            f"{named}: PostgreSQL needs a driver: pip install 'ai-signal-tracker[postgres]'"
        ) from error
    return Database(engine, str(named), str(url.password or ""))


def _reason(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    name = getattr(cause, "sqlite_errorname", "")
    advice = next((text for key, text in _SQLITE_ADVICE.items() if name.startswith(key)), "")
    said = " ".join(str(cause).split())
    said = said if len(said) <= _LONGEST_REASON else f"{said[:_LONGEST_REASON]}…"
    return f"{said}: {advice}" if advice else said
