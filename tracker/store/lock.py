"""The lock of the one process that writes into a data folder. It ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import BusyError, StoreError

LOCK_FILE = "tracker.lock"


@contextmanager
def writing_process(folder: Path) -> Iterator[None]:
    """Be the one process that writes into `folder`, which is made if it is not there.

    Raises BusyError "already running (pid N)" when another process is that.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be used as data folder: {error.strerror}") from error
    with _locked(folder / LOCK_FILE, folder):
        yield


def holder(folder: Path) -> int | None:
    """The process that writes into `folder`, or None when none does. 0 when its number cannot be read."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdecimal() else 0
    except OSError:  # a file system without locks: nobody could start there
        return None
    finally:
        os.close(descriptor)
    return None


def holds(pid: int, folder: Path) -> bool:
    """Has this very process the lock file of `folder` open? False also where that cannot be seen.

    So that no signal ever reaches a stranger that was given a dead process's number, or that has this
    number in another container.
    """
    try:
        file = (folder / LOCK_FILE).stat()
        return any(_same(each, file) for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _same(link: Path, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(link.stat(), file)
    except OSError:
        return False


@contextmanager
def writing_file(database: Path | None) -> Iterator[None]:
    """Be the one process that writes into an SQLite file, which two data folders may name.

    None: a server's database, which needs no lock. Raises BusyError.
    """
    if database is None:
        yield
        return
    path = database.resolve()
    with _locked(path.with_name(f"{path.name}.lock"), path):
        yield


@contextmanager
def _locked(file: Path, place: Path) -> Iterator[None]:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{place}: cannot be written: {error.strerror}") from error
    try:
        try:
            _take(descriptor, place)
        except OSError as error:  # of a disk that is full, or a file system without locks
            raise StoreError(f"{place}: cannot be written: {error.strerror}") from error
        yield
    finally:
        os.close(descriptor)  # and with it the lock; the file stays, or two could hold "the" lock


def _take(descriptor: int, place: Path) -> None:
    # The kernel drops a flock with the last copy of its descriptor, so a kill -9 leaves nothing behind.
    # Descriptors are closed on exec: a worker process that outlives us does not keep the lock.
    try:
        _flock(descriptor)
    except BlockingIOError as error:
        pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise BusyError(f"{place}: already running (pid {pid})") from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _flock(descriptor: int) -> None:
    """A `holder` that looks at the lock has it for some microseconds: that is no reason to give up."""
    for _ in range(4):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
    return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
