"""An edit takes effect within seconds, a half-written or broken file never. Real files, handed-in time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.load import load_config
from tracker.daemon.watch import PATIENCE, QUIET, Look, Refused, Stage, Step, Taken, Watch, looked
from tracker.inforce import InForce, compiled

GOOD = "feeds: [{name: A, url: 'https://example.com/a'}]\n"
TWO = "feeds: [{name: A, url: 'https://example.com/a'}, {name: B, url: 'https://example.com/b'}]\n"
BAD = "feeds: [{name: A, url: 'https://example.com/a', intervall: 5m}]\n"


class Room:
    """A config that is watched, and a clock that the test moves. loads: how often it was read."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.yaml"
        self.now = 100.0
        self.loads = 0
        self._changes = 0
        self.write(GOOD)
        self.watch = Watch(self.config, self.load(), self.load)
        self.after(5)
        self.loads = 0

    def load(self) -> InForce:
        self.loads += 1
        return compiled(load_config(self.config, env={}, seeds=shipped.seeds()))

    def write(self, text: str, name: str = "config.yaml") -> None:
        """Write in place, as an editor that does not rename; every write has its own time."""
        path = self.config.parent / name
        path.write_text(text, "utf-8")
        self._changes += 1
        os.utime(path, ns=(0, 10**18 + self._changes * 10**9))

    def after(self, seconds: float) -> list[Taken | Refused]:
        """What looking once a second brings, from one second on."""
        seen = []
        for _ in range(int(seconds)):
            self.now += 1
            if (one := self.watch.look(self.now)) is not None:
                seen.append(one)
        return seen

    @property
    def feeds(self) -> list[str]:
        return [feed.id for feed in self.watch.work.config.feeds]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


# --- good edits


def test_an_edit_takes_effect_within_three_seconds_and_says_what_changed(room: Room) -> None:
    room.write(TWO)

    seen = room.after(3)

    assert [type(each) for each in seen] == [Taken]
    assert seen[0].lines == ("feeds: +1 (b)",)
    assert seen[0].work is room.watch.work
    assert room.feeds == ["a", "b"]


def test_nothing_is_read_while_nothing_changes(room: Room) -> None:
    assert room.after(100) == []
    assert room.loads == 0


def test_an_edit_that_changes_nothing_is_read_and_not_told(room: Room) -> None:
    room.write("# a comment\n" + GOOD)

    assert room.after(5) == []
    assert room.loads == 1


def test_an_edit_that_was_made_while_the_first_was_loaded_is_not_missed(tmp_path: Path) -> None:
    room = Room(tmp_path)
    work = room.load()
    room.write(TWO)
    room.watch = Watch(room.config, work, room.load)

    assert [type(each) for each in room.after(3)] == [Taken]
    assert room.feeds == ["a", "b"]


def test_a_file_put_in_the_place_of_the_other_is_an_edit_even_with_its_size_and_time(room: Room) -> None:
    status = room.config.stat()
    beside = room.config.with_suffix(".new")
    beside.write_text(GOOD.replace("a'", "z'"), "utf-8")
    os.utime(beside, ns=(status.st_atime_ns, status.st_mtime_ns))
    beside.replace(room.config)

    (seen,) = room.after(3)

    assert seen.lines == ("feeds: changed a (url)",)


def test_text_of_the_same_length_written_under_the_old_time_is_an_edit(room: Room) -> None:
    """As `rsync --times --inplace` and tools that restore a file's time do."""
    status = room.config.stat()
    room.config.write_text(GOOD.replace("a'", "z'"), "utf-8")
    os.utime(room.config, ns=(status.st_atime_ns, status.st_mtime_ns))

    (seen,) = room.after(3)

    assert seen.lines == ("feeds: changed a (url)",)


def test_an_edit_behind_a_link_is_seen(room: Room) -> None:
    real = room.config.with_name("dotfiles.yaml")
    room.config.rename(real)
    room.config.symlink_to(real)
    room.after(5)

    room.write(TWO, "dotfiles.yaml")

    assert [type(each) for each in room.after(3)] == [Taken]


# --- R3: files that are not whole yet


def test_a_file_that_is_emptied_first_and_written_later_is_never_taken_for_broken(room: Room) -> None:
    room.write("")
    assert room.after(2) == []
    room.write(TWO)

    assert [type(each) for each in room.after(3)] == [Taken]
    assert room.feeds == ["a", "b"]


def test_a_file_that_grows_for_a_minute_is_read_when_it_has_stopped(room: Room) -> None:
    for length in range(len(TWO) - 60, len(TWO)):
        room.write(TWO[:length])
        assert room.after(1) == []
    assert room.loads == 0
    room.write(TWO)

    assert [type(each) for each in room.after(3)] == [Taken]
    assert room.loads == 1


def test_a_file_that_is_away_for_a_moment_is_waited_for(room: Room) -> None:
    room.config.rename(room.config.with_suffix(".bak"))
    assert room.after(2) == []
    room.write(TWO)

    assert [type(each) for each in room.after(3)] == [Taken]


def test_a_valid_beginning_of_a_longer_file_is_not_taken_while_it_grows(room: Room) -> None:
    rest = "contact: me@example.org\n"
    room.write(TWO)
    room.now += 0.9
    assert room.watch.look(room.now) is None
    room.write(TWO + rest)

    (seen,) = room.after(3)

    assert seen.lines == ("contact: none → me@example.org", "feeds: +1 (b)")


# --- R2: files that are broken


@pytest.mark.parametrize(
    "text", [pytest.param(BAD, id="unknown key"), "", "\x00\x01", "- a\n", "a: b\n---\nc: d\n"]
)
def test_a_broken_file_leaves_the_old_config_in_force_and_is_told_once(room: Room, text: str) -> None:
    room.write(text)

    seen = room.after(60)

    assert [type(each) for each in seen] == [Refused]
    assert room.feeds == ["a"]
    assert (notice := room.watch.work.notice) is not None
    assert notice.startswith(f"the last config in force is running, the file is broken: {room.config}:")
    assert seen[0].work is room.watch.work
    assert seen[0].problems


def test_a_broken_file_is_told_after_three_seconds_and_not_before(room: Room) -> None:
    room.write(BAD)

    assert room.after(1 + PATIENCE - 1) == []
    assert [type(each) for each in room.after(1)] == [Refused]


def test_a_broken_file_is_not_read_again_and_again(room: Room) -> None:
    room.write(BAD)
    room.after(5)
    before = room.loads

    room.after(600)

    assert room.loads == before


def test_the_same_fault_saved_once_more_is_not_told_again(room: Room) -> None:
    room.write(BAD)
    room.after(5)

    room.write(BAD)

    assert room.after(10) == []


def test_another_fault_is_told(room: Room) -> None:
    room.write(BAD)
    room.after(5)

    room.write("nonsense: 1\n")

    assert [type(each) for each in room.after(5)] == [Refused]


def test_a_file_that_is_gone_is_told_once_and_its_return_clears_that(room: Room) -> None:
    room.config.unlink()
    (gone,) = room.after(30)
    assert isinstance(gone, Refused)
    assert "there is no such file" in str(room.watch.work.notice)

    room.write(GOOD)

    (back,) = room.after(3)
    assert isinstance(back, Taken)
    assert (back.lines, back.work.notice) == ((), None)


def test_the_mended_file_clears_the_notice_and_says_what_changed(room: Room) -> None:
    room.write(BAD)
    room.after(5)
    room.write(TWO)

    (seen,) = room.after(3)

    assert isinstance(seen, Taken)
    assert seen.lines == ("feeds: +1 (b)",)
    assert room.watch.work.notice is None


def test_a_fault_that_was_there_at_the_start_is_not_told_twice(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.write(BAD)
    room.after(5)
    notice = room.watch.work.notice
    assert notice is not None

    room.watch = Watch(room.config, room.watch.work, room.load)

    assert room.after(10) == []
    assert room.watch.work.notice == notice


def test_an_example_that_fails_keeps_a_rule_out(room: Room) -> None:
    rule = "{id: r, when: price, examples: {match: [cost]}}"
    room.write(GOOD + f"signals: {{s: {{title: S, rules: [{rule}]}}}}\n")

    (seen,) = room.after(10)

    assert isinstance(seen, Refused)


# --- included files


def test_an_edit_of_an_included_file_is_an_edit(room: Room) -> None:
    room.write(GOOD.replace("A", "M").replace("/a", "/m"), "more.yaml")
    room.write("include: [more.yaml]\n" + GOOD)
    room.after(5)
    assert room.feeds == ["m", "a"]

    room.write("feeds: []\n", "more.yaml")

    assert [each.lines for each in room.after(3)] == [("feeds: -1 (m)",)]


def test_an_included_file_that_appears_later_ends_the_fault(room: Room) -> None:
    room.write("include: [more.yaml]\n" + GOOD)
    assert [type(each) for each in room.after(10)] == [Refused]

    room.write(GOOD.replace("A", "M").replace("/a", "/m"), "more.yaml")

    assert [type(each) for each in room.after(4)] == [Taken]
    assert room.feeds == ["m", "a"]


def test_mending_an_included_file_is_seen_although_config_yaml_is_as_it_was(room: Room) -> None:
    room.write(BAD, "more.yaml")
    room.write("include: [more.yaml]\n" + GOOD)
    assert [type(each) for each in room.after(10)] == [Refused]

    room.write("feeds: []\n", "more.yaml")

    assert [each.work.notice for each in room.after(4)] == [None]


def test_a_file_that_is_no_longer_included_is_no_longer_watched(room: Room) -> None:
    room.write("feeds: []\n", "more.yaml")
    room.write("include: [more.yaml]\n" + GOOD)
    room.after(5)
    room.write(GOOD)
    room.after(5)
    before = room.loads

    room.write(BAD, "more.yaml")

    assert room.after(10) == []
    assert room.loads == before


# --- asked for


def test_a_reload_on_demand_does_not_wait(room: Room) -> None:
    room.write(TWO)
    room.watch.reload()

    assert [type(each) for each in room.after(1)] == [Taken]


def test_a_reload_on_demand_tells_a_fault_at_once(room: Room) -> None:
    room.write(BAD)
    room.watch.reload()

    assert [type(each) for each in room.after(1)] == [Refused]
    assert room.after(10) == []


# --- the rule

STAMPS = ((Path("config.yaml"), (10, 1, 1)),)


@pytest.mark.parametrize(
    ("before", "same_for", "step"),
    [
        pytest.param(Stage.UNREAD, 0.0, Step.WAIT, id="just written"),
        pytest.param(Stage.UNREAD, QUIET - 0.01, Step.WAIT, id="not quiet yet"),
        pytest.param(Stage.UNREAD, QUIET, Step.READ, id="quiet"),
        pytest.param(Stage.DOUBTED, QUIET, Step.WAIT, id="broken, perhaps not whole"),
        pytest.param(Stage.DOUBTED, PATIENCE, Step.JUDGE, id="broken and still so"),
        pytest.param(Stage.SETTLED, 1e6, Step.WAIT, id="known"),
    ],
)
def test_files_that_look_the_same_are_read_in_their_time(before: Stage, same_for: float, step: Step) -> None:
    look = Look(STAMPS, 50.0, before)

    assert looked(look, STAMPS, 50.0 + same_for) == (look, step)


@pytest.mark.parametrize("stage", list(Stage))
def test_files_that_look_different_start_the_wait_anew(stage: Stage) -> None:
    other = ((Path("config.yaml"), None),)

    assert looked(Look(STAMPS, 50.0, stage), other, 99.0) == (Look(other, 99.0, Stage.UNREAD), Step.WAIT)
