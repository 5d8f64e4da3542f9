"""What other rules would find: gained, lost, other evidence, samples, base rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from written import feed, item, rule

from tracker.errors import Place
from tracker.rules import Ruleset, compile_rules, match_item
from tracker.rules.backtest import Backtest, Counted, Edited, Outcome, Sample, Tried, edited
from tracker.rules.evaluate import ItemMatcher
from tracker.rules.source import Definitions, SignalSource

NO_PLACE = Place("config.yaml", 1, 1)
MONDAY = datetime(2026, 5, 4, 8, tzinfo=UTC)
DAY = timedelta(days=1)
Rules = Mapping[str, Mapping[str, str]]


def ruleset(signals: Rules) -> Ruleset:
    sources = tuple(
        SignalSource(
            key, key, "", tuple(rule(when, id=name) for name, when in rules.items()), "user", NO_PLACE
        )
        for key, rules in signals.items()
    )
    # What `rule` calls the signal is part of a rule's hash only.
    return compile_rules(Definitions(sources, {}, {}, {}))


def finding(rules: Ruleset) -> ItemMatcher:
    return lambda thing: match_item(rules, thing, feed())


def tried(title: str, when: datetime | None = MONDAY) -> Tried:
    return Tried(title, item(title), when)


def compared(now: Rules, before: Rules, *items: Tried, samples: int = 3) -> Outcome:
    ours, theirs = ruleset(now), ruleset(before)
    test = Backtest(finding(ours), finding(theirs), edited(ours, theirs), samples)
    for each in items:
        test.add(each)
    return test.outcome()


def test_what_is_gained_and_lost_is_counted_per_signal_and_rule() -> None:
    now = {"price": {"cut": "cuts", "zh": "降价"}}
    before = {"price": {"cut": "cuts or slashes"}, "hire": {"join": "joins"}}

    found = compared(
        now, before, tried("Acme cuts"), tried("Acme slashes"), tried("宣布降价"), tried("Li joins Acme")
    )

    assert found.signals == {
        "price": Counted(now=2, before=2, gained=1, lost=1),
        "hire": Counted(now=0, before=1, lost=1),
    }
    assert {key: outcome.counted for key, outcome in found.rules.items()} == {
        ("price", "cut"): Counted(now=1, before=2, lost=1),
        ("price", "zh"): Counted(now=1, gained=1),
        ("hire", "join"): Counted(before=1, lost=1),
    }


def test_a_rule_gains_what_its_signal_has_shown_already() -> None:
    found = compared(
        {"price": {"cut": "cuts", "less": "less"}}, {"price": {"cut": "cuts"}}, tried("Acme cuts to less")
    )

    assert found.signals["price"] == Counted(now=1, before=1, changed=1)
    gained = found.rules["price", "less"]
    assert (gained.counted, gained.alone) == (Counted(now=1, gained=1), 0)
    assert gained.gained == (
        Sample("Acme cuts to less", MONDAY, "Acme cuts to less", ("cuts", "less"), ("cut",)),
    )


def test_other_evidence_is_laid_to_the_rule_that_was_edited() -> None:
    now = {"price": {"cut": "cuts and (price or half)", "less": "less"}}
    before = {"price": {"cut": "cuts and price", "less": "less"}}

    found = compared(now, before, tried("Acme cuts a price to half, to less"), tried("less price"))

    assert found.signals["price"] == Counted(now=2, before=2, changed=1)
    assert found.rules["price", "cut"].counted.changed == 1
    assert found.rules["price", "less"].counted == Counted(now=2, before=2)


def test_a_rule_written_otherwise_that_finds_the_same_changes_nothing() -> None:
    found = compared({"price": {"cut": "cuts or zzz"}}, {"price": {"cut": "cuts"}}, tried("Acme cuts"))

    assert found.signals == {"price": Counted(now=1, before=1)}


def test_the_rules_that_differ_are_named() -> None:
    now = ruleset({"price": {"a": "cuts", "b": "降价", "c": "less"}})
    before = ruleset({"price": {"b": "降價", "c": "fewer", "d": "more"}})

    assert edited(now, before) == Edited((("price", "a"),), (("price", "d"),), (("price", "c"),))
    assert edited(now, now) == Edited()


def test_without_a_base_everything_that_is_found_is_gained() -> None:
    test = Backtest(finding(ruleset({"price": {"cut": "cuts or 降价"}})), samples=1)
    for each in (tried("Acme cuts"), tried("宣布降价", MONDAY + DAY), tried("A quiet day")):
        test.add(each)

    found = test.outcome()

    assert (found.tried, found.signals) == (3, {"price": Counted(now=2, gained=2)})
    assert len(found.rules["price", "cut"].gained) == 1


def test_samples_are_few_newest_first_and_the_same_in_any_order() -> None:
    items = [tried(f"Acme cuts {number}", MONDAY + number * DAY) for number in range(200)]
    rules: tuple[Rules, Rules] = ({"price": {"cut": "cuts"}}, {})

    one = compared(*rules, *items).rules["price", "cut"].gained
    other = compared(*rules, *reversed(items)).rules["price", "cut"].gained

    assert one == other
    assert len(one) == 3
    dates = [sample.when for sample in one if sample.when is not None]
    assert dates == sorted(dates, reverse=True)
    assert dates[0] - dates[-1] > 7 * DAY  # spread, not the three newest


def test_samples_show_first_what_no_other_rule_shows() -> None:
    items = [tried(f"Acme cuts to less {number}") for number in range(50)]

    found = compared(
        {"price": {"cut": "cuts", "less": "less"}}, {"price": {"cut": "cuts"}}, *items, tried("Less of Bmce")
    )

    less = found.rules["price", "less"]
    assert (less.counted.gained, less.alone, len(less.gained)) == (51, 1, 3)
    assert [sample.title for sample in less.gained if not sample.others] == ["Less of Bmce"]


def test_samples_without_a_date_come_last_and_none_are_kept_when_none_are_wanted() -> None:
    rules: tuple[Rules, Rules] = ({"price": {"cut": "cuts"}}, {})
    items = [tried("cuts", None), tried("cuts more", MONDAY)]

    kept = compared(*rules, *items).rules["price", "cut"].gained

    assert [sample.when for sample in kept] == [MONDAY, None]
    assert compared(*rules, *items, samples=0).rules["price", "cut"].gained == ()


def test_weeks_begin_on_monday_in_utc_and_count_what_is_found_now() -> None:
    found = compared(
        {"price": {"cut": "cuts"}},
        {"price": {"cut": "falls"}},
        tried("Acme cuts", datetime(2026, 5, 3, 23, 59, tzinfo=UTC)),
        tried("Bmce cuts", datetime(2026, 5, 4, tzinfo=UTC)),
        tried("Cmce cuts", datetime(2026, 5, 10, tzinfo=UTC)),
        tried("Dmce falls", datetime(2026, 5, 10, tzinfo=UTC)),
        tried("Emce cuts", None),
    )

    assert found.items == {date(2026, 4, 27): 1, date(2026, 5, 4): 3}
    assert found.weeks == {"price": {date(2026, 4, 27): 1, date(2026, 5, 4): 2}}
    assert (found.tried, found.undated, found.signals["price"].now) == (5, 1, 4)


@pytest.mark.parametrize(
    ("last", "rate"),
    [
        pytest.param(MONDAY + 28 * DAY, 3.0, id="over four weeks"),
        pytest.param(MONDAY + DAY, 12.0, id="less than a week counts as one"),
        pytest.param(None, 12.0, id="and so do items without a date"),
    ],
)
def test_a_rate_is_over_the_span_of_the_items(last: datetime | None, rate: float) -> None:
    first = MONDAY if last is not None else None

    assert Outcome(12, 0, first, last, {}, {}, {}, {}).a_week(12) == rate


def test_a_date_at_the_beginning_of_time_is_in_a_week() -> None:
    dawn = datetime(1, 1, 1, tzinfo=UTC)

    assert compared({"price": {"cut": "cuts"}}, {}, tried("cuts", dawn)).items == {date(1, 1, 1): 1}
