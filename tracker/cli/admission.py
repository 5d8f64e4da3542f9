"""Which feeds of a list may be subscribed to, under which names; what a list tells of ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, count
from urllib.parse import parse_qsl, urlsplit

from tracker.config.edit import Entry, Value
from tracker.config.feeds import slug
from tracker.config.nodes import Source, Text
from tracker.config.scalars import Wrong, as_duration, checked_name, duration, is_language
from tracker.config.values import Config
from tracker.config.written import Subscription
from tracker.errors import FetchError
from tracker.model import Feed, Panel, Tier
from tracker.opml import Listed
from tracker.poll.address import AddressPolicy
from tracker.poll.url import Target, read_url

_SECRET = re.compile(
    r"token|secret|passw|pwd|auth(?!or)|api[_-]?key|^key$|signature|^sig$|session|credential|jwt",
    re.IGNORECASE,
)
_NOWHERE = Source("", None, ())
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Passed:
    """A line that brings no new feed. why: the reason, or where the feed is already."""

    line: int
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """feeds: with ids and names that nobody has, in the list's order; what is wrong in them is left out."""

    feeds: tuple[Listed, ...]
    known: tuple[Passed, ...]
    refused: tuple[Passed, ...]

    @property
    def entries(self) -> list[Entry]:
        return [entry_of(feed) for feed in self.feeds]


def admit(listed: Iterable[Listed], config: Config, written: Iterable[Subscription]) -> Admitted:
    """Sort a list into new feeds, those that are there, and those that cannot be.

    Two lines with one address are one feed with the tags of both.
    """
    there = {read_url(feed.url): f"there already, as {feed.id}" for feed in config.feeds}
    off = {read_url(each.url): f"{each.id}, off at {each.place}" for each in written if each.off and each.url}
    new: dict[Target, Listed] = {}
    known, refused = [], []
    policy = AddressPolicy.from_entries(config.poll.allow)
    for each in listed:
        try:
            target = policy.check_target(read_url(each.url))
        except FetchError as error:
            refused.append(Passed(each.line, shown(each.url), str(error)))
            continue
        if (where := there.get(target) or off.get(target)) is not None:
            known.append(Passed(each.line, shown(each.url), where))
        elif target in new:
            first = new[target]
            new[target] = replace(first, tags=tuple(dict.fromkeys((*first.tags, *each.tags))))
            known.append(Passed(each.line, shown(each.url), f"the same as line {first.line}"))
        else:
            new[target] = each
    names = Names(config)
    feeds = tuple(_given(each, names, config.digest.order) for each in new.values())
    return Admitted(feeds, tuple(known), tuple(refused))


def listed(feed: Feed, config: Config) -> Listed:
    """A feed of the config as a list tells it: what is as usual is left out."""
    every = config.digest.order if feed.panel is Panel.AI else ()
    return Listed(
        name=feed.name,
        url=feed.url,
        tags=feed.tags,
        lang=feed.lang,
        id=feed.id,
        tier=feed.tier,
        panel=feed.panel if feed.panel is not Panel.GENERAL else None,
        carries=feed.carries if feed.carries != every else None,
        interval=None if feed.adaptive else as_duration(feed.interval),
    )


def holds_secret(url: str) -> bool:
    """Does an address look as if who knows it may read what others may not?"""
    parts = urlsplit(url)
    names = (name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return "@" in parts.netloc or any(_SECRET.search(name) for name in names)


def shown(url: str) -> str:
    """An address as it may be told: without the password in it."""
    return re.sub(r"//[^/?#]*@", "//…@", url)


def entry_of(feed: Listed) -> Entry:
    """The lines of a config that subscribe to it."""
    keys: dict[str, Value | None] = {
        "id": feed.id,
        "name": feed.name,
        "url": feed.url,
        "lang": feed.lang,
        "tier": feed.tier,
        "panel": feed.panel,
        "carries": feed.carries,
        "tags": feed.tags or None,
        "interval": feed.interval,
    }
    return Entry(tuple((key, value) for key, value in keys.items() if value is not None))


class Names:
    """Gives names and ids that no feed of a config has, and none twice."""

    def __init__(self, config: Config) -> None:
        silenced = [each for each in config.silenced if each.kind == "feed"]
        self.names = {feed.name for feed in config.feeds} | {each.text for each in silenced}
        self.ids = {feed.id for feed in config.feeds} | {each.key for each in silenced}

    def name(self, wanted: str, url: str) -> str:
        """The wanted name, or the host's; one that is taken gets the host behind it, then a number."""
        host = read_url(url).host
        wanted = " ".join(wanted.replace("\ufeff", "").split()) or host
        numbered = (f"{wanted} ({host} {number})" for number in count(2))
        return _take(chain((wanted, f"{wanted} ({host})"), numbered), self.names)

    def id(self, wanted: str | None, name: str, url: str) -> str:
        """The wanted id if it is one, else one made from the name or the host; a number makes it unique."""
        base = wanted if wanted and is_id(wanted) else slug(name) or slug(read_url(url).host)
        return _take(chain((base,), (f"{base[:72]}-{number}" for number in count(2))), self.ids)


def _take(options: Iterable[str], taken: set[str]) -> str:
    chosen = next(each for each in options if each not in taken)
    taken.add(chosen)
    return chosen


def is_id(text: str) -> bool:
    """Can a feed have this id?"""
    try:
        return bool(checked_name(text))
    except Wrong:
        return False


def _given(feed: Listed, names: Names, signals: Collection[str]) -> Listed:
    """The feed under its name and id; what a config would not take is left out."""
    name = names.name(feed.name, feed.url)
    carries = tuple(key for key in feed.carries if key in signals) if feed.carries is not None else None
    return replace(
        feed,
        name=name,
        id=names.id(feed.id, name, feed.url),
        lang=feed.lang if feed.lang and is_language(feed.lang) else None,
        tier=feed.tier if feed.tier in list(Tier) else None,
        panel=feed.panel if feed.panel in list(Panel) else None,
        carries=carries,
        interval=feed.interval if feed.interval and is_interval(feed.interval) else None,
    )


def is_interval(text: str) -> bool:
    """Can a feed be asked this often?"""
    try:
        return _SHORTEST <= duration(Text(text, _NOWHERE)) <= _LONGEST
    except Wrong:
        return False
