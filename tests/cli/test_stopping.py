"""A signal ends a run wherever the program is just then. In processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Python drops what is raised while an object goes away, and a signal may come just then.
_IN_PASSING = """
import asyncio, os, signal, weakref
from tracker.cli import stopping

class Thing: pass

stopping.heed_signals()
thing = Thing()
ref = weakref.ref(thing, lambda _: (os.kill(os.getpid(), signal.SIGTERM), None))
del thing
"""
_A_RUN = """
async def work():
    await asyncio.sleep(3600)

stopping.run(work())
"""
_THE_DAEMON = """
from tracker.cli import main
import sys
sys.argv = ["tracker", "--config", "config.yaml", "run"]
main()
"""


@pytest.mark.parametrize(
    ("script", "code"),
    [pytest.param(_A_RUN, 143, id="a command"), pytest.param(_THE_DAEMON, 0, id="the daemon")],
)
def test_a_signal_that_comes_while_an_object_goes_away_is_not_lost(
    script: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text("use: none\nfeeds: []\n", "utf-8")

    done = subprocess.run(
        [sys.executable, "-c", _IN_PASSING + script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert done.returncode == code, done.stderr
