"""Notices edits of the user's files, waits until they are whole, and says what came into force.

An editor may empty a file first and write it later, write it in pieces, or put another in its place.
So files are read when they have looked the same for a second, and a fault counts when it has stood
for three. The rule for that, `looked`, is pure; `Watch` looks at the files and loads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from tracker.config.difference import difference
from tracker.config.files import config_files
from tracker.errors import ConfigError, Problem
from tracker.inforce import InForce, notice_of

QUIET = 1.0
"""Seconds for which files must look the same before they are read."""

PATIENCE = 3.0
"""Seconds for which they must look the same before a fault in them counts."""

Stamp = tuple[int, int, int, int] | None
"""A file's size, its times (ns) and inode; None while it cannot be looked at. Anyone can set one of the
times back, as tools that copy files do; the other only the kernel sets, also for other reasons.
"""

Stamps = tuple[tuple[Path, Stamp], ...]


class Stage(Enum):
    """How far the files that lie there now have come."""

    UNREAD = auto()
    DOUBTED = auto()  # read and found broken: perhaps they are not whole yet
    SETTLED = auto()


class Step(Enum):
    """What to do now: nothing, read the files, or read them and believe what they say."""

    WAIT = auto()
    READ = auto()
    JUDGE = auto()


@dataclass(frozen=True, slots=True)
class Look:
    """How the files looked, and since when (monotonic seconds) they have looked so."""

    stamps: Stamps = ()
    since: float = 0.0
    stage: Stage = Stage.UNREAD


@dataclass(frozen=True, slots=True)
class Taken:
    """A good config that is in force from now on. lines: what it changes, none if nothing does."""

    work: InForce
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A broken one. work: what stays in force, its notice set. problems: all that is wrong."""

    work: InForce
    problems: tuple[Problem, ...]


Seen = Taken | Refused | None


def looked(before: Look, stamps: Stamps, now: float) -> tuple[Look, Step]:
    """What another look at the files means. now: monotonic seconds."""
    if stamps != before.stamps:
        return Look(stamps, now), Step.WAIT
    same_for = now - before.since
    if before.stage is Stage.UNREAD and same_for >= QUIET:
        return before, Step.READ
    if before.stage is Stage.DOUBTED and same_for >= PATIENCE:
        return before, Step.JUDGE
    return before, Step.WAIT


def stamp(path: Path) -> Stamp:
    """How a file looks, through links; None when it is not there or cannot be looked at."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


class Watch:
    """The files of one config. work: what is in force. Ask `look` about once a second.

    path: config.yaml. load: reads it and all that belongs to it; raises ConfigError.
    """

    def __init__(self, path: Path, work: InForce, load: Callable[[], InForce]) -> None:
        self.work = work
        self._path = path
        self._load = load
        self._files = _together([path], work.config.files)
        # Unread, although it was loaded just now: what was saved while it was loaded is not missed.
        self._state = Look()
        self._asked = False

    def reload(self) -> None:
        """Read the files at the next look, changed or not, and take them as they are."""
        self._asked = True

    def look(self, now: float) -> Seen:
        """Look at the files. now: monotonic seconds.

        Returns what came into force, or, once per fault, why the file on disk did not; mostly None.
        """
        self._state, step = looked(self._state, _stamps(self._files), now)
        if self._asked:
            self._asked, step = False, Step.JUDGE
        return self._read(step, now) if step is not Step.WAIT else None

    def _read(self, step: Step, now: float) -> Seen:
        try:
            work = self._load()
        except ConfigError as error:
            # What is watched so far stays watched: a broken file may not tell what it includes.
            self._watch(_together(self._files, config_files(self._path)))
            if step is Step.JUDGE:
                self._state = replace(self._state, stage=Stage.SETTLED)
                return self._refuse(error)
            self._state = replace(self._state, stage=Stage.DOUBTED)
            return None
        self._state = replace(self._state, stage=Stage.SETTLED)
        if self._watch(_together([self._path], work.config.files)):
            # Nobody knows how the new ones looked when they were read: read again.
            self._state = Look(self._state.stamps, now)
        return self._take(work)

    def _watch(self, files: tuple[Path, ...]) -> bool:
        """Watch these files from now on. Are there any that were not watched before?"""
        known = dict(self._state.stamps)
        new = [path for path in files if path not in known]
        self._files = files
        looks = {**dict(_stamps(new)), **known}
        self._state = replace(self._state, stamps=tuple((path, looks[path]) for path in files))
        return bool(new)

    def _take(self, work: InForce) -> Seen:
        before, self.work = self.work, work
        if work.config == before.config and before.notice is None:
            return None
        return Taken(work, difference(before.config, work.config))

    def _refuse(self, error: ConfigError) -> Seen:
        notice = notice_of(error)
        if notice == self.work.notice:
            return None
        self.work = replace(self.work, notice=notice)
        return Refused(self.work, error.problems)


def _stamps(files: Iterable[Path]) -> Stamps:
    return tuple((path, stamp(path)) for path in files)


def _together(first: Iterable[Path], more: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys((*first, *more)))
