"""The effective config as one JSON text: what the store keeps, what workers share, what loads again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tracker.config.feeds import FeedsInForce
from tracker.config.scalars import as_duration
from tracker.config.schema import UNVERIFIED
from tracker.config.secrets import Secret
from tracker.config.values import DigestSettings, PollSettings
from tracker.model import Feed
from tracker.rules.source import AliasSource, Definitions, EntitySource, RuleSource, SignalSource


def canonical(
    feeds: FeedsInForce,
    definitions: Definitions,
    poll: PollSettings,
    digest: DigestSettings,
    database: Secret | None,
    contact: str | None,
    keep: timedelta | None,
) -> str:
    """A config with `use: none`. It names secrets, it does not hold them."""
    written: dict[str, Any] = {
        "use": "none",
        "contact": contact,
        "database": database.canonical if database is not None else None,
        "poll": _poll(poll),
        "digest": _digest(digest),
        "keep": as_duration(keep) if keep is not None else "forever",
        "feeds": [_feed(feed, feeds.headers[feed.id]) for feed in feeds.feeds],
        "terms": {name: [term.text for term in terms.terms] for name, terms in definitions.terms.items()},
        "groups": {name: list(types) for name, types in definitions.groups.items()},
        "entities": {key: _entity(entity) for key, entity in definitions.entities.items()},
        "signals": {signal.key: _signal(signal) for signal in definitions.signals} | _off(definitions),
        "from_pack": _from_pack(definitions),
    }
    # A line per value: a YAML reader, too, can take the text without trouble.
    return json.dumps(_without_nothing(written), ensure_ascii=False, sort_keys=True, indent=1)


def digest_of(text: str) -> str:
    """The hash by which matches and editions name a config."""
    return hashlib.sha256(text.encode()).hexdigest()


def _poll(poll: PollSettings) -> dict[str, Any]:
    return {
        "interval": as_duration(poll.interval),
        "deadline": as_duration(poll.deadline),
        "max_bytes": f"{poll.max_bytes}B",
        "per_host": poll.per_host,
        "spacing": as_duration(poll.spacing),
        "concurrency": poll.concurrency,
        "allow": list(poll.allow),
        "retry_after": poll.retry_after,
    }


def _digest(digest: DigestSettings) -> dict[str, Any]:
    return {
        "at": [f"{at:%H:%M}" for at in digest.at] or "off",
        "days": [day.name.lower() for day in digest.days],
        "zone": digest.zone,
        "order": list(digest.order),
    }


def _feed(feed: Feed, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": feed.id,
        "name": feed.name,
        "url": feed.url,
        "lang": feed.lang,
        "tier": feed.tier,
        "panel": feed.panel,
        "carries": list(feed.carries),
        "tags": list(feed.tags),
        "interval": None if feed.adaptive else as_duration(feed.interval),
        "deadline": as_duration(feed.deadline),
        "max_bytes": f"{feed.max_bytes}B",
        "retry_after": feed.retry_after,
        "tls": UNVERIFIED if feed.unverified else None,
        "headers": dict(headers) or None,
    }


def _entity(entity: EntitySource) -> dict[str, Any]:
    safe = [alias.text for alias in entity.aliases if alias == AliasSource(alias.text)]
    return {
        "name": entity.name,
        "type": entity.type,
        "parent": entity.parent,
        "aliases": safe,
        "ambiguous": [_alias(alias) for alias in entity.aliases if alias != AliasSource(alias.text)] or None,
    }


def _alias(alias: AliasSource) -> dict[str, Any]:
    return {
        "alias": alias.text,
        "needs": list(alias.needs),
        "not": list(alias.unless),
        "not_in": list(alias.not_in),
        "ci": alias.any_case,
    }


def _off(definitions: Definitions) -> dict[str, Any]:
    """The signals that are off, when rules ask for signals: one of them may be asked for."""
    rules = (rule for signal in definitions.signals for rule in signal.rules)
    texts = (text.text for rule in rules for text in (rule.when, rule.unless) if text is not None)
    asked = any("signal:" in text.casefold() for text in texts)
    return {key: {"title": key, "off": "true"} for key in sorted(definitions.off)} if asked else {}


def _signal(signal: SignalSource) -> dict[str, Any]:
    return {
        "title": signal.title,
        "question": signal.question or None,
        "rules": [_rule(rule) for rule in signal.rules],
    }


def _rule(rule: RuleSource) -> dict[str, Any]:
    match = [example.text.text for example in rule.examples if example.matches]
    no_match = [example.text.text for example in rule.examples if not example.matches]
    return {
        "id": rule.id,
        "when": rule.when.text,
        "unless": rule.unless.text if rule.unless is not None else None,
        "score": f"{rule.score:g}",
        "examples": {"match": match, "no_match": no_match} if rule.examples else None,
    }


def _from_pack(definitions: Definitions) -> list[str]:
    """Which rules are the pack's: a pack's failing example is only a warning."""
    rules = (rule for signal in definitions.signals for rule in signal.rules)
    return [f"{rule.signal}/{rule.id}" for rule in rules if rule.layer == "pack"]


def _without_nothing(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
        case list():
            return [_without_nothing(inner) for inner in value]
        case _:
            return value
