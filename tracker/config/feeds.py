"""The feeds in force: the user's on top of the pack's, every default filled in, every header resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from unicodedata import normalize

from tracker.config import secrets, urls
from tracker.config.nodes import Text
from tracker.config.report import Report, did_you_mean
from tracker.config.scalars import is_language
from tracker.config.schema import UNVERIFIED, FeedPart, LayerPart, PollPart
from tracker.config.values import Silenced
from tracker.errors import Place
from tracker.model import Feed, Panel

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET_HEADER = re.compile(
    r"auth(?!ors?\b)|cookie|token|secret|key|passw|session|credential|signature|jwt", re.IGNORECASE
)
_CREDENTIALS = re.compile(r"(?:basic|bearer|digest|token)\s", re.IGNORECASE)
# They belong to the connection or to the conditional request; a config that sets them breaks polling.
_OURS = frozenset(
    (
        *("host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade"),
        *("if-none-match", "if-modified-since", "range", "proxy-authorization"),
    )
)


@dataclass(frozen=True, slots=True)
class FeedsInForce:
    """headers: of each feed id as references to secrets, for the canonical form."""

    feeds: tuple[Feed, ...]
    headers: Mapping[str, Mapping[str, str]]
    silenced: tuple[Silenced, ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A feed with what was written for it."""

    id: str
    part: FeedPart

    @property
    def place(self) -> Place:
        return self.part.place

    def over(self, below: _Chosen | None) -> _Chosen:
        """This feed where it says something, the one below where it does not."""
        if below is None:
            return self
        inherited = {
            key: value
            for key in FeedPart.model_fields
            if getattr(self.part, key) is None and (value := getattr(below.part, key)) is not None
        }
        return _Chosen(self.id, self.part.model_copy(update=inherited))


@dataclass(frozen=True, slots=True)
class FeedLayers:
    """Feeds as written, before they are put on top of each other."""

    pack: tuple[FeedPart, ...]
    user: tuple[FeedPart, ...]

    @classmethod
    def of(cls, pack: Iterable[LayerPart], user: Iterable[LayerPart]) -> FeedLayers:
        return cls(*(tuple(feed for part in parts for feed in part.feeds) for parts in (pack, user)))


@dataclass(frozen=True, slots=True)
class SignalKeys:
    """What `carries:` may name: signals in force, and those that the user switched off."""

    on: tuple[str, ...]
    off: frozenset[str]


def feeds_in_force(
    written: FeedLayers, poll: PollPart, signals: SignalKeys, env: Mapping[str, str], report: Report
) -> FeedsInForce:
    """Layer the feeds, fill in what they leave out, look up their secrets."""
    shipped = {feed.id: feed for feed in _identified(written.pack, {}, report)}
    own = _identified(written.user, {chosen.part.name: key for key, chosen in shipped.items()}, report)
    chosen, silenced = _layered(shipped, own, report)
    feeds: list[Feed] = []
    headers: dict[str, Mapping[str, str]] = {}
    for one in chosen:
        resolved = _headers(one, env, report)
        feed = _feed(one, poll, signals, report)
        if one.part.url is not None:
            secrets.check_address(one.part.url.node, report)
        if feed is not None:
            feeds.append(replace(feed, headers=MappingProxyType({k: s.value for k, s in resolved.items()})))
            headers[feed.id] = {key: secret.canonical for key, secret in resolved.items()}
    return FeedsInForce(tuple(feeds), headers, tuple(silenced))


def id_of(part: FeedPart, shipped_names: Mapping[str | None, str]) -> str:
    """What a feed goes by: its id, else that of the pack's feed of its name, else one made of the name."""
    return part.id or (shipped_names.get(part.name) if part.name else None) or slug(part.name or "")


def slug(name: str) -> str:
    """The default id: letters and digits of any script in lower case, joined by '-' (机器之心 stays)."""
    return "-".join(re.findall(r"[^\W_]+", normalize("NFKC", name).lower()))[:80]


def _identified(
    parts: Iterable[FeedPart], shipped_names: Mapping[str | None, str], report: Report
) -> list[_Chosen]:
    """Give every feed its id; tell ids, names and URLs that stand twice in one layer."""
    found: list[_Chosen] = []
    first: dict[tuple[str, str], Place] = {}
    for part in parts:
        key = id_of(part, shipped_names)
        if not key:
            missing = (
                "'name' is missing"
                if part.name is None
                else f"no id can be made from the name '{part.name[:60]}'"
            )
            report.error(part.place, missing, "write `id:`" if part.name else "")
            continue
        told = [("name", part.name), ("id", key), ("url", str(part.url.target) if part.url else None)]
        for what, value in told:
            if value is None:
                continue
            before = first.setdefault((what, value), part.place)
            if before is not part.place:
                shown = "url" if what == "url" else f"{what} '{value}'"
                report.error(
                    part.place, f"two feeds have the same {shown}", f"first at {before.file}:{before.line}"
                )
                break
        else:
            found.append(_Chosen(key, part))
    return found


def _layered(
    shipped: Mapping[str, _Chosen], own: Iterable[_Chosen], report: Report
) -> tuple[list[_Chosen], list[Silenced]]:
    """The user's feeds first, then those of the pack that they leave alone."""
    chosen: list[_Chosen] = []
    silenced: list[Silenced] = []
    rest = dict(shipped)
    for one in own:
        below = rest.pop(one.id, None)
        if one.part.off:
            if below is None and one.part.url is None:
                report.error(
                    one.place, f"there is no feed '{one.id}' to silence", did_you_mean(one.id, shipped)
                )
            base = below or one
            silenced.append(Silenced("feed", one.id, base.part.name or one.id, base.place, one.place))
        else:
            chosen.append(one.over(below))
    names = {one.part.name for one in chosen}
    urls_taken = {one.part.url.target: one for one in chosen if one.part.url is not None}
    for below in rest.values():
        same = urls_taken.get(below.part.url.target) if below.part.url is not None else None
        if same is not None:
            hint = f"`id: {below.id}` changes that feed"
            report.warning(same.place, f"the pack has this url as '{below.id}'; yours is used", hint)
            silenced.append(Silenced("feed", below.id, below.id, below.place, same.place, replaced=True))
        elif below.part.name not in names:
            chosen.append(below)
    return chosen, silenced


def _feed(one: _Chosen, poll: PollPart, signals: SignalKeys, report: Report) -> Feed | None:
    part, url = one.part, one.part.url
    if url is None or part.name is None:
        report.error(one.place, f"feed '{one.id}' needs '{'url' if url is None else 'name'}'")
        return None
    if (refused := urls.refusal(url, poll.allow)) is not None:
        report.error(url.node.place, *refused)
    return Feed(
        id=one.id,
        name=part.name,
        url=url.text,
        lang=_lang(part, report),
        tier=part.tier,
        panel=part.panel or Panel.GENERAL,
        carries=_carries(part, signals, report),
        tags=part.tags or (),
        interval=part.interval or poll.interval,
        deadline=part.deadline or poll.deadline,
        max_bytes=part.max_bytes or poll.max_bytes,
        adaptive=part.interval is None,
        retry_after=part.retry_after or poll.retry_after,
        unverified=_unverified(part, report),
    )


def _lang(part: FeedPart, report: Report) -> str | None:
    """A language that cannot be read is a warning: it labels text and decides nothing else."""
    if part.lang is None or is_language(part.lang.text):
        return part.lang.text if part.lang else None
    report.warning(part.lang.place, f"lang: '{part.lang.text[:60]}' is not a language", "write en or zh")
    return None


def _unverified(part: FeedPart, report: Report) -> bool:
    """Said at every load: what such a feed says, anyone on the way may have written."""
    if part.tls is None or part.tls.text != UNVERIFIED:
        return False
    and_read = ", or read the headers that are sent to it" if part.headers else ""
    what = (
        f"tls: the certificate of '{part.name}' is not checked: anyone on the way can answer for it{and_read}"
    )
    report.warning(part.tls.place, what, "take `tls:` out once its certificate is right")
    return True


def _carries(part: FeedPart, signals: SignalKeys, report: Report) -> tuple[str, ...]:
    """Without `carries:` a feed on AI carries every signal, any other none."""
    if part.carries is None:
        return signals.on if part.panel is Panel.AI else ()
    for key in part.carries:
        if key.text not in signals.on and key.text not in signals.off:
            hint = did_you_mean(key.text, signals.on)
            report.error(key.place, f"carries: there is no signal '{key.text[:60]}'", hint)
    return tuple(key.text for key in part.carries if key.text in signals.on)


def _headers(one: _Chosen, env: Mapping[str, str], report: Report) -> dict[str, secrets.Secret]:
    found: dict[str, secrets.Secret] = {}
    for name, node in (one.part.headers or {}).items():
        if not _HEADER.fullmatch(name) or name.lower() in _OURS:
            report.error(node.place, f"headers: '{name[:40]}' cannot be set")
        elif _safe(name, node, report):
            secret = secrets.resolve(node, env, report)
            if secret is not None:
                found[name] = secret
    return found


def _safe(name: str, node: Text, report: Report) -> bool:
    """False after telling a value that may not stand in a config."""
    if any(ord(char) < 32 for char in node.text) or not node.text.isprintable():
        report.error(node.place, f"headers: {name} holds a line break or control character")
        return False
    secret = _SECRET_HEADER.search(name) or _CREDENTIALS.match(node.text)
    if secret and not secrets.refers(node.text):
        report.error(node.place, f"headers: {name} is a secret", "write env:NAME or file:path, not the value")
        return False
    return True
