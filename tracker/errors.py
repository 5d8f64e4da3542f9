"""Everything that Tracker raises on purpose, and how a user's mistake is told.

    TrackerError
    ├── ConfigError        the user's files: every problem at once, each with its place
    ├── PollError          one feed, one poll; also a value: an outcome that `decide` turns into back-off
    │   ├── FetchError     no body, or not the whole body
    │   └── ParseError     a body that is not a feed
    ├── UnknownFeedError   an id that no feed has
    ├── StoreError         the database: unreachable, locked, newer than this program, not ours
    │   └── BusyError      another process writes to this data directory
    └── PublishError       an edition that could not be written; it stays recorded and is rendered later

A TrackerError's text is one line that says what is wrong with what. The command line prints it and
exits; anything else that reaches the command line is a bug and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum


class TrackerError(Exception):
    """The root: one clear line for the user."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file that a user wrote. Lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """An error keeps a config from coming into force; a warning is said and changes nothing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the user's files: where, what, and what to do about it.

    excerpt is the line as written with a caret below the column, or empty.
    """

    place: Place
    what: str
    hint: str = ""
    excerpt: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        line = f"{self.place}: {self.what}" + (f" ({self.hint})" if self.hint else "")
        return f"{line}\n{self.excerpt}" if self.excerpt else line


class ConfigError(TrackerError):
    """The user's files cannot come into force. Carries all problems, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PollError(TrackerError):
    """A poll that brought nothing. Raised inside a poll, then handed on as its outcome.

    retry_at: the earliest time at which the publisher wants to be asked again, or None.
    gone: the publisher says that the feed is no more (410).
    blocked: a bot challenge or an address that may not be contacted; asking more often does not help.
    host: who answered, as a feed's URL names it; None when nobody did.
    busy: the publisher asks for time (429, 503, or by naming one): it is not broken.
    host_wide: what retry_at asks for, it asks of the whole host, unless the feed's config says otherwise.
    offline: we have no network or no name server; nothing is known about the publisher.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime | None = None,
        gone: bool = False,
        blocked: bool = False,
        host: str | None = None,
        busy: bool = False,
        host_wide: bool = False,
        offline: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        self.gone = gone
        self.blocked = blocked
        self.host = host
        self.busy = busy or retry_at is not None
        self.host_wide = host_wide
        self.offline = offline


class FetchError(PollError):
    """The exchange failed: address, connection, deadline, size, status, encoding."""


class ParseError(PollError):
    """The body arrived whole but is not a feed that we can read."""


class StoreError(TrackerError):
    """The database cannot be used as it is. Nothing was changed."""


class BusyError(StoreError):
    """Another process writes to this data directory; it goes on, this one ends."""


class UnknownFeedError(TrackerError):
    """No feed has the id that somebody asked for. known: the ids that there are."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        near = get_close_matches(wanted, tuple(known), 1)
        hint = f"did you mean {near[0]}" if near else "`tracker feeds list` shows them"
        super().__init__(f"no feed has the id {wanted!r}; {hint}")


class PublishError(TrackerError):
    """The digest's files could not be written. The edition is recorded; publishing is tried again."""
