"""How the command line speaks: results on stdout, everything else on stderr, feed text made harmless."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from tracker.errors import Problem, Severity, TrackerError
from tracker.wording import count as count  # commands take it from here

# C0, DEL, C1, line and paragraph separators, bidi controls: an escape sequence in a feed's title must
# reach neither the terminal nor the log (faults.md X10, P12).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """One line that cannot steer a terminal: control characters are shown as escapes."""
    one_line = text.replace("\n", " ").replace("\t", " ")
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), one_line)


def prepare() -> None:
    """Make the streams fit for any text: a closed one swallows it, one that is not Unicode gets escapes."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  until we end
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def line(text: str = "") -> None:
    """A line of a command's result."""
    _result(harmless(text))


def error(text: str) -> None:
    """What went wrong and what to do, on stderr. Keeps its line breaks: excerpts have carets."""
    for part in text.split("\n"):
        note(part if part.startswith(" ") else f"tracker: {part}")


def note(text: str) -> None:
    """Something worth knowing that is not the result, on stderr."""
    try:
        print(harmless(text), file=sys.stderr)
    except OSError:  # nobody listens: no reason to do less, or to end with another code
        _drop(sys.stderr)


def problems(found: Iterable[Problem]) -> None:
    """Every problem of the user's files, each on its line, warnings marked, excerpts below."""
    for problem in found:
        mark = "warning: " if problem.severity is Severity.WARNING else ""
        head, *excerpt = str(problem).split("\n")
        place, _, rest = head.partition(": ")
        note(f"{place}: {mark}{rest}")
        for row in excerpt:
            note(row)


def data(value: object) -> None:
    """A result for programs: JSON on stdout, times in ISO 8601 UTC."""
    plain = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    _result(harmless_json(value, ascii_only=plain))


def harmless_json(value: object, *, ascii_only: bool = False) -> str:
    """JSON that cannot steer a terminal either: what JSON lets stand is escaped, and means the same."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=2, default=_plain)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def document(xml: str) -> None:
    """An XML document as the result, exactly; what the stream cannot hold is written as references."""
    plain = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    _result((xml.encode("ascii", "xmlcharrefreplace").decode() if plain else xml).removesuffix("\n"))


def finish() -> None:
    """Send out what print() held back, while a failure of it can still be told."""
    with _told():
        sys.stdout.flush()


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that says enough: "never", "4 min ago", "3 h ago", "2 days ago"."""
    if then is None:
        return "never"
    span = now - then
    if span < timedelta(minutes=1):
        return "just now"
    if span < timedelta(hours=1):
        return f"{span // timedelta(minutes=1)} min ago"
    if span < timedelta(days=2):
        return f"{span // timedelta(hours=1)} h ago"
    return f"{span.days} days ago"


def ahead(then: datetime | None, now: datetime) -> str:
    """How long until then: "never", "now", "in 4 min", "in 3 h", "in 2 days"."""
    if then is None:
        return "never"
    span = then - now
    if span <= timedelta(0):
        return "now"
    if span < timedelta(hours=1):
        return f"in {-(-span // timedelta(minutes=1))} min"
    if span < timedelta(days=2):
        return f"in {span // timedelta(hours=1)} h"
    return f"in {span.days} days"


def moment(then: datetime, now: datetime) -> str:
    """A time to come, by the clock of this machine: "Mon 23 Nov 07:00 UTC (in 3 h)"."""
    return f"{then.astimezone():%a %d %b %H:%M %Z} ({ahead(then, now)})"


def _result(text: str) -> None:
    with _told():
        print(text)


@contextmanager
def _told() -> Iterator[None]:
    """A reader that stopped reading (`| head`) has seen enough; any other trouble is told."""
    try:
        yield
    except OSError as error:
        _drop(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise TrackerError(f"the output cannot be written: {error.strerror}") from error


def _drop(stream: TextIO) -> None:
    """Let what the stream still holds back, and all to come, go nowhere: it must not fail at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
