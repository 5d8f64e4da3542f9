"""`tracker rules apply`: newer rules over stored items, resumable, nothing announced twice or late."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tracker import shipped
from tracker.apply import EVER, STEP, Progress, Reach, apply_rules, preview, reach_of
from tracker.config.load import load_config
from tracker.digest.build import Heading
from tracker.edition import Masthead, record
from tracker.errors import TrackerError
from tracker.inforce import InForce, compiled
from tracker.model import Found, Item, Match, Polled
from tracker.rules import match_item
from tracker.store.store import Store, open_store
from tracker.store.values import Applied, KeptMatch

HOUR = timedelta(hours=1)
FEEDS = """feeds:
  - {name: lab, url: 'https://lab.example/feed', panel: ai, tier: official, carries: []}
  - {name: wire, url: 'https://wire.example/feed'}
"""
CUTS = "signals: {prices: {title: P, rules: [{id: cut, when: cuts}]}}\n"
RISES = "signals: {prices: {title: P, rules: [{id: rise, when: rises}]}}\n"
Work = Callable[[str], InForce]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """The config in force after this text was written."""

    def load(text: str) -> InForce:
        path = tmp_path / "config.yaml"
        path.write_text(text, "utf-8")
        return compiled(load_config(path, env={}, seeds=shipped.seeds()))

    return load


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as opened:
        yield opened


def poll(store: Store, by: InForce, feed_id: str, titles: list[str], now: datetime) -> None:
    """Poll a feed that lists items with these titles, by a config."""
    store.sync_feeds(by.config.feeds, now)
    (state,) = store.lease(now, now + HOUR, 1, [feed_id])
    (feed,) = (feed for feed in by.config.feeds if feed.id == feed_id)
    items = [item(feed_id, title, now) for title in titles]
    new = tuple(Found(each, match_item(by.ruleset, each, feed)) for each in items)
    assert store.commit(Polled(state, new, listed=len(new)), by.config.hash, now)


def item(feed_id: str, title: str, now: datetime) -> Item:
    return Item(feed_id, title, title, title, title, None, "", "", "", now, now)


def edition(store: Store, by: InForce, now: datetime) -> list[str]:
    """Record an edition; the titles that it announces."""
    config = by.config
    headings = tuple(Heading(each.key, each.title, each.question) for each in config.definitions.signals)
    head = Masthead(headings, {feed.id: feed for feed in config.feeds}, "UTC", config.hash)
    sections = record(store, head, shipped.templates(), now).digest.sections
    return [line.title for section in sections for line in section.lines]


def applied(store: Store, by: InForce, now: datetime, *signals: str) -> Progress:
    reach = reach_of(by.config, signals or None, None, now)
    (*_, last) = apply_rules(store, by, reach, now)
    return last


def matches(store: Store) -> dict[tuple[str, str], KeptMatch]:
    return {(each.item.title, each.match.signal): each for each in store.matches_since(EVER)}


# --- R13: a new rule


def test_a_new_rule_is_applied_to_stored_items_only_when_asked(
    store: Store, work: Work, now: datetime
) -> None:
    poll(store, work(FEEDS), "wire", ["Acme cuts prices"], now)
    new = work(FEEDS + CUTS)

    assert matches(store) == {}
    last = applied(store, new, now)

    assert last.signals == {"prices": Applied(gained=1)}
    assert list(matches(store)) == [("Acme cuts prices", "prices")]


def test_what_is_found_so_is_late_and_never_announced(store: Store, work: Work, now: datetime) -> None:
    poll(store, work(FEEDS), "wire", ["Acme cuts prices"], now)
    new = work(FEEDS + CUTS)
    applied(store, new, now)
    poll(store, new, "wire", ["Bmce cuts prices"], now + HOUR)

    assert matches(store)["Acme cuts prices", "prices"].late
    assert edition(store, new, now + 2 * HOUR) == ["Bmce cuts prices"]
    assert edition(store, new, now + 3 * HOUR) == []


def evidence(store: Store) -> dict[tuple[str, str], Match]:
    return {(each.item.feed_id, each.item.title): each.match for each in store.matches_since(EVER)}


def test_it_finds_what_a_poll_would_have_found(
    store: Store, work: Work, now: datetime, tmp_path: Path
) -> None:
    acme = "{acme: {name: Acme, type: lab, ambiguous: [{alias: Acme, needs: [prices]}]}}"
    rules = "{s: {title: S, rules: [{id: r, when: <acme>}, {id: o, when: 'tier:official acme'}]}}"
    new = f"{FEEDS}entities: {acme}\nsignals: {rules}\n"
    titles = ["Acme answers", "Acme cuts prices", "A quiet day"]
    for feed in ("lab", "wire"):
        poll(store, work(FEEDS), feed, titles, now)
    applied(store, work(new), now)
    with open_store(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        for feed in ("lab", "wire"):
            poll(other, work(new), feed, titles, now)
        polled = evidence(other)

    assert evidence(store) == polled
    assert set(polled) == {
        ("lab", "Acme answers"),
        ("lab", "Acme cuts prices"),
        ("wire", "Acme cuts prices"),
    }


def test_items_of_a_feed_that_left_are_matched_as_those_of_an_unknown_feed(
    store: Store, work: Work, now: datetime
) -> None:
    poll(store, work(FEEDS), "lab", ["Acme cuts prices"], now)
    new = work("signals: {prices: {title: P, rules: [{id: cut, when: cuts}]}}\n")
    store.sync_feeds(new.config.feeds, now)

    applied(store, new, now)

    (found,) = matches(store).values()
    assert [part.label for part in found.match.parts] == ["cut", "title"]


# --- changed rules


def test_a_match_that_no_rule_makes_any_more_goes_if_no_edition_told_of_it(
    store: Store, work: Work, now: datetime
) -> None:
    old = work(FEEDS + CUTS)
    poll(store, old, "wire", ["Acme cuts prices"], now)
    edition(store, old, now + HOUR)
    poll(store, old, "wire", ["Bmce cuts prices"], now + 2 * HOUR)

    last = applied(store, work(FEEDS + RISES), now + 3 * HOUR)

    assert last.signals == {"prices": Applied(lost=1)}
    assert list(matches(store)) == [("Acme cuts prices", "prices")]


def test_a_match_that_waits_for_its_edition_is_announced_with_its_new_evidence(
    store: Store, work: Work, now: datetime
) -> None:
    poll(store, work(FEEDS + CUTS), "wire", ["Acme cuts prices"], now)
    new = work(FEEDS + "signals: {prices: {title: P, rules: [{id: cut, when: cuts prices, score: 4}]}}\n")

    last = applied(store, new, now)

    assert last.signals == {"prices": Applied(changed=1)}
    assert not matches(store)["Acme cuts prices", "prices"].late
    assert edition(store, new, now + HOUR) == ["Acme cuts prices"]


def test_renaming_a_rule_announces_nothing_again(store: Store, work: Work, now: datetime) -> None:
    old = work(FEEDS + CUTS)
    poll(store, old, "wire", ["Acme cuts prices"], now)
    assert edition(store, old, now + HOUR) == ["Acme cuts prices"]
    new = work(FEEDS + CUTS.replace("id: cut", "id: price-cut"))

    applied(store, new, now + 2 * HOUR)

    assert edition(store, new, now + 3 * HOUR) == []


def test_renaming_a_signal_announces_nothing_again(store: Store, work: Work, now: datetime) -> None:
    old = work(FEEDS + CUTS)
    poll(store, old, "wire", ["Acme cuts prices"], now)
    edition(store, old, now + HOUR)
    new = work(FEEDS + CUTS.replace("prices:", "price_cuts:"))

    applied(store, new, now + 2 * HOUR)

    assert edition(store, new, now + 3 * HOUR) == []
    assert set(matches(store)) == {("Acme cuts prices", "prices"), ("Acme cuts prices", "price_cuts")}


def test_a_signal_that_left_the_config_keeps_its_matches(store: Store, work: Work, now: datetime) -> None:
    poll(store, work(FEEDS + CUTS), "wire", ["Acme cuts prices"], now)

    applied(store, work(FEEDS), now)

    assert list(matches(store)) == [("Acme cuts prices", "prices")]


def test_only_the_signals_asked_for_are_touched(store: Store, work: Work, now: datetime) -> None:
    two = (
        "signals: {a: {title: A, rules: [{id: r, when: acme}]}, b: {title: B, rules: [{id: r, when: a*}]}}\n"
    )
    poll(store, work(FEEDS), "wire", ["Acme cuts prices"], now)

    last = applied(store, work(FEEDS + two), now, "b")

    assert last.signals == {"b": Applied(gained=1)}
    assert list(matches(store)) == [("Acme cuts prices", "b")]


def test_items_before_the_reach_are_left_alone(store: Store, work: Work, now: datetime) -> None:
    poll(store, work(FEEDS), "wire", ["Old cuts"], now - 40 * 24 * HOUR)
    poll(store, work(FEEDS), "wire", ["New cuts"], now)
    new = work(FEEDS + CUTS)

    (*_, last) = apply_rules(store, new, reach_of(new.config, None, timedelta(days=30), now), now)

    assert (last.items, list(matches(store))) == (1, [("New cuts", "prices")])


def test_an_unknown_signal_is_told_with_a_suggestion(work: Work, now: datetime) -> None:
    with pytest.raises(TrackerError, match=r"there is no signal 'prizes' \(did you mean 'prices'\?\)"):
        reach_of(work(FEEDS + CUTS).config, ["prizes"], None, now)


# --- trying it first


def test_a_preview_says_what_would_change_and_changes_nothing(
    store: Store, work: Work, now: datetime
) -> None:
    poll(store, work(FEEDS + RISES), "wire", ["Acme cuts", "Bmce rises"], now)
    new, before = work(FEEDS + CUTS), matches(store)
    reach = reach_of(new.config, None, None, now)

    (*_, told) = preview(store, new, reach, now)

    assert told.signals == {"prices": Applied(gained=1, lost=1)}
    assert matches(store) == before
    (*_, done) = apply_rules(store, new, reach, now)
    assert done.signals == told.signals


# --- many items, stopped runs

MANY = [f"Acme cuts price {number}" for number in range(2 * STEP + 50)]


def test_a_run_goes_step_by_step_over_all_items(store: Store, work: Work, now: datetime) -> None:
    poll(store, work(FEEDS), "wire", MANY, now)
    new = work(FEEDS + CUTS)

    steps = list(apply_rules(store, new, Reach(EVER, ("prices",)), now))

    assert [(step.items, step.done) for step in steps] == [
        (STEP, False),
        (2 * STEP, False),
        (len(MANY), True),
    ]
    assert len(matches(store)) == len(MANY)


def test_a_run_that_was_stopped_goes_on_where_it_was(store: Store, work: Work, now: datetime) -> None:
    poll(store, work(FEEDS), "wire", MANY, now)
    new = work(FEEDS + CUTS)
    reach = reach_of(new.config, None, timedelta(days=30), now)
    next(apply_rules(store, new, reach, now))

    later = reach_of(new.config, None, timedelta(days=30), now + HOUR)
    (*_, last) = apply_rules(store, new, later, now + HOUR)

    assert (last.resumed, last.items) == (True, len(MANY) - STEP)
    assert len(matches(store)) == len(MANY)


@pytest.mark.parametrize(
    ("text", "signals", "days"),
    [
        pytest.param(RISES, None, 30, id="other rules"),
        pytest.param(CUTS, None, 300, id="a longer reach"),
    ],
)
def test_a_run_that_is_asked_something_else_begins_anew(
    store: Store, work: Work, now: datetime, text: str, signals: list[str] | None, days: int
) -> None:
    poll(store, work(FEEDS), "wire", MANY, now)
    first = work(FEEDS + CUTS)
    next(apply_rules(store, first, reach_of(first.config, None, timedelta(days=30), now), now))

    other = work(FEEDS + text)
    (*_, last) = apply_rules(store, other, reach_of(other.config, signals, timedelta(days=days), now), now)

    assert (last.resumed, last.items) == (False, len(MANY))


def test_a_finished_run_that_is_asked_again_finds_nothing_to_change(
    store: Store, work: Work, now: datetime
) -> None:
    poll(store, work(FEEDS), "wire", MANY, now)
    new = work(FEEDS + CUTS)
    applied(store, new, now)

    last = applied(store, new, now)

    assert (last.resumed, last.items, last.signals) == (False, len(MANY), {"prices": Applied()})


def test_items_that_come_in_while_it_runs_are_left_to_their_poll(
    store: Store, work: Work, now: datetime
) -> None:
    old, new = work(FEEDS), work(FEEDS + CUTS)
    poll(store, old, "wire", MANY, now)
    steps = apply_rules(store, new, Reach(EVER, ("prices",)), now)
    next(steps)
    poll(store, new, "lab", ["Bmce cuts"], now + HOUR)

    (*_, last) = steps

    assert last.items == len(MANY)
    assert not matches(store)["Bmce cuts", "prices"].late


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from tracker import shipped
from tracker.apply import apply_rules, reach_of
from tracker.config.load import load_config
from tracker.inforce import compiled
from tracker.store.store import open_store

work = compiled(load_config(Path(sys.argv[1]), env={}, seeds=shipped.seeds()))
now = datetime.fromisoformat(sys.argv[3])
with open_store(sys.argv[2]) as store:
    for progress in apply_rules(store, work, reach_of(work.config, None, None, now), now):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_was_killed_goes_on_and_loses_nothing(tmp_path: Path, work: Work, now: datetime) -> None:
    url = f"sqlite:///{tmp_path / 'tracker.sqlite'}"
    with open_store(url) as store:
        poll(store, work(FEEDS), "wire", MANY, now)
    new = work(FEEDS + CUTS)

    command = [sys.executable, "-c", KILLED, str(tmp_path / "config.yaml"), url, now.isoformat()]
    killed = subprocess.run(command, check=False)

    assert killed.returncode == -signal.SIGKILL
    with open_store(url) as store:
        assert len(matches(store)) == STEP
        last = applied(store, new, now)
        assert (last.resumed, len(matches(store))) == (True, len(MANY))


# --- the command


@pytest.fixture
def stored(home: Any, publisher: Any) -> Any:
    """A home with two items that were polled without a rule for them."""
    publisher.add("one", "Acme frobs widgets", "A quiet day")
    home.config.write_text(publisher.config(), "utf-8")
    assert home.tracker("poll").code == 0
    rule = "signals: {frob: {title: Frobs, rules: [{id: frob, when: frobs}]}}\n"
    home.config.write_text(publisher.config() + rule, "utf-8")
    return home


def test_the_command_says_what_changed(stored: Any) -> None:
    tried, done, again = (
        stored.tracker("rules", "apply", *more) for more in (("--dry-run",), (), ("--since", "all"))
    )

    assert [run.code for run in (tried, done, again)] == [0, 0, 0]
    assert tried.out.split() == ["frob", "+1", "-0"]
    assert "2 stored items looked at; nothing was changed" in tried.err
    assert done.out.split() == ["frob", "+1", "-0"]
    assert "no edition" in done.err
    assert again.out == "no match changed\n"
    assert "(late)" in stored.tracker("show", "1").out
    assert stored.tracker("digest", "--json").json["matches"] == 0


def test_the_command_answers_programs(stored: Any) -> None:
    done = stored.tracker("rules", "apply", "--signal", "frob", "--json")

    assert done.json == {
        "items": 2,
        "resumed": False,
        "signals": {"frob": {"gained": 1, "lost": 0, "changed": 0}},
        "dry_run": False,
    }
    assert done.err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--since", "soon"], "tracker: --since: 'soon' is not a duration; write 12h, 30d or all\n"),
        (["--signal", "frobs"], "tracker: there is no signal 'frobs' (did you mean 'frob'?)\n"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(stored: Any, arguments: list[str], told: str) -> None:
    done = stored.tracker("rules", "apply", *arguments)

    assert (done.code, done.err) == (1, told)


def test_the_command_does_not_apply_the_rules_of_before_when_the_config_is_broken(stored: Any) -> None:
    stored.config.write_text("nonsense: 1\n", "utf-8")

    done = stored.tracker("rules", "apply")

    assert done.code == 2
    assert "unknown key 'nonsense'" in done.err


def test_the_command_goes_through_the_daemon(stored: Any) -> None:
    assert stored.tracker("start").code == 0
    try:
        done = stored.tracker("rules", "apply")
        stored.config.write_text("nonsense: 1\n", "utf-8")
        refused = stored.tracker("rules", "apply")
    finally:
        stopped = stored.tracker("stop")

    assert (done.code, done.out.split()) == (0, ["frob", "+1", "-0"])
    assert refused.code == 1
    assert "the file is broken" in refused.err
    assert stopped.code == 0
