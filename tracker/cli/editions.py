"""Commands about editions: record and publish one, open the newest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.cli.wiring import Places


def digest(context: typer.Context, json: AsJson = False) -> None:
    """Record an edition of every match that none has taken yet, and write its page."""
    from tracker.cli import wiring
    from tracker.cli.through import through
    from tracker.daemon.control import running

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    if daemon := running(where.data):
        made: Mapping[str, Any] = through(where, daemon, {"do": "digest"}, tell=True)
    else:
        made = _make(where)
    if json:
        say.data(made)
        return
    matches = say.count(made["matches"], "match", "matches")
    say.line(f"edition {made['edition']}: {matches}, {made['page']}")


def _make(where: Places) -> Mapping[str, Any]:
    """Record and publish an edition in this process."""
    from tracker import shipped
    from tracker.cli import wiring
    from tracker.edition import publish_recorded, record

    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    with wiring.writing(where, work.config) as store:
        now = wiring.clock()
        wiring.put_in_force(where, work.config, store, now)
        store.sync_feeds(work.config.feeds, now)
        edition = record(store, wiring.masthead(work), shipped.templates(), now)
        page = publish_recorded(store, shipped.templates(), where.pages, now)
    lines = sum(len(section.lines) for section in edition.digest.sections)
    return {"edition": edition.number, "matches": lines, "page": str(page)}


def open_digest(
    context: typer.Context,
    path: Annotated[
        bool, typer.Option("--path", help="Print where the page is instead of opening it.")
    ] = False,
) -> None:
    """Open the newest edition in the browser."""
    import webbrowser

    from tracker.cli import wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    page = _newest(where.pages)
    if page is None:
        raise TrackerError(f"no edition in {where.pages} yet; `tracker digest` makes one")
    if path:
        say.line(str(page))
        return
    if not webbrowser.open(page.absolute().as_uri()):
        say.error(f"no browser could be started; the page is {page}")
        raise typer.Exit(1)


def _newest(pages: Path) -> Path | None:
    from tracker.digest.publish import latest_page

    try:
        return latest_page(pages)
    except OSError as error:
        raise TrackerError(f"{pages}: cannot be read: {error.strerror}") from error
