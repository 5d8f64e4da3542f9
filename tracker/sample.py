"""The offline sample: its documents and its clock, served on the loopback interface day by day.

Everything is read once and served from memory. The pages made from it are the same on any port and in
any year: links point to example hosts, and the server's Date is the sample's own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tracker.errors import ConfigError, Place, Problem
from tracker.model import Panel, Tier

_STRICT = ConfigDict(extra="forbid", frozen=True)
_CONTENT_TYPES = {".xml": "application/xml", ".json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class Document:
    """A feed document as it is served. content_type names no charset: the document itself does."""

    body: bytes
    content_type: str

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass(frozen=True, slots=True)
class Refusal:
    """A day on which a feed answers with an error status and no document."""

    status: int


Answer = Document | Refusal


@dataclass(frozen=True, slots=True)
class SampleFeed:
    """A feed of the sample and what it answers on each day, in order."""

    id: str
    name: str
    lang: str
    tier: Tier | None
    panel: Panel
    carries: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """days: the aware UTC time of each day's poll and edition. Every feed has an answer for each day."""

    days: tuple[datetime, ...]
    feeds: tuple[SampleFeed, ...]


def load_sample(folder: Path) -> Sample:
    """Read sample.yaml and all documents that it names. Raises ConfigError naming what is wrong."""
    file = folder / "sample.yaml"
    try:
        written = _SampleFile.model_validate(YAML(typ="safe", pure=True).load(file))
        feeds = tuple(_feed(folder, feed, len(written.days)) for feed in written.feeds)
    except (OSError, ValueError, YAMLError) as error:  # pydantic's ValidationError is a ValueError
        raise ConfigError(_problems(file, error)) from error
    return Sample(tuple(day.astimezone(UTC) for day in written.days), feeds)


def sample_config(sample: Sample, port: int) -> str:
    """The text of a config.yaml that subscribes to the sample on this port and to nothing else."""
    lines = [
        "use: ai-industry/signals",
        "poll:",
        f'  allow: ["127.0.0.1:{port}"]',
        "  spacing: 0s",
        "digest:",
        '  at: "07:00"',
        "  zone: UTC",
        "feeds:",
    ]
    for feed in sample.feeds:
        lines += _feed_lines(feed, port)
    return "\n".join(lines) + "\n"


class SampleServer:
    """Serves the sample at http://127.0.0.1:PORT/<feed id>, with ETag and 304. Use as a context manager.

    day: counts from 1; assigning it switches what the feeds answer from the next request on.
    """

    def __init__(self, sample: Sample, *, port: int = 0) -> None:
        self._server = _Server(sample, port)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def day(self) -> int:
        return self._server.day

    @day.setter
    def day(self, day: int) -> None:
        if not 1 <= day <= len(self._server.sample.days):
            raise ValueError(f"the sample has days 1 to {len(self._server.sample.days)}, not {day}")
        self._server.day = day

    def url(self, feed_id: str) -> str:
        return _url(feed_id, self.port)


class _FeedInFile(BaseModel):
    model_config = _STRICT

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    name: str
    lang: str
    tier: Tier | None = None
    panel: Panel
    carries: tuple[str, ...] = ()
    days: tuple[str | _StatusInFile, ...]


class _StatusInFile(BaseModel):
    model_config = _STRICT

    status: Annotated[int, Field(ge=400, le=599)]


class _SampleFile(BaseModel):
    model_config = _STRICT

    days: Annotated[tuple[AwareDatetime, ...], Field(min_length=1)]
    feeds: Annotated[tuple[_FeedInFile, ...], Field(min_length=1)]


def _feed(folder: Path, feed: _FeedInFile, days: int) -> SampleFeed:
    if len(feed.days) != days:
        raise ValueError(f"{feed.id}: {len(feed.days)} answers for {days} days")
    answers = tuple(_answer(folder / feed.id, day) for day in feed.days)
    return SampleFeed(feed.id, feed.name, feed.lang, feed.tier, feed.panel, feed.carries, answers)


def _answer(folder: Path, day: str | _StatusInFile) -> Answer:
    if isinstance(day, _StatusInFile):
        return Refusal(day.status)
    path = folder / day
    if path.suffix not in _CONTENT_TYPES:
        raise ValueError(f"{folder.name}: {day} is neither .xml nor .json")
    return Document(path.read_bytes(), _CONTENT_TYPES[path.suffix])


def _problems(file: Path, error: Exception) -> list[Problem]:
    place = Place(str(file), 1, 1)
    if isinstance(error, ValidationError):
        return [Problem(place, f"{_where(fault['loc'])}: {fault['msg']}") for fault in error.errors()]
    return [Problem(place, " ".join(str(error).split()))]


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _feed_lines(feed: SampleFeed, port: int) -> list[str]:
    lines = [
        f"  - id: {feed.id}",
        f"    name: {json.dumps(feed.name, ensure_ascii=False)}",
        f"    url: {_url(feed.id, port)}",
        f"    lang: {feed.lang}",
        f"    panel: {feed.panel}",
    ]
    if feed.tier:
        lines.append(f"    tier: {feed.tier}")
    if feed.carries:
        lines.append(f"    carries: [{', '.join(feed.carries)}]")
    return lines


def _url(feed_id: str, port: int) -> str:
    return f"http://127.0.0.1:{port}/{feed_id}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sample: Sample, port: int) -> None:
        self.sample = sample
        self.day = 1
        self._answers = {f"/{feed.id}": feed.answers for feed in sample.feeds}
        super().__init__(("127.0.0.1", port), _Handler)

    def answer(self, path: str) -> Answer:
        answers = self._answers.get(path)
        return answers[self.day - 1] if answers else Refusal(HTTPStatus.NOT_FOUND)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.answer(self.path)
        if isinstance(answer, Refusal):
            self._send(answer.status)
        elif self.headers.get("If-None-Match") == answer.etag:
            self._send(HTTPStatus.NOT_MODIFIED, ETag=answer.etag)
        else:
            self._send(HTTPStatus.OK, answer.body, ETag=answer.etag, Content_Type=answer.content_type)

    def _send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != HTTPStatus.NOT_MODIFIED:  # a length here would be read as the document's (RFC 9110, 8.6)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "tracker-sample"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The sample's time, so that nothing of today reaches a page."""
        return format_datetime(self.server.sample.days[self.server.day - 1], usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library names it
        """Quiet: the demo has its own words."""
