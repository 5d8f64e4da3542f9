"""A config file to a Config: every problem at once, nothing done but reading. `tracker check` is this."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from tracker.config.canonical import canonical, digest_of
from tracker.config.database import read_database
from tracker.config.feeds import FeedLayers, SignalKeys, feeds_in_force
from tracker.config.files import NO_PACK, Pack, read_config, read_pack
from tracker.config.layers import Layered, layer
from tracker.config.meaning import read
from tracker.config.nodes import Keys, Source, from_json
from tracker.config.report import Report, did_you_mean
from tracker.config.schema import ConfigPart, DigestPart, LayerPart, PollPart
from tracker.config.values import Config, DigestSettings, PollSettings
from tracker.errors import ConfigError, Place, Problem
from tracker.rules.source import Definitions, SignalSource

CANONICAL = "config in force"
"""How a place in a canonical config is told: nobody wrote that text."""

_AS_WRITTEN: Mapping[Path, bytes] = MappingProxyType({})


def load_config(
    path: Path, *, env: Mapping[str, str], seeds: Path, instead: Mapping[Path, bytes] = _AS_WRITTEN
) -> Config:
    """Load config.yaml, what it includes, and the pack that it uses.

    env: where `env:` references are looked up. seeds: the pack's folder.
    instead: what to read in the place of a file on disk, by resolved path: how an edit would load.
    Raises ConfigError with all problems; the rules themselves are compiled by `tracker.rules.compile`.
    """
    report = Report()
    config, layers = read_config(path, report, instead)
    loaded = _assemble(path, config, layers, pack_in_use(config, seeds, report), env, report)
    return replace(loaded, files=tuple(report.named))


def from_canonical(text: str, *, env: Mapping[str, str]) -> Config:
    """Load what a Config's `canonical` says: an equal Config, but for where things were written."""
    source = Source(CANONICAL, None, ())
    report = Report()
    try:
        root = from_json(json.loads(text), source)
    except (ValueError, RecursionError) as error:
        raise ConfigError([Problem(Place(CANONICAL, 1, 1), "this is not the JSON of a config")]) from error
    config = read(ConfigPart, root, report) if isinstance(root, Keys) else None
    if config is None:
        report.check()
        raise ConfigError([Problem(Place(CANONICAL, 1, 1), "this is not the JSON of a config")])
    return _assemble(None, config, (config,), NO_PACK, env, report)


def pack_in_use(config: ConfigPart, seeds: Path, report: Report) -> Pack:
    """The pack that `use:` names, with or without its feeds."""
    use = config.use
    if use is None or use.text == "none":
        return NO_PACK
    name, _, part = use.text.partition("/")
    pack = read_pack(seeds, report)
    if name == pack.name and part in ("", "signals"):
        return pack if not part else pack.without_feeds()
    known = (pack.name, f"{pack.name}/signals", "none")
    report.error(use.place, f"use: there is no pack '{use.text[:60]}'", did_you_mean(use.text, known))
    return NO_PACK


def _assemble(
    path: Path | None,
    config: ConfigPart,
    layers: tuple[LayerPart, ...],
    pack: Pack,
    env: Mapping[str, str],
    report: Report,
) -> Config:
    errors = report.errors
    layered = layer(pack, layers, frozenset(text.text for text in config.from_pack), report)
    whole = report.errors == errors and not report.left_out
    written = config.digest or DigestPart.model_construct()
    definitions = replace(layered.definitions, signals=_ordered(layered, written, report))
    order = tuple(signal.key for signal in definitions.signals)
    poll = config.poll or PollPart.model_construct()
    feeds = feeds_in_force(
        FeedLayers.of(pack.layers, layers), poll, SignalKeys(order, layered.silent_signals), env, report
    )
    database = read_database(config.database, env, report)
    if report.errors and whole:
        _add_rule_problems(definitions, report)
    report.check()
    digest = DigestSettings(written.at, written.days, written.zone, order)
    text = canonical(feeds, definitions, _settings(poll), digest, database, config.contact, config.keep)
    return Config(
        path=path,
        feeds=feeds.feeds,
        definitions=definitions,
        poll=_settings(poll),
        digest=digest,
        database=database.value if database is not None else None,
        contact=config.contact,
        canonical=text,
        hash=digest_of(text),
        keep=config.keep,
        warnings=report.warnings,
        silenced=(*layered.silenced, *feeds.silenced),
    )


def _add_rule_problems(definitions: Definitions, report: Report) -> None:
    """Tell the rules' mistakes beside the others: the caller will not come to compile them."""
    from tracker.rules.compile import compile_rules  # a good config is loaded without the compiler

    try:
        compile_rules(definitions)
    except ConfigError as error:
        report.take(error)


def _settings(poll: PollPart) -> PollSettings:
    return PollSettings(
        interval=poll.interval,
        deadline=poll.deadline,
        max_bytes=poll.max_bytes,
        per_host=poll.per_host,
        spacing=poll.spacing,
        concurrency=poll.concurrency,
        allow=tuple(str(entry) for entry in poll.allow),
        retry_after=poll.retry_after,
    )


def _ordered(layered: Layered, digest: DigestPart, report: Report) -> tuple[SignalSource, ...]:
    """Signals that `digest: order:` names come first, in that order; the others follow in theirs."""
    signals = {signal.key: signal for signal in layered.definitions.signals}
    for key in digest.order:
        if key.text not in signals and key.text not in layered.silent_signals:
            report.error(
                key.place, f"order: there is no signal '{key.text[:60]}'", did_you_mean(key.text, signals)
            )
    first = dict.fromkeys(key.text for key in digest.order if key.text in signals)
    return tuple(signals[key] for key in (*first, *(key for key in signals if key not in first)))
