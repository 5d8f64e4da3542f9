"""Changes the user's config files: proven first, then written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tracker.config.edit import EditError
from tracker.config.load import load_config
from tracker.config.values import Config
from tracker.errors import ConfigError, TrackerError
from tracker.model import Feed


@dataclass(frozen=True, slots=True)
class Change:
    """A file's new content. before: what it was made from."""

    path: Path
    before: bytes
    after: bytes


def read(path: Path) -> bytes:
    """A config file's bytes. Raises TrackerError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrackerError(f"{path} cannot be read: {error.strerror}") from error


def prove(
    change: Change,
    old: Config,
    *,
    env: Mapping[str, str],
    seeds: Path,
    added: Iterable[tuple[str, str]] = (),
    gone: Iterable[str] = (),
) -> Config:
    """Load the config as it would be, and check that nothing else changed.

    added: id and URL of each new feed, in order. gone: ids of those that end.
    Raises EditError when the change means anything else, or does not load.
    """
    if old.path is None:
        raise EditError("the config in force is no file")
    try:
        new = load_config(old.path, env=env, seeds=seeds, instead={change.path.resolve(): change.after})
    except ConfigError as error:
        first = error.problems[0]
        raise EditError(f"the edited file would not load: {first.place}: {first.what}") from error
    before, after = _by_id(old), _by_id(new)
    came = [(feed.id, feed.url) for feed in new.feeds if feed.id not in before]
    went = before.keys() - after.keys()
    stayed = all(before[key] == after[key] for key in before.keys() & after.keys())
    if came != list(added) or went != set(gone) or not stayed or _without_feeds(old) != _without_feeds(new):
        raise EditError("the edit would change more than this feed")
    return new


def write(change: Change) -> None:
    """Put the new content in the file's place: whole or not at all, its mode and owner kept, links followed.

    Raises TrackerError, having changed nothing, also when somebody else has changed the file meanwhile.
    """
    target = Path(os.path.realpath(change.path))
    try:
        _replace(target, change)
    except OSError as error:
        raise TrackerError(f"{change.path} cannot be written: {error.strerror}") from error


def _by_id(config: Config) -> dict[str, Feed]:
    return {feed.id: feed for feed in config.feeds}


def _without_feeds(config: Config) -> object:
    return {key: value for key, value in json.loads(config.canonical).items() if key != "feeds"}


def _replace(target: Path, change: Change) -> None:
    status = target.stat()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.after)
            file.flush()
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fchmod(file.fileno(), status.st_mode & 0o7777)
            os.fsync(file.fileno())
        if target.read_bytes() != change.before:
            raise TrackerError(f"{change.path} was changed meanwhile; nothing was written, try again")
        beside.replace(target)
        _sync_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot, and the file itself is safe
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
