"""Commands that come before the first poll: write a config, check a config."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import ConfigError, Problem, Severity, TrackerError


def init(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to write it. Default: ~/.config/tracker/config.yaml."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented config.yaml to start from, and beside it the schema by which editors complete it."""
    import os

    from tracker import shipped
    from tracker.config.completion import FILE, json_schema
    from tracker.config.paths import user_config

    target = path or user_config(os.environ)
    if target.is_dir():
        target = target / "config.yaml"
    if target.exists() and not force:
        raise TrackerError(f"{target} is there already; edit it, or say --force to replace it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_beside_its_schema(shipped.config().read_text("utf-8")), "utf-8")
        target.chmod(0o600)
        target.with_name(FILE).write_text(json_schema(), "utf-8")
    except OSError as error:
        raise TrackerError(f"cannot write {target}: {error.strerror}") from error
    say.line(f"wrote {target}")
    say.note(
        "next: set `contact:` in it, go to its folder, `tracker check`, `tracker start`, `tracker status`"
    )


def _beside_its_schema(text: str) -> str:
    """The shipped config with the schema named as it lies beside the user's."""
    from tracker.config.completion import FILE, MODELINE

    first, _, rest = text.partition("\n")
    return f"{MODELINE}{FILE}\n{rest}" if first.startswith(MODELINE) else text


def schema() -> None:
    """Print the JSON Schema of config.yaml, for completion in editors."""
    from tracker.config.completion import json_schema

    for row in json_schema().splitlines():
        say.line(row)


def check(context: typer.Context, json: AsJson = False) -> None:
    """Check the config: every problem at once, with file, line, column and what to do."""
    from tracker.cli import wiring

    options: Options = context.obj
    try:
        where = wiring.places(options.config, options.data)
        work = wiring.load(where.config)
    except ConfigError as error:
        _tell_errors(error.problems, json)
        raise typer.Exit(2) from None
    config = work.config
    signals = config.definitions.signals
    rules = sum(len(signal.rules) for signal in signals)
    if json:
        say.data(
            {
                "ok": True,
                "config": str(where.config),
                "data": str(where.data),
                "hash": config.hash,
                "feeds": len(config.feeds),
                "signals": len(signals),
                "rules": rules,
                "problems": _rows(work.warnings),
            }
        )
        return
    say.problems(work.warnings)
    counts = (
        say.count(len(config.feeds), "feed"),
        say.count(len(signals), "signal"),
        say.count(rules, "rule"),
        say.count(len(work.warnings), "warning"),
    )
    say.line(f"{where.config} is good: {', '.join(counts)}; data in {where.data}")


def _tell_errors(problems: tuple[Problem, ...], json: bool) -> None:
    if json:
        say.data({"ok": False, "problems": _rows(problems)})
        return
    say.problems(problems)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    say.error(f"{say.count(errors, 'error')}; nothing was changed")


def _rows(problems: tuple[Problem, ...]) -> list[dict[str, object]]:
    return [asdict(problem) for problem in problems]
