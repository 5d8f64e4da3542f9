"""`tracker rules test`: the examples beside the rules, tried, and the clauses that none of them exercises."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options

if TYPE_CHECKING:
    from tracker.cli.wiring import Places
    from tracker.config.values import Config
    from tracker.rules import Ruleset
    from tracker.rules.source import Definitions, RuleSource
    from tracker.rules.trial.coverage import Coverage, Tried, Used

_WORST = 5
"""Rules whose unexercised clauses are counted when nobody asked for all."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A config whose rules compile; whether their examples hold is not known."""

    where: Places
    config: Config
    ruleset: Ruleset


def load_rules(options: Options) -> Loaded:
    """Load the config on disk. Raises ConfigError when it is broken, but not for an example that fails."""
    from tracker import shipped
    from tracker.cli import wiring
    from tracker.config.load import load_config
    from tracker.rules import compile_rules

    where = wiring.places(options.config, options.data)
    config = load_config(where.config, env=os.environ, seeds=shipped.seeds())
    return Loaded(where, config, compile_rules(config.definitions))


def rules_test(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="RULE|SIGNAL", help="Rules, by id or signal/id, or signals. Default: all."),
    ] = None,
    uncovered: Annotated[
        bool, typer.Option("--uncovered", help="List every clause that no example exercises.")
    ] = False,
    pack: Annotated[
        bool, typer.Option("--pack", help="Tell of the pack's clauses as of yours, not only how many.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML, too.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Try the examples beside the rules, and count the clauses that none of them exercises.

    Exit 1 when an example fails, also one of the pack's: an edit of yours may have changed its rule.
    """
    from tracker.cli.junit import write_junit
    from tracker.rules.trial.coverage import try_examples

    options: Options = context.obj
    loaded = load_rules(options)
    done = try_examples(loaded.ruleset, loaded.config.definitions, _chosen(names, loaded.config.definitions))
    if junit is not None:
        write_junit(junit, done.tried)
    if json:
        say.data(_as_json(done))
    else:
        _tell(done, told=_told(done, every=pack or bool(names)), uncovered=uncovered)
    if done.failed:
        raise typer.Exit(1)


def _chosen(names: Sequence[str] | None, definitions: Definitions) -> list[RuleSource]:
    """The rules that names mean, in the order of the config."""
    rules = [rule for signal in definitions.signals for rule in signal.rules]
    if not names:
        return rules
    known = {name for rule in rules for name in _names(rule)}
    for name in names:
        if name not in known:
            _refuse(name, known)
    return [rule for rule in rules if not _names(rule).isdisjoint(names)]


def _names(rule: RuleSource) -> frozenset[str]:
    return frozenset((rule.signal, rule.id, f"{rule.signal}/{rule.id}"))


def _refuse(name: str, known: set[str]) -> None:
    from tracker.config.report import did_you_mean

    hint = did_you_mean(name, known) or "`tracker rules show` lists the signals"
    say.error(f"no rule or signal is called {name[:60]!r}; {hint}")
    raise typer.Exit(2)


def _told(done: Coverage, *, every: bool) -> list[Used]:
    """The clauses to tell of: users want their own first."""
    return [used for used in done.used if every or used.rule.layer == "user"]


def _tell(done: Coverage, *, told: list[Used], uncovered: bool) -> None:
    for failed in done.failed:
        _tell_failure(failed)
    if uncovered:
        for used in told:
            if not used.exercised:
                role = "" if used.role == "when" else f" ({used.role})"
                say.line(f"{used.place}: no example exercises `{used.text}`{role} of {_name(used.rule)}")
    else:
        _tell_worst([used for used in told if used.rule.examples])
    of_interest = {id(used.rule) for used in told}
    bare = [rule for rule in done.rules if id(rule) in of_interest and not rule.examples]
    for rule in bare:
        say.line(f"{rule.place}: rule {_name(rule)} has no example")
    _tell_sum(done, told)


def _tell_failure(failed: Tried) -> None:
    if failed.problem is None:
        return
    say.line(f"{failed.problem.place}: {failed.problem.what}")
    say.line(f"    {failed.example.text.text}")
    for why in failed.why:
        say.line(f"    {why}")
    if failed.problem.hint:
        say.line(f"    {failed.problem.hint}")


def _tell_worst(told: list[Used]) -> None:
    """The rules that have most clauses which no example exercises."""
    missing: dict[int, list[Used]] = {}
    total: dict[int, int] = {}
    for used in told:
        key = id(used.rule)
        total[key] = total.get(key, 0) + 1
        if not used.exercised:
            missing.setdefault(key, []).append(used)
    worst = sorted(missing.values(), key=len, reverse=True)
    for clauses in worst[:_WORST]:
        rule = clauses[0].rule
        count = f"{len(clauses)} of {say.count(total[id(rule)], 'clause')}"
        say.line(f"{rule.place}: no example exercises {count} of {_name(rule)}")
    if worst:
        more = f"{say.count(len(worst) - _WORST, 'more rule')}; " if len(worst) > _WORST else ""
        say.note(f"{more}`--uncovered` lists each clause")


def _tell_sum(done: Coverage, told: list[Used]) -> None:
    exercised = f"{_exercised(done.used):,} of {say.count(len(done.used), 'clause')} exercised"
    yours = [used for used in told if used.rule.layer == "user"]
    if 0 < len(yours) < len(done.used):
        exercised += f" (of yours {_exercised(yours):,} of {len(yours):,})"
    examples = f"{say.count(len(done.rules), 'rule')}, {say.count(len(done.tried), 'example')}"
    say.line(f"{examples}, {len(done.failed):,} fail; {exercised}")
    if done.beyond:
        clauses = say.count(done.beyond, "clause asks", "clauses ask")
        say.note(f"{clauses} for what no example has, being a title of one age: not counted")


def _exercised(used: Sequence[Used]) -> int:
    return sum(each.exercised for each in used)


def _name(rule: RuleSource) -> str:
    return f"{rule.signal}/{rule.id}"


def _as_json(done: Coverage) -> dict[str, object]:
    return {
        "rules": len(done.rules),
        "examples": len(done.tried),
        "failed": len(done.failed),
        "clauses": len(done.used),
        "exercised": _exercised(done.used),
        "beyond_examples": done.beyond,
        "failures": [_failure_row(each) for each in done.failed],
        "uncovered": [_clause_row(each) for each in done.used if not each.exercised],
        "without_examples": [_rule_row(rule) for rule in done.rules if not rule.examples],
    }


def _failure_row(failed: Tried) -> dict[str, object]:
    place = failed.example.text.at(0)
    return {
        "signal": failed.rule.signal,
        "rule": failed.rule.id,
        "layer": failed.rule.layer,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "text": failed.example.text.text,
        "expected": "match" if failed.example.matches else "no_match",
        "why": list(failed.why),
        "hint": failed.problem.hint if failed.problem is not None else "",
    }


def _clause_row(used: Used) -> dict[str, object]:
    return {
        "signal": used.rule.signal,
        "rule": used.rule.id,
        "layer": used.rule.layer,
        "file": used.place.file,
        "line": used.place.line,
        "column": used.place.column,
        "clause": used.text,
        "role": used.role,
    }


def _rule_row(rule: RuleSource) -> dict[str, object]:
    return {
        "signal": rule.signal,
        "rule": rule.id,
        "layer": rule.layer,
        "file": rule.place.file,
        "line": rule.place.line,
    }
