"""What all tests share: a fixed time, the reference data, a PostgreSQL server, and never the internet."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_SERIAL = count(1)


@pytest.fixture
def now() -> datetime:
    """The time at which every test takes place unless it says otherwise."""
    return datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout: recorded feeds, fault server, cases."""
    folder = ROOT.parent / "shared"
    if not (folder / "README.md").is_file():
        pytest.skip("needs the reference data in ../shared")
    return folder


@pytest.fixture
def postgres_url(postgres: Callable[[str], None]) -> str:
    """An empty database that sorts text by a language's rules, as many servers do."""
    name = f"test{next(_SERIAL)}"
    postgres(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
    return f"postgresql://tracker@/{name}?host={os.environ['TRACKER_TEST_SOCKET']}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], None]]:
    """A server on a socket of its own; gives a function that runs SQL as its owner."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    program = str(found[-1]) if found else shutil.which("pg_ctl")
    if program is None:
        pytest.skip("needs PostgreSQL's server programs (pg_ctl, initdb)")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = _Server(Path(program).parent, folder)
    try:
        server.start()
        yield server.run_sql
    finally:
        server.stop()
        shutil.rmtree(folder)


class _Server:
    """PostgreSQL refuses to run as root, so root starts it as `nobody`."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)

    def start(self) -> None:
        self._run(
            "initdb", "-D", "data", "-U", "tracker", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"
        )
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c timezone=Asia/Tokyo"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
        os.environ["TRACKER_TEST_SOCKET"] = str(self._folder)

    def run_sql(self, sql: str) -> None:
        self._run("psql", "-X", "-q", "-h", str(self._folder), "-U", "tracker", "-c", sql, "postgres")

    def stop(self) -> None:
        if (self._folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            user=self._user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
