"""How well rules do on labelled items: what counts as right, and what the numbers are made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest
from written import feed, item, rule

from tracker.errors import Place
from tracker.model import Item, Match
from tracker.rules import Ruleset, compile_rules, match_item
from tracker.rules.evaluate import Evaluation, FalseAlarm, Labelled, Mean, Miss, Part, Score, evaluate
from tracker.rules.source import Definitions, SignalSource

NO_PLACE = Place("config.yaml", 1, 1)


def ruleset(**signals: str) -> Ruleset:
    """A ruleset with one rule per signal."""
    sources = tuple(
        SignalSource(key, key, "", (rule(when, id=f"{key}-rule"),), "user", NO_PLACE)
        for key, when in signals.items()
    )
    return compile_rules(Definitions(sources, {}, {}, {}))


RULES = ruleset(price="cuts or 降价", hire="joins or 加盟", law="fines or 罚款")


def labelled(title: str, *labels: str, unsure: Collection[str] = (), **parts: object) -> Labelled:
    lang = parts.pop("lang", "en")
    named = frozenset(labels), frozenset(unsure)
    return Labelled(title, item(title, lang=lang), *named, **parts)  # type: ignore[arg-type]


def evaluated(*items: Labelled, only: Collection[str] | None = None) -> Evaluation:
    def matches(thing: Item) -> Sequence[Match]:
        return match_item(RULES, thing, feed())

    return evaluate(items, matches, RULES.signals, only)


@pytest.mark.parametrize(
    ("thing", "score"),
    [
        pytest.param(labelled("Acme cuts prices", "price"), Score(tp=1), id="found and labelled is right"),
        pytest.param(labelled("Acme 宣布降价", "price"), Score(tp=1), id="and so in Chinese"),
        pytest.param(labelled("Acme cuts trees"), Score(fp=1), id="found, with no label, is a false alarm"),
        pytest.param(
            labelled("Acme is cheaper", "price"), Score(fn=1), id="labelled and not found is a miss"
        ),
        pytest.param(
            labelled("Acme cuts deep", unsure=["price"]), Score(), id="found where readers differ is neither"
        ),
        pytest.param(
            labelled("A dear Acme", unsure=["price"]), Score(), id="not found where they differ, neither"
        ),
        pytest.param(labelled("A quiet day"), Score(), id="nothing and nothing is nothing"),
    ],
)
def test_a_finding_counts_by_what_the_readers_said(thing: Labelled, score: Score) -> None:
    assert evaluated(thing).whole == Part(1, {"price": score, "hire": Score(), "law": Score()})


@pytest.mark.parametrize(
    ("score", "rates"),
    [
        pytest.param(Score(3, 1, 1), (0.75, 0.75, 0.75), id="the usual"),
        pytest.param(Score(1, 0, 3), (1.0, 0.25, 0.4), id="F1 is the harmonic mean"),
        pytest.param(Score(0, 0, 2), (None, 0.0, 0.0), id="nothing found has no precision, and an F1 of 0"),
        pytest.param(Score(0, 2, 0), (0.0, None, 0.0), id="nothing labelled has no recall, and an F1 of 0"),
        pytest.param(Score(), (None, None, None), id="nothing at all has none of them"),
    ],
)
def test_precision_recall_and_f1(score: Score, rates: tuple[float | None, ...]) -> None:
    assert (score.precision, score.recall, score.f1) == rates


def test_micro_counts_every_finding_alike_and_macro_every_signal() -> None:
    whole = Part(9, {"price": Score(6, 2, 0), "hire": Score(0, 0, 2), "law": Score(0, 5, 0)})

    assert whole.micro == Score(6, 7, 2)
    # hire found nothing: its precision counts as 0. law has no label: it is left out.
    assert whole.macro == Mean((0.75 + 0) / 2, (1.0 + 0) / 2, (12 / 14 + 0) / 2)


def test_where_nothing_is_labelled_there_is_no_macro() -> None:
    assert Part(1, {"price": Score(fp=1)}).macro == Mean(None, None, None)


def test_languages_strata_and_clear_items_are_counted_apart() -> None:
    done = evaluated(
        labelled("Acme cuts prices", "price", clear=True, stratum="pricing"),
        labelled("Acme cuts hair", stratum="noise"),
        labelled("李四加盟", "hire", lang="zh", stratum="pricing"),
        labelled("Who knows", "law", lang=None),
    )

    assert done.whole.micro == Score(2, 1, 1)
    assert {name: part.micro for name, part in done.languages.items()} == {
        "": Score(fn=1),
        "en": Score(1, 1, 0),
        "zh": Score(tp=1),
    }
    assert {name: (part.items, part.micro) for name, part in done.strata.items()} == {
        "": (1, Score(fn=1)),
        "noise": (1, Score(fp=1)),
        "pricing": (2, Score(tp=2)),
    }
    assert (done.clear.items, done.clear.micro) == (1, Score(tp=1))


def test_a_label_that_no_signal_has_counts_as_missed_and_is_named() -> None:
    done = evaluated(labelled("Acme cuts prices", "price", "colour"), labelled("Blue", "colour"))

    assert done.strange == {"colour": 2}
    assert done.signals == ("price", "hire", "law", "colour")
    assert done.whole.signals["colour"] == Score(fn=2)
    assert done.whole.macro.recall == 0.5


def test_only_the_signals_asked_for_are_counted() -> None:
    done = evaluated(labelled("Acme cuts staff, Li joins", "hire", "law"), only=["hire"])

    assert (done.signals, done.whole.micro) == (("hire",), Score(tp=1))
    assert done.predicted == (("Acme cuts staff, Li joins", ("hire",)),)


def test_what_was_found_in_each_item_is_told_in_their_order() -> None:
    done = evaluated(labelled("李四加盟，产品降价"), labelled("A quiet day"), labelled("Acme cuts"))

    assert done.predicted == (
        ("李四加盟，产品降价", ("price", "hire")),
        ("A quiet day", ()),
        ("Acme cuts", ("price",)),
    )


def test_errors_tell_the_words_of_a_false_alarm_and_the_signal_of_a_miss() -> None:
    done = evaluated(labelled("Acme cuts hair", "law"), labelled("监管罚款", "law", unsure=["price"]))

    alarm, miss = done.errors
    assert isinstance(alarm, FalseAlarm)
    assert (alarm.item_id, alarm.match.signal, alarm.match.rules) == (
        "Acme cuts hair",
        "price",
        ("price-rule",),
    )
    assert [hit.text for hit in alarm.match.hits] == ["cuts"]
    assert miss == Miss("Acme cuts hair", alarm.item, "law")
