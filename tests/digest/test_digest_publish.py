"""A page is there whole or not at all, whatever happens to the writer."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tracker.digest.publish import latest_page, publish, write_pages
from tracker.errors import PublishError
from tracker.model import Digest, Edition

ROOT = Path(__file__).parent.parent.parent

# Rewrites one page for ever: "old" and "new" are each 4 MB of one letter. Says when it is about to begin.
WRITER = """
import sys
from pathlib import Path
from tracker.digest.publish import write_pages
folder = Path(sys.argv[1])
print("writing", flush=True)
while True:
    for letter in "ab":
        write_pages({"page.html": letter * 4_000_000}, folder)
        print(letter, flush=True)
"""
LIMITED = """
import resource, signal, sys
from pathlib import Path
from tracker.digest.publish import write_pages
from tracker.errors import PublishError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_pages({"page.html": "x" * 50_000}, Path(sys.argv[1]))
except PublishError as error:
    print(error)
"""
UNPRIVILEGED = """
import os, sys, tempfile
from pathlib import Path
from tracker.digest.publish import write_pages
from tracker.errors import PublishError
if os.geteuid() == 0:
    os.setuid(65534)  # permissions do not bind root
with tempfile.TemporaryDirectory() as folder:
    pages = Path(folder) / "pages"
    pages.mkdir(mode=0o555)
    try:
        write_pages({"page.html": "x"}, pages)
    except PublishError as error:
        print(str(error).removeprefix(folder))
"""


def run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_edition_is_published_with_its_list_and_as_the_latest(
    edition: Edition, templates: Path, tmp_path: Path
):
    folder = tmp_path / "not" / "there" / "yet"

    page = publish(edition, [edition], folder, templates)

    assert page == folder / "digest-2026-11-23-18.html"
    assert names(folder) == ["digest-2026-11-23-18.html", "index.html", "latest.html"]
    assert latest_page(folder) == folder / "latest.html"
    assert (folder / "latest.html").read_bytes() == page.read_bytes()
    assert page.name in (folder / "index.html").read_text(encoding="utf-8")


def test_an_older_edition_that_is_published_late_does_not_become_the_latest(
    edition: Edition, templates: Path, tmp_path: Path
):
    newer = replace(edition, number=19)
    publish(newer, [edition, newer], tmp_path, templates)
    before = (tmp_path / "latest.html").read_bytes()

    publish(edition, [edition, newer], tmp_path, templates)

    assert (tmp_path / "latest.html").read_bytes() == before
    assert "digest-2026-11-23-19.html" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_publishing_again_gives_the_same_bytes(edition: Edition, templates: Path, tmp_path: Path):
    first = publish(edition, [edition], tmp_path, templates).read_bytes()

    assert publish(edition, [edition], tmp_path, templates).read_bytes() == first


@pytest.mark.parametrize("hostile", ["../../x", "a/b", "a\0b", "", "nul.txt", "-rf", "😀" * 200])
def test_no_text_reaches_a_file_name(
    hostile: str, digest: Digest, edition_of: Callable[[Digest], Edition], templates: Path, tmp_path: Path
):
    sections = tuple(replace(section, signal=hostile, title=hostile) for section in digest.sections)
    health = tuple(replace(feed, name=hostile, carries=(hostile,)) for feed in digest.health)
    named = replace(digest, sections=sections, health=health)

    publish(edition_of(named), [], tmp_path, templates)

    assert names(tmp_path) == ["digest-2026-11-23-18.html", "index.html", "latest.html"]


def test_there_is_no_latest_page_before_the_first_edition(tmp_path: Path):
    assert latest_page(tmp_path / "nowhere") is None


def test_a_page_is_readable_by_whoever_the_umask_allows(tmp_path: Path):
    write_pages({"page.html": "x"}, tmp_path)

    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_symbolic_link_is_replaced_not_followed(tmp_path: Path):
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / "page.html").symlink_to(precious)

    write_pages({"page.html": "x"}, tmp_path)

    assert precious.read_text() == "mine"
    assert not (tmp_path / "page.html").is_symlink()


@pytest.mark.parametrize("round_", range(8))
def test_a_writer_that_is_killed_leaves_the_old_page_or_the_new_page(round_: int, tmp_path: Path):
    """The kill falls somewhere else each round: after as many finished writes, at whatever comes next."""
    write_pages({"page.html": "a" * 4_000_000}, tmp_path)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout
    for _ in range(1 + round_):
        writer.stdout.readline()

    writer.send_signal(signal.SIGKILL)
    writer.wait(timeout=20)
    writer.stdout.close()

    text = (tmp_path / "page.html").read_text()
    assert text in ("a" * 4_000_000, "b" * 4_000_000)
    write_pages({"other.html": "x"}, tmp_path)
    assert names(tmp_path) == ["other.html", "page.html"]


def test_what_a_crashed_writer_left_is_removed_but_not_what_a_living_one_writes(tmp_path: Path):
    (tmp_path / ".tracker-page.html.dead.tmp").write_text("half")
    (tmp_path / "notes.tmp").write_text("the user's own")
    with (tmp_path / ".tracker-page.html.live.tmp").open("w") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        write_pages({"page.html": "x"}, tmp_path)

    assert names(tmp_path) == [".tracker-page.html.live.tmp", "notes.tmp", "page.html"]


def test_a_full_disk_is_one_clear_line_and_keeps_the_old_page(tmp_path: Path):
    write_pages({"page.html": "old"}, tmp_path)

    said = run(LIMITED, str(tmp_path))

    assert said == f"{tmp_path}/page.html cannot be written: File too large\n"
    assert (tmp_path / "page.html").read_text() == "old"
    assert names(tmp_path) == ["page.html"]


def test_a_read_only_folder_is_one_clear_line():
    assert run(UNPRIVILEGED) == "/pages/page.html cannot be written: Permission denied\n"


def test_a_file_in_the_place_of_the_folder_is_one_clear_line(tmp_path: Path):
    (tmp_path / "pages").write_text("a file")

    with pytest.raises(PublishError, match=r"pages cannot be written: File exists"):
        write_pages({"page.html": "x"}, tmp_path / "pages")
