"""How a backtest is told: counts per signal and rule, samples, base rates by week; or all of it as JSON."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tracker.cli import say
from tracker.errors import TrackerError
from tracker.wording import some

if TYPE_CHECKING:
    from tracker.rules import Ruleset
    from tracker.rules.backtest import Counted, Edited, Outcome, RuleKey, RuleOutcome, Sample


@dataclass(frozen=True, slots=True)
class Told:
    """A backtest and what the user wants to know of it.

    base: what it compares with, None for nothing. chosen: the rules to tell of, by signal.
    equal: nothing was compared, because both sides find the same. stopped: before the last item.
    """

    base: str | None
    edit: Edited
    outcome: Outcome
    chosen: dict[str, tuple[str, ...]]
    equal: bool
    stopped: bool

    @property
    def compares(self) -> bool:
        return self.base is not None and not self.equal


def chosen(
    rulesets: Sequence[Ruleset], signals: Collection[str] | None, rules: Collection[str] | None
) -> dict[str, tuple[str, ...]]:
    """The rules of all rulesets that are asked for, by signal, in the order of the first.

    rules: ids, or signal/id. None for all. Raises TrackerError for what no ruleset has.
    """
    from tracker.cli.reading import check_signal
    from tracker.config.report import did_you_mean

    keys = list(
        dict.fromkeys((each.signals[rule.signal], rule.id) for each in rulesets for rule in each.rules)
    )
    known = list(dict.fromkeys(key for each in rulesets for key in each.signals))
    for signal in signals or ():
        check_signal(signal, known)
    names = {rule for _, rule in keys} | {f"{signal}/{rule}" for signal, rule in keys}
    for rule in rules or ():
        if rule not in names:
            hint = did_you_mean(rule, names)
            raise TrackerError(f"there is no rule '{rule[:60]}'" + (f" ({hint})" if hint else ""))
    wanted = [
        (signal, rule)
        for signal, rule in keys
        if (not signals or signal in signals) and (not rules or rule in rules or f"{signal}/{rule}" in rules)
    ]
    told = {signal for signal, _ in wanted}
    return {
        signal: tuple(rule for its, rule in wanted if its == signal) for signal in known if signal in told
    }


def tell(told: Told, *, weeks: bool) -> None:
    """Print what was found; what was done goes to stderr."""
    if told.equal:
        say.line(f"nothing differs: the rules find what those of {told.base} find")
    elif told.base is not None:
        _tell_edit(told.edit)
    if told.outcome.tried:
        _tell_signals(told)
        if weeks:
            _tell_weeks(told)
    _tell_span(told)


def as_json(told: Told) -> dict[str, Any]:
    """What programs read; see docs/rules.md."""
    outcome = told.outcome
    return {
        "base": told.base,
        "equal": told.equal,
        "complete": not told.stopped,
        "items": outcome.tried,
        "undated": outcome.undated,
        "first": outcome.first,
        "last": outcome.last,
        "edit": {name: [_named(key) for key in keys] for name, keys in asdict(told.edit).items()},
        "signals": {key: _signal_row(key, told) for key in told.chosen},
        "weeks": {
            str(week): {
                "items": number,
                "signals": {key: outcome.weeks.get(key, {}).get(week, 0) for key in told.chosen},
            }
            for week, number in outcome.items.items()
        },
    }


def _tell_edit(edit: Edited) -> None:
    for keys, what in (
        (edit.new, "new"),
        (edit.gone, "gone"),
        (edit.other, "with another meaning"),
    ):
        if keys:
            say.line(f"{say.count(len(keys), 'rule')} {what}: {some([_named(key) for key in keys])}")
    if not (edit.new or edit.gone or edit.other):
        say.line("the rules are the same; their order, or what is said of feeds, differs")


def _tell_signals(told: Told) -> None:
    """Every signal where nothing is compared, else those that differ."""
    outcome, differs = told.outcome, False
    width = 4 + max((len(name) for name in _names(told)), default=0)
    for signal, rules in told.chosen.items():
        counted = _of_signal(signal, outcome)
        if told.compares and not _any_differs(signal, rules, outcome):
            continue
        differs = True
        say.line()
        say.line(f"{signal:<{width}}{_counts(counted, told)}")
        for rule in rules:
            found = _of_rule((signal, rule), outcome)
            if found.counted.differs or not told.compares:
                say.line(f"  {rule:<{width - 2}}{_counts(found.counted, told)}{_alone(found, told)}")
                _tell_samples(found)
    if told.compares and not differs:
        say.line("no match differs")


def _names(told: Told) -> list[str]:
    return [*told.chosen, *(rule for rules in told.chosen.values() for rule in rules)]


def _any_differs(signal: str, rules: Collection[str], outcome: Outcome) -> bool:
    """A rule may gain what another rule of its signal has shown already."""
    return _of_signal(signal, outcome).differs or any(
        _of_rule((signal, rule), outcome).counted.differs for rule in rules
    )


def _counts(counted: Counted, told: Told) -> str:
    now = f"{counted.now:>8,}{told.outcome.a_week(counted.now):>9.1f} a week"
    if not told.compares:
        return now
    changed = f"   {counted.changed:,} with other evidence" if counted.changed else ""
    return f"{now}   +{counted.gained:,} -{counted.lost:,}{changed}"


def _alone(found: RuleOutcome, told: Told) -> str:
    """How much of it the signal feels, where other rules show the rest all the same."""
    if not told.compares or found.alone == found.counted.gained + found.counted.lost:
        return ""
    return f"   {found.alone:,} by this rule alone"


def _tell_samples(found: RuleOutcome) -> None:
    for sign, samples in (("+", found.gained), ("-", found.lost)):
        for sample in samples:
            day = f"{sample.when:%Y-%m-%d}" if sample.when is not None else "no date"
            say.line(f"    {sign} {day}  {sample.id}  {sample.title}")
            also = "shown all the same by " if sign == "-" else "was shown already by "
            others = f"; {also}{some(sample.others)}" if sample.others else ""
            say.line(f"      {', '.join(sample.words)}{others}")


def _tell_weeks(told: Told) -> None:
    """A row per week, a column per signal: matches of the config on disk."""
    outcome, keys = told.outcome, list(told.chosen)
    widths = [max(len(key), 5) for key in keys]
    say.line()
    head = "  ".join(f"{key:>{width}}" for key, width in zip(keys, widths, strict=True))
    say.line(f"{'week of':<10}  {'items':>7}  {head}")
    for week, number in outcome.items.items():
        cells = [
            f"{outcome.weeks.get(key, {}).get(week, 0):>{width},}"
            for key, width in zip(keys, widths, strict=True)
        ]
        say.line(f"{_day(week)}  {number:>7,}  {'  '.join(cells)}")


def _tell_span(told: Told) -> None:
    outcome = told.outcome
    if told.equal and not outcome.tried:
        say.note("no item was looked at; `--base none` counts, `--base FILE` compares with another config")
        return
    span = (
        f" of {outcome.first:%Y-%m-%d} to {outcome.last:%Y-%m-%d}" if outcome.first and outcome.last else ""
    )
    undated = f", {outcome.undated:,} of them without a date" if outcome.undated else ""
    if told.stopped:
        say.note("stopped before the last item; what was counted so far:")
    say.note(f"{say.count(outcome.tried, 'item')}{span} looked at{undated}; nothing was changed")


def _of_signal(key: str, outcome: Outcome) -> Counted:
    from tracker.rules.backtest import Counted

    return outcome.signals.get(key) or Counted()


def _of_rule(key: RuleKey, outcome: Outcome) -> RuleOutcome:
    from tracker.rules.backtest import Counted, RuleOutcome

    return outcome.rules.get(key) or RuleOutcome(Counted())


def _signal_row(key: str, told: Told) -> dict[str, Any]:
    rules = {rule: _rule_row(_of_rule((key, rule), told.outcome), told) for rule in told.chosen[key]}
    return {**_counted_row(_of_signal(key, told.outcome), told), "rules": rules}


def _rule_row(found: RuleOutcome, told: Told) -> dict[str, Any]:
    samples = {"gained": _sample_rows(found.gained), "lost": _sample_rows(found.lost)}
    if not told.compares:
        samples = {"found": samples["gained"]}
    alone = {"alone": found.alone} if told.compares else {}
    return {**_counted_row(found.counted, told), **alone, "samples": samples}


def _counted_row(counted: Counted, told: Told) -> dict[str, Any]:
    """Where nothing is compared there is no before."""
    rate = {"now": counted.now, "a_week": round(told.outcome.a_week(counted.now), 2)}
    return {**rate, **asdict(counted)} if told.compares else rate


def _sample_rows(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    return [asdict(sample) for sample in samples]


def _named(key: RuleKey) -> str:
    return "/".join(key)


def _day(week: date) -> str:
    return f"{week:%Y-%m-%d}"
