"""What the daemon is handed and must not reach for, and how often it does what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tracker.config.values import Config
from tracker.edition import Masthead
from tracker.inforce import InForce
from tracker.poll.poll import Tools
from tracker.store.store import Store


@dataclass(frozen=True, slots=True)
class Means:
    """Files, the store, the clocks, and how to make what a config in force asks for.

    config: the file. log: where the log is, None for stderr. pages: where editions are published.
    monotonic: seconds, for durations. load: reads the config on disk; raises ConfigError.
    tools: makes the tools of polls. keep: remembers that a config came into force.
    environment: of the process, for what systemd says in it. ground: files that must stay the same ones,
    the lock and the database.
    """

    data: Path
    config: Path
    log: Path | None
    pages: Path
    templates: Path
    store: Store
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    load: Callable[[], InForce]
    tools: Callable[[InForce], AbstractAsyncContextManager[Tools]]
    masthead: Callable[[InForce], Masthead]
    keep: Callable[[Config], None]
    environment: Mapping[str, str] = field(default_factory=dict)
    ground: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds: a poll tick, a look at the config, an edition check, upkeep.

    idle: after how long without polls their tools are put away. patience: how long a job may take before
    the log says so. beat: how often the clocks are compared.
    """

    tick: float = 10.0
    look: float = 1.0
    edition: float = 15.0
    upkeep: float = 30.0
    idle: float = 60.0
    patience: float = 900.0
    beat: float = 1.0
