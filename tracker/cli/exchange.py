"""`tracker feeds import` and `export`: subscriptions from another reader and for one, as OPML."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.cli.admission import Admitted


def import_feeds(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An OPML file, or - for standard input.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, write nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Subscribe to the feeds of an OPML file, all in one edit of your config. Folders become tags."""
    from tracker import opml
    from tracker.cli import configfile, wiring
    from tracker.cli.admission import admit

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    config = wiring.load(where.config).config
    try:
        listed = opml.read(_bytes_of(file, opml.LARGEST))
    except opml.OpmlError as error:
        raise TrackerError(f"{'standard input' if file == '-' else file}: {error}") from error
    admitted = admit(listed, config, configfile.written(config))
    change = None
    if admitted.feeds:
        added = [(each.id or "", each.url) for each in admitted.feeds]
        plan = configfile.adding(config, admitted.entries, added)
        change = configfile.prepared(plan, config)
        if not dry_run:
            from tracker.config.change import write

            write(change)
    if json:
        say.data({"written": change is not None and not dry_run, **asdict(admitted)})
    else:
        _tell(admitted, len(listed), str(change.path) if change else "", dry_run=dry_run)
        if change is not None and not dry_run:
            configfile.say_when(where.data)
    if not admitted.feeds and admitted.refused:
        raise typer.Exit(1)


def export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it. Default: standard output.")
    ] = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="Only the feeds of your config, not the pack's.")
    ] = False,
) -> None:
    """Write the feeds as OPML, which every reader takes. Secrets and headers stay here."""
    from tracker import opml
    from tracker.cli import configfile, wiring
    from tracker.cli.admission import holds_secret, listed

    options: Options = context.obj
    config = wiring.load(wiring.places(options.config, options.data).config).config
    own = {each.id for each in configfile.written(config)}
    chosen = [feed for feed in config.feeds if not mine or feed.id in own]
    for feed in chosen:
        if holds_secret(feed.url):
            say.note(f"{feed.id} is left out: its address looks like it holds a key")
        elif feed.headers:
            say.note(f"{feed.id} needs headers of yours, which are not exported")
    public = [listed(feed, config) for feed in chosen if not holds_secret(feed.url)]
    text = opml.write(public, "Tracker", wiring.clock())
    if file is None:
        say.document(text)
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise TrackerError(f"{file} cannot be written: {error.strerror}") from error
    say.line(f"wrote {say.count(len(public), 'feed')} to {file}")


def _bytes_of(file: str, limit: int) -> bytes:
    """Not more than one byte beyond the limit, whatever the file is."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(limit + 1)
        with Path(file).open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise TrackerError(f"{file} cannot be read: {error.strerror}") from error


def _tell(admitted: Admitted, listed: int, path: str, *, dry_run: bool) -> None:
    for each in admitted.feeds:
        say.line(f"{each.id}  {each.url}  {each.name}")
    for known in admitted.known:
        say.note(f"line {known.line}: {known.url}: {known.why}")
    for refused in admitted.refused:
        say.note(f"line {refused.line}: {refused.url[:200] or '(no address)'}: {refused.why}")
    done = f"would be added to {path}" if dry_run else f"added to {path}"
    parts = [
        f"{say.count(len(admitted.feeds), 'feed')} {done if admitted.feeds else 'added'}",
        f"{len(admitted.known)} there already",
        f"{say.count(len(admitted.refused), 'line')} refused",
    ]
    say.note(f"{say.count(listed, 'line')} read: {', '.join(parts)}")
