"""`tracker feeds add`: find the feed behind an address, show what it carries, write it into the config."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import finding, say, stopping
from tracker.cli.options import Options
from tracker.errors import FetchError, TrackerError
from tracker.model import Panel, Tier

if TYPE_CHECKING:
    from tracker.cli.finding import Found
    from tracker.cli.wiring import InForce
    from tracker.config.edit import Value
    from tracker.config.values import Config
    from tracker.model import Feed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said of the feed, beside its address."""

    name: str | None
    id: str | None
    keys: tuple[tuple[str, Value], ...]


def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that has one.")],
    name: Annotated[str | None, typer.Option("--name", help="Default: the feed's own title.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Default: made from the name.")] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="en, zh, … Default: what the feed says.")] = None,
    tier: Annotated[Tier | None, typer.Option("--tier", help="How near it is to the fact.")] = None,
    panel: Annotated[Panel | None, typer.Option("--panel", help="ai: everything in it is about AI.")] = None,
    carries: Annotated[
        list[str] | None,
        typer.Option(
            "--carries", metavar="SIGNAL", help="A signal for which its silence matters; repeat it."
        ),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(
            "--interval", metavar="TIME", help="Ask it just so often: 30m, 2h. Default: by its rhythm."
        ),
    ] = None,
    choose: Annotated[
        int | None, typer.Option("--choose", min=1, metavar="N", help="Which of several feeds of a page.")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            metavar="NAME:VALUE",
            help='For the feed\'s own host: "Authorization: Bearer env:TOKEN". A secret is only named.',
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")] = False,
) -> None:
    """Subscribe: find the feed, show what it carries, write it into your config."""
    from tracker.cli import probing, wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    work = wiring.load(where.config)
    _check_values(id_, interval)
    keys: dict[str, Value | None] = {
        "lang": lang,
        "tier": tier,
        "panel": panel,
        "carries": _carried(carries or [], work.config),
        "interval": interval,
        "headers": _headers(header or []),
    }
    wanted = Wanted(name, id_, tuple((key, value) for key, value in keys.items() if value))
    address = probing.with_scheme(url.strip())
    _refuse_known(address, work.config)
    feed = _candidate(address, keys["headers"], work.config)
    found = stopping.run(finding.find(feed, work, choose))
    _refuse_known(found.url, work.config)
    if feed.headers and not finding.same_origin(found.url, address):
        raise TrackerError(
            f"the feed is elsewhere: {found.url}; headers go to a feed's own host: add that address"
        )
    _write(found, wanted, work, where.data, yes=yes)


def _check_values(id_: str | None, interval: str | None) -> None:
    from tracker.cli.admission import is_id, is_interval

    if id_ is not None and not is_id(id_):
        raise TrackerError("--id: letters, digits, '_', '-' and '.', at most 80")
    if interval is not None and not is_interval(interval):
        raise TrackerError("--interval: a time between 5m and 7d, such as 30m, 2h or 1d")


def _carried(signals: Sequence[str], config: Config) -> tuple[str, ...]:
    from tracker.cli.reading import check_signal

    said = tuple(key.strip() for each in signals for key in each.split(",") if key.strip())
    for key in said:
        check_signal(key, [signal.key for signal in config.definitions.signals])
    return said


def _refuse_known(url: str, config: Config) -> None:
    """Raise TrackerError when a feed of the config, or one that it switches off, has this address."""
    from tracker.cli.admission import shown
    from tracker.cli.configfile import written
    from tracker.poll.url import read_url

    try:
        target = read_url(url)
    except FetchError as error:
        raise TrackerError(f"{shown(url)}: {error}") from error
    for feed in config.feeds:
        if read_url(feed.url) == target:
            raise TrackerError(f"{url} is subscribed to already, as {feed.id} ({feed.name})")
    for each in written(config):
        if each.off and each.url and read_url(each.url) == target:
            raise TrackerError(f"{url} is {each.id}, which is off at {each.place}: take that out")


def _headers(lines: Sequence[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not value.strip():
            raise TrackerError('--header is "NAME: VALUE"')
        found[name.strip()] = value.strip()
    return found


def _candidate(url: str, headers: object, config: Config) -> Feed:
    """The feed as it is asked first. Its headers are looked up as the config would do it."""
    from tracker.cli import configfile, probing
    from tracker.config.edit import EditError, Entry

    feed = probing.plain_feed(url, config.poll)
    if not isinstance(headers, dict) or not headers:
        return feed
    key = "tracker-feeds-add"
    entry = Entry((("id", key), ("name", key), ("url", url), ("headers", headers)))
    try:
        _, new = configfile.proven(configfile.adding(config, [entry], [(key, url)]), config)
    except EditError as error:  # the lines to write by hand would repeat what should not have been given
        raise TrackerError(f"--header: {error}") from None
    return replace(feed, headers=next(each.headers for each in new.feeds if each.id == key))


def _write(found: Found, wanted: Wanted, work: InForce, data: Path, *, yes: bool) -> None:
    """Show what was found, ask, write. Nothing is asked that would then be refused."""
    from tracker.cli import configfile, probing
    from tracker.cli.wiring import clock
    from tracker.config.change import write
    from tracker.config.edit import Entry
    from tracker.poll.probe import language_of

    snapshot = found.answer.snapshot
    items = snapshot.items if snapshot is not None else ()
    name, key = _called(wanted, snapshot.title if snapshot is not None else "", found.url, work.config)
    lang = language_of(items)
    keys: dict[str, Value] = {**({"lang": lang} if lang else {}), **dict(wanted.keys)}
    entry = Entry((("id", key), ("name", name), ("url", found.url), *keys.items()))
    plan = configfile.adding(work.config, [entry], [(key, found.url)])
    say.line(f"{name} ({key}), {keys.get('lang', 'language unknown')}")
    for line in (found.url, *probing.told(found.answer, clock())):
        say.line(f"  {line}")
    for warning in snapshot.warnings if snapshot is not None else ():
        say.note(f"  {warning}")
    change = configfile.prepared(plan, work.config)
    if not yes:
        _confirm()
    write(change)
    say.line(f"{key} is in {plan.path} now")
    configfile.say_when(data, key)


def _confirm() -> None:
    if not finding.asks():
        raise TrackerError("nothing was changed: say --yes to write it into the config")
    if not typer.confirm("Add it?", default=True, err=True):
        say.note("nothing was changed")
        raise typer.Exit(1)


def _called(wanted: Wanted, title: str, url: str, config: Config) -> tuple[str, str]:
    """Name and id: those that were said, which nobody may have yet, or those that the title makes."""
    from tracker.cli.admission import Names

    names = Names(config)
    said = " ".join(wanted.name.split()) if wanted.name is not None else None
    if said in names.names:
        raise TrackerError(f"a feed is named {said!r} already; say another --name")
    if wanted.id in names.ids:
        raise TrackerError(f"a feed has the id {wanted.id!r} already; say another --id")
    name = names.name(title if said is None else said, url)
    return name, wanted.id if wanted.id is not None else names.id(None, name, url)
