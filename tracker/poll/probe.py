"""Asks a feed what it says now and keeps nothing: what `feeds add` and `feeds check` show."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.errors import FetchError, PollError
from tracker.model import Feed, Fetched, Item, NotModified, Snapshot, Validators
from tracker.poll.encoding import to_utf8
from tracker.poll.fetch import Fetcher
from tracker.poll.parse import ParseJob
from tracker.poll.pool import ParserPool
from tracker.poll.url import read_url
from tracker.rules import Ruleset, match_item

_HAN = re.compile("[\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile("[\u3041-\u30ff\uac00-\ud7a3]")
_ENGLISH = frozenset(
    re.findall(r"\w+", "the of and to in for is on with a at from by as how new why what are its")
)
_FEW = 5


@dataclass(frozen=True, slots=True)
class Tools:
    """What a probe needs and must not reach for."""

    ruleset: Ruleset
    fetcher: Fetcher
    parser: ParserPool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a publisher answered to a request for a feed.

    page: the body is no feed, for this reason. conditional: whether a second request, with the validators
    of the first, was answered 304; None when there was nothing to ask with or nobody asked.
    signals: how many of the items show each. advertised: how long the publisher says an answer holds.
    """

    fetched: Fetched
    redirected: bool
    encoding: str
    snapshot: Snapshot | None
    page: PollError | None = None
    conditional: bool | None = None
    signals: Mapping[str, int] | None = None

    @property
    def newest(self) -> datetime | None:
        dates = (item.published for item in self.snapshot.items) if self.snapshot else ()
        return max((date for date in dates if date is not None), default=None)

    @property
    def advertised(self) -> timedelta | None:
        told = (self.fetched.terms.holds, self.snapshot.terms.period if self.snapshot else None)
        return max((span for span in told if span is not None), default=None)


async def ask(feed: Feed, tools: Tools, now: datetime) -> Answer:
    """Fetch, parse and match. A body that is no feed is an answer, too. Raises FetchError."""
    fetched = await tools.fetcher.fetch(feed, Validators(), now)
    if isinstance(fetched, NotModified):  # nothing was asked to compare with
        raise FetchError("HTTP 304 (not modified), although nothing was asked to compare with")
    redirected = read_url(fetched.url) != read_url(feed.url)
    encoding = to_utf8(fetched.body, fetched.charset).encoding
    try:
        snapshot = await tools.parser.parse(_job(feed, fetched, now))
    except PollError as error:
        return Answer(fetched, redirected, encoding, None, page=error)
    return Answer(
        fetched, redirected, encoding, snapshot, signals=_signals(snapshot.items, feed, tools.ruleset)
    )


async def ask_twice(feed: Feed, tools: Tools, now: datetime) -> Answer:
    """As `ask`; then once more with the validators that came, to see whether the publisher honours them."""
    answer = await ask(feed, tools, now)
    if answer.snapshot is None or answer.fetched.validators == Validators():
        return answer
    again = await tools.fetcher.fetch(feed, answer.fetched.validators, now)
    return replace(answer, conditional=isinstance(again, NotModified))


def language_of(items: Iterable[Item]) -> str | None:
    """What most items are in: as the feed says, else "zh" or "en" by their titles, else None."""
    listed = tuple(items)
    stated = Counter(item.lang for item in listed if item.lang)
    if stated:
        return stated.most_common(1)[0][0]
    text = " ".join(item.title for item in listed)
    letters = sum(char.isalpha() for char in text)
    if letters and not _KANA_OR_HANGUL.search(text) and len(_HAN.findall(text)) / letters > 0.3:
        return "zh"
    words = text.lower().split()
    return "en" if sum(word in _ENGLISH for word in words) > max(_FEW, len(words) / 12) - 1 else None


def _job(feed: Feed, fetched: Fetched, now: datetime) -> ParseJob:
    return ParseJob(
        feed_id=feed.id,
        body=fetched.body,
        url=fetched.url,
        content_type=fetched.content_type,
        charset=fetched.charset,
        lang=feed.lang,
        validators=fetched.validators,
        now=now,
        body_hash=hashlib.sha256(fetched.body).hexdigest(),
    )


def _signals(items: Iterable[Item], feed: Feed, ruleset: Ruleset) -> dict[str, int]:
    found = Counter(match.signal for item in items for match in match_item(ruleset, item, feed))
    return dict(found.most_common())
