"""What the sample's items are worth, by hand, and whether the shipped pack sees it the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tracker.config.load import load_config
from tracker.model import Item, Validators
from tracker.poll.parse import ParseJob, parse_document
from tracker.rules.compile import compile_rules
from tracker.rules.match import match_item
from tracker.sample import Document, Sample, sample_config

SIGNALS = {
    *("release", "pricing", "open_replication", "regulation", "adoption", "renewal", "talent", "salary"),
    *("funding", "compute_deal", "response", "commoditisation", "deal_status"),
}

Key = tuple[str, str]  # feed id and title: one feed changes its guids


@dataclass(frozen=True)
class Label:
    """signals: must be found. may: borderline. never: the hard negatives, signal -> reason."""

    signals: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    never: Mapping[str, str] | None = None


@pytest.fixture(scope="module")
def labels(folder: Path) -> dict[Key, Label]:
    written = YAML(typ="safe", pure=True).load(folder / "labels.yaml")
    rows = [(feed, row) for feed, rows in written.items() for row in rows]
    labels = {(feed, row.pop("title")): _label(**row) for feed, row in rows}
    assert len(labels) == len(rows)
    return labels


@pytest.fixture(scope="module")
def items(sample: Sample) -> dict[Key, Item]:
    """Every item of the sample: the documents of the last day list them all."""
    found = [item for feed in sample.feeds for item in _parsed(feed.id, feed.lang, feed.answers[-1], sample)]
    return {(item.feed_id, item.title): item for item in found}


@pytest.fixture(scope="module")
def seen(sample: Sample, items: dict[Key, Item], folder: Path, tmp_path_factory: Any) -> dict[Key, set[str]]:
    """The signals that the pack finds in each item, under the config that the demo uses."""
    path: Path = tmp_path_factory.mktemp("sample") / "config.yaml"
    path.write_text(sample_config(sample, 8300), encoding="utf-8")
    config = load_config(path, env={}, seeds=folder.parent)
    ruleset = compile_rules(config.definitions)
    feeds = {feed.id: feed for feed in config.feeds}
    return {
        key: {match.signal for match in match_item(ruleset, item, feeds[item.feed_id])}
        for key, item in items.items()
    }


def _label(**row: Any) -> Label:
    never = row.pop("not", {})  # a keyword in Python
    return Label(frozenset(row.pop("signals", ())), frozenset(row.pop("may", ())), never, **row)


def _parsed(feed_id: str, lang: str, answer: object, sample: Sample) -> tuple[Item, ...]:
    assert isinstance(answer, Document)
    job = ParseJob(
        feed_id=feed_id,
        body=answer.body,
        url=f"http://127.0.0.1:8300/{feed_id}",
        content_type=answer.content_type,
        charset=None,
        lang=lang,
        validators=Validators(),
        now=sample.days[-1],
    )
    return parse_document(job).items


def test_labels_name_items_and_signals_that_exist(labels: dict[Key, Label], items: dict[Key, Item]) -> None:
    assert set(labels) - set(items) == set()
    assert {
        key for label in labels.values() for key in label.signals | label.may | set(label.never or ())
    } == SIGNALS


def test_no_label_contradicts_itself(labels: dict[Key, Label]) -> None:
    for key, label in labels.items():
        assert not (label.signals | label.may) & set(label.never or ()), key
        assert len(label.signals) <= 3, key
        assert all((label.never or {}).values()), key


def test_every_signal_is_shown_in_at_least_one_item(labels: dict[Key, Label]) -> None:
    assert {signal for label in labels.values() for signal in label.signals} == SIGNALS


def test_every_signal_has_at_least_two_hard_negatives(labels: dict[Key, Label]) -> None:
    counts = Counter(signal for label in labels.values() for signal in label.never or ())

    assert {signal: count for signal, count in counts.items() if count >= 2}.keys() == SIGNALS


def test_both_languages_have_signals_and_hard_negatives(
    labels: dict[Key, Label], items: dict[Key, Item]
) -> None:
    for lang in ("en", "zh"):
        of_lang = [label for key, label in labels.items() if items[key].lang == lang]
        assert any(label.signals for label in of_lang)
        assert any(label.never for label in of_lang)


def test_there_is_more_noise_than_signal(labels: dict[Key, Label], items: dict[Key, Item]) -> None:
    signal = sum(bool(label.signals) for label in labels.values())

    assert len(items) - signal > 1.3 * signal


def test_the_pack_finds_every_labelled_signal(labels: dict[Key, Label], seen: dict[Key, set[str]]) -> None:
    missed = {key: label.signals - seen[key] for key, label in labels.items() if label.signals - seen[key]}

    assert missed == {}


def test_the_pack_falls_for_no_hard_negative(labels: dict[Key, Label], seen: dict[Key, set[str]]) -> None:
    fallen = {key: seen[key] & set(label.never or ()) for key, label in labels.items()}

    assert {key: signals for key, signals in fallen.items() if signals} == {}


def test_the_pack_sees_nothing_else(labels: dict[Key, Label], seen: dict[Key, set[str]]) -> None:
    allowed = {key: label.signals | label.may for key, label in labels.items()}
    extra = {key: signals - allowed.get(key, set()) for key, signals in seen.items()}

    assert {key: signals for key, signals in extra.items() if signals} == {}


def test_nothing_of_a_script_or_tracking_pixel_survives(items: dict[Key, Item]) -> None:
    item = items[("northwire", "OpenAI halves API prices as it ships GPT-6.2 Luna")]

    assert item.summary.endswith("The model is available in ChatGPT & through the API.")
    assert not any(word in text for text in (item.summary, item.content) for word in ("<", "pixel", "script"))
