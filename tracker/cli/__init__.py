"""The command line: the only place where clock, randomness, HTTP session and engine are made.

Commands import what they need when they run, so that `tracker --help` is quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import tracker
from tracker.cli import (
    adding,
    applying,
    background,
    backtesting,
    checking,
    editions,
    evaluating,
    exchange,
    explaining,
    linting,
    polling,
    reading,
    say,
    searching,
    setup,
    showcase,
    status,
    stopping,
    subscriptions,
    trying,
)
from tracker.cli.options import Options
from tracker.errors import BusyError, ConfigError, TrackerError

app = typer.Typer(
    name="tracker",
    help="Polls feeds, matches every item against your signal rules, and writes a digest that says why.",
    epilog=(
        "Exit codes: 0 done; 1 could not be done, the line says why; 2 a mistake in the config or the "
        "command; 3 another tracker writes to this data directory; 130, 143, 129 stopped by a signal."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
feeds = typer.Typer(no_args_is_help=True, help="Your subscriptions.", rich_markup_mode=None)
rules = typer.Typer(no_args_is_help=True, help="The signal rules in force.", rich_markup_mode=None)


def _say_version(asked: bool) -> None:
    if asked:
        say.line(f"tracker {tracker.__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="The config. Else $TRACKER_CONFIG, ./config.yaml, ~/.config/tracker/config.yaml.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            "-d",
            metavar="DIR",
            help="The data directory. Else $TRACKER_DATA, else tracker-data beside the config "
            "(~/.local/share/tracker for the config under ~/.config).",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Print the version and exit."),
    ] = False,
) -> None:
    """Read what all commands share."""
    context.obj = Options(config, data)


app.command()(background.start)
app.command()(background.stop)
app.command()(background.run)
app.command()(setup.init)
app.command()(setup.check)
app.command()(setup.schema)
app.command()(polling.poll)
app.command()(editions.digest)
app.command("open")(editions.open_digest)
app.command()(status.status)
app.command()(reading.show)
# So that -word reaches the query: search has no short options of its own.
app.command(context_settings={"ignore_unknown_options": True})(searching.search)
app.command()(explaining.explain)
app.command()(backtesting.backtest)
app.command()(evaluating.evaluate)
app.add_typer(feeds, name="feeds")
feeds.command("list")(subscriptions.list_feeds)
feeds.command("add")(adding.add)
feeds.command("remove")(subscriptions.remove)
feeds.command("check")(checking.check)
feeds.command("import")(exchange.import_feeds)
feeds.command("export")(exchange.export)
app.add_typer(rules, name="rules")
rules.command("show")(reading.rules_show)
rules.command("apply")(applying.rules_apply)
rules.command("test")(trying.rules_test)
rules.command("lint")(linting.rules_lint)
app.command()(showcase.demo)


def main() -> None:
    """Entry point: run a command; a TrackerError becomes its line and an exit code."""
    say.prepare()
    stopping.heed_signals()
    sys.exit(_answer())


def _answer() -> int:
    try:
        code = _command()
        say.finish()
    except ConfigError as error:
        say.problems(error.problems)
        return 2
    except BusyError as error:
        say.error(str(error))
        return 3
    except TrackerError as error:
        say.error(str(error))
        return 1
    except stopping.Stopped as stopped:
        say.error(f"{stopped}; nothing is half-done")
        return stopped.status
    return code


def _command() -> int:
    try:
        app(prog_name="tracker")
    except stopping.Stopped:
        raise
    except SystemExit as ended:  # how typer ends every command, done or not
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
