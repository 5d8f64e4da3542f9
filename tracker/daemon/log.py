"""The daemon's log: a line per event, each with its time, none that a feed's text can break or steer."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG = logging.getLogger("tracker")
LOG_FILE = "tracker.log"
LOG_BYTES = 5_000_000
LOG_FILES = 3
"""The log and those before it: tracker.log, tracker.log.1, tracker.log.2."""

_LONGEST = 2_000

# C0, DEL, C1, separators, bidi controls (faults.md P12): what a feed says must neither begin a line nor
# steer the terminal that shows the log.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """A text that stays on its line, whatever is in it."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), short)


def bug(error: BaseException) -> str:
    """An error that no user caused, in one line that says where in the program it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{where} (a bug; please report it)"


class Lines(logging.Formatter):
    """`2026-11-23T07:00:00+01:00 what happened`; warnings and errors say that they are."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="seconds")
        mark = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text}: {bug(record.exc_info[1])}"
        return f"{when} {mark}{one_line(text)}"


class _Rotating(RotatingFileHandler):
    """Once it took over our stdout and stderr, it takes them along from file to file."""

    _took_over = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream is not None and not os.path.lexists(self.baseFilename):
            with suppress(OSError):  # its folder is gone, too
                self._begin_anew()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802  the standard library names it
        super().doRollover()
        if self._took_over:
            self.take_over()

    def take_over(self) -> None:
        """From now on what anybody here prints goes into the log."""
        self._took_over = True
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if self.stream is not None:
            os.dup2(self.stream.fileno(), 1)
            os.dup2(self.stream.fileno(), 2)

    def _begin_anew(self) -> None:
        """Somebody deleted the file or moved it away: what we wrote into it nobody would see."""
        before, self.stream = self.stream, self._open()
        if before is not None:
            before.close()
        if self._took_over:
            self.take_over()


def log_to_stderr() -> None:
    """For a run in the foreground, under systemd or in a container."""
    _log_to(logging.StreamHandler())


def log_to_file(path: Path, *, size: int = LOG_BYTES, files: int = LOG_FILES) -> _Rotating:
    """For a run in the background. The file does not grow beyond `size` bytes; `files` of them are kept."""
    handler = _Rotating(
        path, maxBytes=size, backupCount=files - 1, encoding="utf-8", errors="backslashreplace"
    )
    _log_to(handler)
    return handler


def _log_to(handler: logging.Handler) -> None:
    handler.setFormatter(Lines())
    logging.raiseExceptions = False  # a full disk must not stop the polls, nor flood stderr
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    LOG.handlers[:] = [handler]
    # Libraries: what is worth a line there is an error; the scheduler's are told by our own listeners.
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.ERROR)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
