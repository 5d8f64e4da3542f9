"""Write an edition's pages so that a reader finds the old file whole or the new file whole, never a piece.

A page is written beside its place, synced, renamed, and the folder is synced. A writer that dies leaves
at most a temporary file, which the next one removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from tracker.digest.index import file_name
from tracker.digest.render import render_edition, render_index
from tracker.errors import PublishError
from tracker.model import Edition

LATEST = "latest.html"
INDEX = "index.html"
_PREFIX, _SUFFIX = ".tracker-", ".tmp"


def publish(edition: Edition, recent: Sequence[Edition], folder: Path, templates: Path) -> Path:
    """Write the edition's page, the list of editions and, when it is the newest, the latest page.

    recent: the editions that the list shows; this edition is added when it is not among them.
    Returns the edition's page. Raises PublishError; then pages already there are as they were or whole.
    """
    listed = {each.number: each for each in (*recent, edition)}
    page = render_edition(edition, templates)
    pages = {file_name(edition): page, INDEX: render_index(list(listed.values()), templates)}
    if edition.number == max(listed):
        pages[LATEST] = page
    write_pages(pages, folder)
    return folder / file_name(edition)


def write_pages(pages: dict[str, str], folder: Path) -> None:
    """Write each page whole, in order. Raises PublishError naming the file that could not be written."""
    name = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        for name, text in pages.items():
            _replace(folder / name, text.encode())
        _sync_folder(folder)
    except OSError as error:
        raise PublishError(f"{folder / name} cannot be written: {error.strerror or error}") from error


def latest_page(folder: Path) -> Path | None:
    page = folder / LATEST
    return page if page.is_file() else None


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f"{_PREFIX}{target.name}.{secrets.token_hex(4)}{_SUFFIX}")
    with _removed_unless_renamed(beside), beside.open("xb") as file:
        # Held until the file has its name: says to `_remove_stale` that somebody lives who writes it.
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        beside.replace(target)


@contextlib.contextmanager
def _removed_unless_renamed(beside: Path) -> Iterator[None]:
    try:
        yield
    finally:
        beside.unlink(missing_ok=True)


def _remove_stale(folder: Path) -> None:
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
