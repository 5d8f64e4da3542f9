"""One process writes into a data folder, and none is kept out by one that died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tracker.errors import StoreError
from tracker.store import lock
from tracker.store.lock import writing_process

HOLDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tracker.store.lock import writing_process

    with writing_process(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
    """
)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of tmp_path until its input ends."""
    arguments = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_second_process_is_told_which_one_runs(tmp_path, holder):
    with pytest.raises(StoreError, match=rf"already running \(pid {holder.pid}\)"), writing_process(tmp_path):
        pass


def test_a_second_use_within_the_process_is_refused_too(tmp_path):
    with (
        writing_process(tmp_path),
        pytest.raises(StoreError, match=rf"already running \(pid {os.getpid()}\)"),
        writing_process(tmp_path),
    ):
        pass


def test_a_lock_is_free_after_a_kill(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    with writing_process(tmp_path):
        assert (tmp_path / "tracker.lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_is_free_after_its_end(tmp_path):
    with writing_process(tmp_path):
        pass
    with writing_process(tmp_path):
        pass


def test_a_child_that_outlives_the_process_does_not_keep_the_lock(tmp_path):
    child = "child = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL)"
    program = "import subprocess" + HOLDER.replace("sys.stdin.read()", f"{child}; print(child.pid)")
    arguments = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)]
    _, pid = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True).stdout.split()

    try:
        with writing_process(tmp_path):
            pass
    finally:
        os.kill(int(pid), signal.SIGKILL)


def test_a_folder_is_made_for_its_owner_alone(tmp_path):
    with writing_process(tmp_path / "a" / "data"):
        assert (tmp_path / "a" / "data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot be used as data folder"), writing_process(tmp_path / "file"):
        pass


NO_ROOM = textwrap.dedent(
    """
    import resource, signal
    from pathlib import Path
    from tracker.errors import StoreError
    from tracker.store.lock import writing_process

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        with writing_process(Path("data")):
            pass
    except StoreError as error:
        print(error)
    """
)


def test_a_disk_without_room_for_the_lock_is_told(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout == "data: cannot be written: File too large\n"


def test_to_look_at_a_lock_loads_no_database():
    program = "import sys; import tracker.daemon.control; print('sqlalchemy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_who_holds_a_lock_can_be_asked_without_being_in_the_way(tmp_path, holder):
    assert lock.holder(tmp_path) == holder.pid
    assert lock.holds(holder.pid, tmp_path)
    assert not lock.holds(os.getppid(), tmp_path)


def test_nobody_holds_a_lock_that_was_let_go_or_never_taken(tmp_path):
    assert lock.holder(tmp_path) is None

    with writing_process(tmp_path):
        assert lock.holder(tmp_path) == os.getpid()

    assert lock.holder(tmp_path) is None
