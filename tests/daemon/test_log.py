"""The log: one line per event, whatever a feed says; bounded; times with their zone."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path

from tracker.daemon.log import Lines, one_line


def formatted(text: str, level: int = logging.INFO, error: BaseException | None = None) -> str:
    caught = (type(error), error, error.__traceback__) if error else None
    return Lines().format(logging.LogRecord("tracker", level, __file__, 1, "%s", (text,), caught))


def test_a_line_has_a_time_with_its_zone() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d it is so", formatted("it is so"))


def test_a_warning_says_that_it_is_one() -> None:
    assert formatted("it is so", logging.WARNING).endswith(" warning: it is so")


def test_what_a_feed_says_can_neither_begin_a_line_nor_steer_a_terminal() -> None:
    text = one_line("a\n2026-11-23T07:00:00+00:00 stopped\r\x1b[2J\u2028b\u202ec")

    assert text == "a\\n2026-11-23T07:00:00+00:00 stopped\\r\\x1b[2J\\u2028b\\u202ec"


def test_a_bug_is_one_line_that_says_where() -> None:
    try:
        raise KeyError("a\nb")
    except KeyError as error:
        line = formatted("poll", logging.ERROR, error)

    assert re.search(r"error: poll: KeyError: 'a\\nb' at test_log\.py:\d+ \(a bug; please report it\)$", line)
    assert "\n" not in line


def test_a_very_long_text_is_cut() -> None:
    assert len(one_line("x" * 1_000_000)) < 3_000


PROGRAM = """
import sys
from pathlib import Path
from tracker.daemon.log import LOG, log_to_file

log_to_file(Path(sys.argv[1]), size=2_000, files=3).take_over()
for number in range(200):
    LOG.info("line %d of many", number)
print("printed by somebody", flush=True)
"""


def test_the_log_does_not_grow_and_what_is_printed_lands_in_it(tmp_path: Path) -> None:
    file = tmp_path / "tracker.log"

    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, check=True)

    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "tracker.log",
        "tracker.log.1",
        "tracker.log.2",
    ]
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) < 6_500
    assert "printed by somebody" in file.read_text("utf-8")
    assert done.stdout == b""


def test_a_log_that_was_deleted_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "tracker.log"
    deletes = PROGRAM.replace("range(200)", "range(5)").replace(
        'print("', 'Path(sys.argv[1]).unlink()\nLOG.info("after it")\nprint("'
    )

    subprocess.run([sys.executable, "-c", deletes, str(file)], capture_output=True, check=True)

    first, printed = file.read_text("utf-8").splitlines()
    assert first.endswith(" after it")
    assert printed == "printed by somebody"
