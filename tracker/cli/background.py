"""Commands about the daemon: run it here, start it in the background, stop it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import say
from tracker.cli.options import Options
from tracker.cli.stopping import asked_to_stop
from tracker.errors import BusyError, TrackerError

if TYPE_CHECKING:
    from tracker.cli.wiring import InForce, Places
    from tracker.daemon.daemon import Daemon
    from tracker.store.store import Store

LONGEST_STOP = 15.0
"""Seconds that `stop` waits for the daemon."""

_LONGEST_END = 9.0
"""Seconds after which a daemon that was told to stop ends whatever hangs in it. Nothing is half-done then:
transactions that are not committed are undone, pages that are not renamed are not there."""


def run(
    context: typer.Context,
    background: Annotated[
        bool, typer.Option("--background", hidden=True, help="As `start` runs it: the log is a file.")
    ] = False,
) -> None:
    """Poll, match and publish until stopped: in the foreground, for systemd and containers."""
    from tracker.cli import wiring

    options: Options = context.obj
    os.umask(0o077)
    where = wiring.places(options.config, options.data)
    work = wiring.load_or_last(where)
    with wiring.writing(where, work.config) as store:
        log = _log(where, background=background)
        asyncio.run(_live(where, work, store, log))


def start(context: typer.Context) -> None:
    """Start the daemon in the background; it goes on when the terminal is closed."""
    from tracker.cli import wiring
    from tracker.store.lock import holder

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    if (pid := holder(where.data)) is not None:
        raise BusyError(
            f"{where.data}: already running (pid {pid or 'unknown'}); `tracker status` tells more"
        )
    started = subprocess.Popen(  # noqa: S603  this very program
        _command(where),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        errors="replace",
    )
    ready = _ready(started)
    if ready is None:
        raise typer.Exit(started.wait() or 1)
    started.returncode = 0  # it lives on; nobody waits for it
    _tell_started(ready)


def stop(context: typer.Context) -> None:
    """Stop the daemon: polls under way end or are dropped whole. Done when it has ended."""
    from tracker.cli import wiring
    from tracker.daemon.control import running
    from tracker.store.lock import holder

    options: Options = context.obj
    data = wiring.data_folder(options.config, options.data)
    pid = holder(data)
    if pid is None:
        say.line(f"not running: {data}")
        return
    if not _soon(lambda: running(data) is not None or holder(data) != pid, 3.0):
        raise BusyError(f"{data}: pid {pid} is another tracker command, not the daemon; it ends by itself")
    _ask_to_stop(data, pid)
    if not _soon(lambda: holder(data) != pid, LONGEST_STOP):
        raise TrackerError(f"pid {pid} has not stopped; `kill -9 {pid}` is safe: nothing is half-done")
    say.line(f"stopped (pid {pid})")


# --- the daemon itself -------------------------------------------------------------------------------


def _log(where: Places, *, background: bool) -> Path | None:
    from tracker.daemon.log import LOG, LOG_FILE, log_to_file, log_to_stderr

    path = where.data / LOG_FILE if background else None
    if path is None:
        log_to_stderr()
    else:
        try:
            log_to_file(path)
        except OSError as error:
            raise TrackerError(f"{path}: the log cannot be written: {error.strerror}") from error
    if os.geteuid() == 0:
        LOG.warning("running as root: nothing here needs that; use an account of its own")
    return path


async def _live(where: Places, work: InForce, store: Store, log: Path | None) -> None:
    from tracker.cli import wiring
    from tracker.daemon.daemon import Daemon

    means = wiring.means(where, store, log, wiring.ground(where, work.config))
    daemon = Daemon(means, work, os.getpid(), _say_ready if log else _quiet)
    _heed_signals(daemon, may_reload=log is not None or not sys.stderr.isatty())
    guard = asyncio.create_task(_end_in_time(daemon))
    await daemon.run()
    guard.cancel()
    if daemon.lost:
        raise typer.Exit(1)  # systemd starts it anew


def _heed_signals(daemon: Daemon, *, may_reload: bool) -> None:
    """SIGTERM and SIGINT stop, a second one at once. SIGHUP reads the config again; in a terminal that is
    closed it stops."""
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        if daemon.stopping.is_set():
            os._exit(128 + number)
        daemon.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    if may_reload:
        loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop, signal.SIGHUP)
    if asked_to_stop():
        daemon.stop()


async def _end_in_time(daemon: Daemon) -> None:
    await daemon.stopping.wait()
    end = threading.Timer(_LONGEST_END, _end_at_once)
    end.daemon = True
    end.start()


def _end_at_once() -> None:
    from tracker.daemon.log import LOG

    LOG.error("something hangs: ended at once; nothing is half-done")
    os._exit(1)


def _say_ready(daemon: Daemon) -> None:
    """Tell the `start` that waits for us, then let nothing of ours go to its terminal any more."""
    from tracker.daemon.log import LOG

    print(json.dumps({"ready": _readiness(daemon)}), flush=True)
    for handler in LOG.handlers:
        take_over = getattr(handler, "take_over", None)
        if take_over:
            take_over()


def _quiet(_: Daemon) -> None:
    """In the foreground the log says that we run."""


def _readiness(daemon: Daemon) -> dict[str, Any]:
    from tracker.daemon.hours import next_edition

    edition = next_edition(daemon.work.config.digest, daemon.means.clock())
    return {
        "pid": daemon.here.pid,
        "log": daemon.here.log,
        "pages": str(daemon.means.pages),
        "feeds": len(daemon.work.config.feeds),
        "due": daemon.means.store.count_due(daemon.means.clock()),
        "next_edition": edition.isoformat() if edition else None,
        "notice": daemon.work.notice,
    }


# --- start and stop ------------------------------------------------------------------------------------


def _command(where: Places) -> list[str]:
    # -P: a folder named tracker, or a random.py, in the current folder is not ours.
    files = ["--config", str(where.config.absolute()), "--data", str(where.data.absolute())]
    return [sys.executable, "-P", "-m", "tracker", *files, "run", "--background"]


def _ready(started: subprocess.Popen[str]) -> dict[str, Any] | None:
    """Pass on what the daemon says while it starts. None when it ended instead of becoming ready."""
    if started.stdout is None:
        return None
    for text in started.stdout:
        if text.startswith('{"ready": '):
            ready: dict[str, Any] = json.loads(text)["ready"]
            return ready
        say.note(text.rstrip("\n"))
    return None


def _tell_started(ready: dict[str, Any]) -> None:
    from datetime import datetime

    from tracker.cli.wiring import clock

    if ready["notice"]:
        say.error(ready["notice"])
    say.line(f"running in the background (pid {ready['pid']}); `tracker stop` ends it")
    polls = f"{ready['due']} due now" if ready["due"] else "none due yet"
    say.line(f"feeds     {ready['feeds']}, {polls}")
    edition = ready["next_edition"]
    when = say.moment(datetime.fromisoformat(edition), clock()) if edition else "when you ask for it"
    say.line(f"edition   {when}")
    say.line(f"digest    {Path(ready['pages']) / 'latest.html'}; `tracker open`")
    say.line(f"log       {ready['log']}")


def _ask_to_stop(data: Path, pid: int) -> None:
    """Through its socket, else by a signal: but only to the very process that holds the lock."""
    from tracker.daemon.control import ask
    from tracker.store.lock import holder, holds

    try:
        list(ask(data, {"do": "stop"}, patience=5.0))
    except TrackerError:
        if holder(data) == pid and holds(pid, data):
            os.kill(pid, signal.SIGTERM)


def _soon(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait until something has happened, at most so long. Whether it has."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
