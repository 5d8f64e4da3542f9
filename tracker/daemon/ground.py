"""The files that a daemon stands on. Without them it would go on for ever and keep nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class Ground:
    """Files as they are now. Those that are not there yet are not looked after."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._were = {file: same for file in files if (same := _identity(file))}

    def lost(self) -> Path | None:
        """A file that was deleted, or that another was put in the place of."""
        return next((file for file, was in self._were.items() if _identity(file) not in (was, None)), None)


def _identity(file: Path) -> tuple[int, ...] | None:
    """What makes a file this one; () when it is not there; None while nobody can say."""
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError:  # a network's file system that is away for a while has lost nothing
        return None
    return status.st_dev, status.st_ino
