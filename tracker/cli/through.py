"""Commands that write while the daemon runs go through it: the same lines, the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tracker
from tracker.cli import say
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.cli.wiring import Places
    from tracker.daemon.control import Running


def through(where: Places, daemon: Running, request: Mapping[str, Any], *, tell: bool) -> dict[str, Any]:
    """What the daemon answers when it is done; its lines go to stderr on the way if `tell` says so.

    Raises TrackerError if it works by another config, and what `control.ask` raises.
    """
    from tracker.daemon.control import ask

    if Path(daemon.config).resolve() != where.config.resolve():
        raise TrackerError(
            f"the daemon of {where.data} works by {daemon.config}, not by {where.config}: "
            "say --config with the one you mean"
        )
    if daemon.version != tracker.__version__:
        say.error(other_version(daemon))
    for answer in ask(where.data, request):
        if "done" in answer:
            done: dict[str, Any] = answer["done"]
            return done
        if tell:
            say.note(answer["line"])
    raise TrackerError("the daemon ended before it answered")


def other_version(daemon: Running) -> str:
    """The line for a daemon that an upgrade has left behind."""
    return (
        f"the running daemon is tracker {daemon.version}, this is {tracker.__version__}: "
        "`tracker stop`, then `tracker start`"
    )
