"""Which feeds the user wrote, and where: what an edit of the config has to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tracker.config.feeds import id_of
from tracker.config.files import read_config
from tracker.config.load import pack_in_use
from tracker.config.report import Report
from tracker.errors import Place


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed in the user's files. off: it switches a feed off. shipped: the pack has a feed of this id.

    url: its own, else the pack's; as written.
    """

    id: str
    place: Place
    off: bool
    shipped: bool
    url: str | None


def subscriptions(path: Path, *, seeds: Path) -> tuple[Subscription, ...]:
    """Every feed that config.yaml and the files that it includes write, in their order.

    Raises ConfigError when the config is broken.
    """
    report = Report()
    config, layers = read_config(path, report)
    pack = pack_in_use(config, seeds, report)
    report.check()
    parts = [part for layer in pack.layers for part in layer.feeds]
    shipped = {part.name: id_of(part, {}) for part in parts}
    urls = {id_of(part, {}): part.url for part in parts}
    found = []
    for part in (part for layer in layers for part in layer.feeds):
        key = id_of(part, shipped)
        url = part.url or urls.get(key)
        found.append(Subscription(key, part.place, part.off, key in urls, url.text if url else None))
    return tuple(found)
