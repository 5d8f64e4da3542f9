"""A daemon's files: it notices when they are no longer the ones that it writes into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.daemon.ground import Ground


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "tracker.sqlite"
    path.parent.mkdir()
    path.write_text("old", "utf-8")
    return path


def test_a_file_that_is_written_is_still_the_same(file: Path) -> None:
    ground = Ground([file])

    file.write_text("a longer text", "utf-8")

    assert ground.lost() is None


def test_another_file_in_its_place_is_another(file: Path) -> None:
    ground = Ground([file])
    other = file.with_name("backup")
    other.write_text("old", "utf-8")

    other.replace(file)

    assert ground.lost() == file


def test_a_folder_that_is_moved_away_takes_its_files_along(file: Path) -> None:
    ground = Ground([file])

    file.parent.rename(file.parent.with_name("elsewhere"))

    assert ground.lost() == file


def test_a_file_that_was_not_there_is_not_looked_after(file: Path) -> None:
    ground = Ground([file.with_name("none")])

    assert ground.lost() is None


def test_a_file_that_cannot_be_looked_at_for_a_while_is_not_lost(file: Path) -> None:
    ground = Ground([file])

    file.parent.rename(file.parent.with_name("real"))
    file.parent.symlink_to(file.parent)  # a ring: neither there nor not there

    assert ground.lost() is None
