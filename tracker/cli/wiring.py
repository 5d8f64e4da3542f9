"""Makes what commands hand in: paths, the config in force, the store, the clock, the tools of a poll."""

from __future__ import annotations

import os
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker import shipped
from tracker.errors import ConfigError, Place, Problem, TrackerError
from tracker.inforce import InForce as InForce  # commands take it from here
from tracker.inforce import compiled, notice_of

if TYPE_CHECKING:
    from tracker.config.values import Config
    from tracker.daemon.means import Means
    from tracker.edition import Masthead
    from tracker.poll.fetch import Fetcher
    from tracker.poll.poll import Tools
    from tracker.store.store import Store

IN_FORCE = "config-in-force.json"
"""Beside the database: a start with a broken config.yaml finds here what ran last, database included."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where this run's files are: the config as named or found, and the data directory."""

    config: Path
    data: Path

    @property
    def pages(self) -> Path:
        return self.data / "digest"

    @property
    def in_force(self) -> Path:
        return self.data / IN_FORCE


def clock() -> datetime:
    """The time, read here and nowhere else."""
    return datetime.now(UTC)


def places(config: Path | None, data: Path | None) -> Places:
    """Find the config and the data directory; see `tracker --help` for the order."""
    from tracker.config.paths import find_config, find_data, user_config

    try:
        found = find_config(config, os.environ, Path.cwd())
    except FileNotFoundError as error:  # of cwd()
        raise TrackerError("the current folder was deleted; go to another") from error
    try:
        found.stat()
    except FileNotFoundError:
        nor = ", nor a config.yaml in this folder" if found == user_config(os.environ) else ""
        raise _no_config(found, f"there is no such file{nor}", "`tracker init` writes one") from None
    except OSError as error:
        raise _no_config(found, f"cannot be read: {error.strerror}") from error
    return Places(found, find_data(data, found, os.environ))


def data_folder(config: Path | None, data: Path | None) -> Path:
    """The data directory, also when the config is gone: what runs there can still be stopped."""
    from tracker.config.paths import CONFIG_NAME, DATA_NAME, find_config, find_data, user_config

    try:
        here = Path.cwd()
        found = find_config(config, os.environ, here)
    except FileNotFoundError as error:  # of cwd()
        raise TrackerError("the current folder was deleted; go to another") from error
    if found == user_config(os.environ) and not found.exists() and (here / DATA_NAME).is_dir():
        found = here / CONFIG_NAME
    return find_data(data, found, os.environ)


def _no_config(path: Path, what: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(Place(str(path), 1, 1), what, hint)])


def load(path: Path) -> InForce:
    """Load and compile a config with all its problems. Raises ConfigError with every one of them."""
    from tracker.config.load import load_config

    return compiled(load_config(path, env=os.environ, seeds=shipped.seeds()))


def load_or_last(where: Places) -> InForce:
    """The config on disk, or the last one in force when that is broken: a run must not stop for a typo.

    Raises ConfigError, about the file on disk, when there is no last one or that cannot run either.
    """
    try:
        return load(where.config)
    except ConfigError as error:
        last = last_in_force(where)
        if last is None:
            raise
        return replace(last, notice=notice_of(error))


def config_to_show(where: Places) -> tuple[Config, str | None]:
    """The config for a command that only looks, and why it is not the one on disk, or None.

    While a daemon works by this file that is what it works by, which is quickly read; else `load_or_last`.
    """
    from tracker.daemon.control import running

    daemon = running(where.data)
    if daemon and Path(daemon.config).resolve() == where.config.resolve() and (config := _last(where)):
        return config, None
    work = load_or_last(where)
    return work.config, work.notice


def last_in_force(where: Places) -> InForce | None:
    """The config that was in force last; None when there is none, or none that can still run."""
    config = _last(where)
    try:
        return compiled(config) if config else None
    except ConfigError:
        return None


def _last(where: Places) -> Config | None:
    """None also for one that lost a secret, or that a power cut or an older program left unreadable."""
    from tracker.config.load import from_canonical

    try:
        return from_canonical(where.in_force.read_text("utf-8"), env=os.environ)
    except (OSError, UnicodeDecodeError, ConfigError):
        return None


@contextmanager
def writing(where: Places, config: Config) -> Iterator[Store]:
    """The store of this data directory, for the one process that may write."""
    from tracker.store.engine import sqlite_file
    from tracker.store.lock import writing_file, writing_process
    from tracker.store.store import open_store

    url = database_url(where, config)
    with writing_process(where.data), writing_file(sqlite_file(url)), open_store(url) as store:
        store.end_stale_leases()
        yield store


@contextmanager
def reading(where: Places, config: Config) -> Iterator[Store]:
    """The store of this data directory, read only: never in the way of the process that writes."""
    from tracker.store.store import open_store

    with open_store(database_url(where, config), read_only=True) as store:
        yield store


def database_url(where: Places, config: Config) -> str:
    """The config's database, or the data directory's own SQLite file."""
    return config.database or f"sqlite:///{where.data / 'tracker.sqlite'}"


def ground(where: Places, config: Config) -> tuple[Path, ...]:
    """The files without which a run would keep nothing: the lock, and SQLite's."""
    from tracker.store.engine import sqlite_file
    from tracker.store.lock import LOCK_FILE

    database = sqlite_file(database_url(where, config))
    return (where.data / LOCK_FILE, *([database] if database else []))


def put_in_force(where: Places, config: Config, store: Store, now: datetime) -> None:
    """Remember the config that this run works by, in the store and beside it."""
    store.put_config(config.hash, config.canonical, now)
    try:
        _write_in_force(where.in_force, config.canonical.encode())
    except OSError as error:
        raise TrackerError(f"{where.in_force} cannot be written: {error.strerror}") from error


def _write_in_force(path: Path, content: bytes) -> None:
    """Whole or not at all, also in a power cut, and for nobody else's eyes: it tells addresses of feeds."""
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def masthead(work: InForce) -> Masthead:
    """What an edition takes from the config in force: headings in the user's order, feeds, zone."""
    from tracker.digest.build import Heading
    from tracker.edition import Masthead

    config = work.config
    signals = {signal.key: signal for signal in config.definitions.signals}
    ordered = [signals[key] for key in config.digest.order]
    return Masthead(
        headings=tuple(Heading(each.key, each.title, each.question) for each in ordered),
        feeds={feed.id: feed for feed in config.feeds},
        zone=config.digest.zone,
        config_hash=config.hash,
        notice=work.notice,
    )


def means(where: Places, store: Store, log: Path | None, ground: tuple[Path, ...] = ()) -> Means:
    """What the daemon works with. ground: see `Means`."""
    from tracker.daemon.means import Means

    return Means(
        data=where.data,
        config=where.config.absolute(),
        log=log,
        pages=where.pages,
        templates=shipped.templates(),
        store=store,
        clock=clock,
        monotonic=time.monotonic,
        load=lambda: load(where.config),
        tools=lambda work: tools(work, store),
        masthead=masthead,
        keep=lambda config: put_in_force(where, config, store, clock()),
        environment=os.environ,
        ground=ground,
    )


@asynccontextmanager
async def tools(
    work: InForce,
    store: Store,
    *,
    clock: Callable[[], datetime] = clock,
    chance: Callable[[], float] = random.random,
) -> AsyncIterator[Tools]:
    """Everything a poll needs, made for this run and closed after it."""
    from tracker.cli.heap import at_rest
    from tracker.poll.poll import Tools
    from tracker.poll.pool import ParserPool

    config = work.config
    async with fetcher_of(config) as fetcher:
        with ParserPool() as parser, at_rest():
            yield Tools(
                feeds={feed.id: feed for feed in config.feeds},
                ruleset=work.ruleset,
                config_hash=config.hash,
                store=store,
                fetcher=fetcher,
                parser=parser,
                clock=clock,
                chance=chance,
            )


def fetcher_of(config: Config) -> Fetcher:
    """What asks publishers, as politely as the config says. Open it before use."""
    from tracker.poll.address import AddressPolicy
    from tracker.poll.fetch import Fetcher, user_agent

    settings = config.poll
    return Fetcher(
        AddressPolicy.from_entries(settings.allow),
        user_agent(config.contact),
        at_once=settings.concurrency,
        per_host=settings.per_host,
        spacing=settings.spacing,
    )
