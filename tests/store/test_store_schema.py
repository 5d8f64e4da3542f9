"""Opening a database: made, migrated or refused, and never half of that."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tracker.errors import StoreError
from tracker.model import Claim, Field, Hit, Match, Polled, ScorePart
from tracker.store import schema
from tracker.store.engine import connect
from tracker.store.store import open_store
from tracker.store.tables import METADATA, WAITING, feed, is_ours, match

MIGRATIONS = Path(schema.__file__).parent / "migrations"


@pytest.fixture
def good(tmp_path, feeds, now, make_found) -> Path:
    """A database with a few pages of items, closed."""
    path = tmp_path / "good.db"
    with open_store(f"sqlite:///{path}") as store:
        store.sync_feeds(feeds, now)
        (state,) = store.lease(now, now, 1)
        founds = tuple(make_found(str(n), content="text " * 400) for n in range(60))
        assert store.commit(Polled(state, founds), "config-1", now)
    return path


def files(folder: Path) -> dict[str, str]:
    """The contents of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def edit(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as opened:
        for statement in statements:
            opened.execute(statement)
        opened.commit()
    return path


def test_the_migrations_make_exactly_the_tables_that_the_program_uses(url):
    open_store(url).close()
    database = connect(url, read_only=True)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        differences = compare_metadata(context, METADATA)
    database.close()

    assert differences == []


def test_the_head_that_the_program_knows_is_the_newest_revision():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == schema.HEAD


def test_a_database_is_opened_again_as_it_was(url, now):
    with open_store(url) as store:
        store.put_config("one", "{}", now)

    with open_store(url) as store:
        assert store.config_in_force().hash == "one"


def test_opening_a_current_database_does_not_import_alembic(good):
    program = f"""
        import sys
        from tracker.store.store import open_store
        open_store({f"sqlite:///{good}"!r}).close()
        sys.exit("alembic" in sys.modules)
    """

    assert subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False).returncode == 0


def test_sqlite_leaves_one_private_file_behind(tmp_path):
    open_store(f"sqlite:///{tmp_path / 'tracker.db'}").close()

    assert [path.name for path in tmp_path.iterdir()] == ["tracker.db"]
    assert (tmp_path / "tracker.db").stat().st_mode & 0o777 == 0o600


def test_a_file_name_may_hold_anything(tmp_path):
    path = tmp_path / "a b#c?d%20 价格.db"

    open_store(f"sqlite:///{path}").close()

    assert path.exists()


def test_what_a_killed_first_start_left_is_cleared_away(tmp_path):
    (tmp_path / "tracker.db.new").write_bytes(b"half a database")
    (tmp_path / "tracker.db.new-wal").write_bytes(b"half a log")

    open_store(f"sqlite:///{tmp_path / 'tracker.db'}").close()

    assert [path.name for path in tmp_path.iterdir()] == ["tracker.db"]


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        pytest.param(_bytes(lambda _: b""), "empty; restore a backup, or delete", id="an empty file"),
        pytest.param(_bytes(lambda _: b"a letter\n" * 99), "not a database; move it away", id="a text file"),
        pytest.param(_bytes(lambda b: b"X" * 16 + b[16:]), "not a database", id="a broken header"),
        pytest.param(_bytes(lambda b: b[: len(b) // 2]), "damaged; restore a backup", id="half of a file"),
        pytest.param(
            _bytes(lambda b: b[:-777]),
            "its last page is cut; restore a backup",
            id="a file cut within a page",
        ),
        pytest.param(lambda p: edit(p, "PRAGMA user_version = 9999"), "newer Tracker", id="a newer header"),
        pytest.param(
            lambda p: edit(p, "UPDATE alembic_version SET version_num = '0999'"),
            "written by a newer Tracker (schema 0999, this one knows",
            id="a newer revision",
        ),
        pytest.param(
            lambda p: edit(p, "UPDATE alembic_version SET version_num = 'abc'"),
            "another program",
            id="another program's revision",
        ),
        pytest.param(
            lambda p: edit(p, "DROP TABLE match"), "without the table match", id="a table is missing"
        ),
        pytest.param(
            lambda p: edit(p, "PRAGMA application_id = 1"), "another program", id="another program's database"
        ),
    ],
)
@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_a_file_that_is_not_ours_is_refused_by_name_and_left_alone(good, damage, says, read_only):
    damage(good)
    before = files(good.parent)

    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{good}", read_only=read_only)

    assert str(caught.value).startswith(str(good))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert files(good.parent) == before


def test_a_page_that_went_bad_is_told_when_it_is_read(good, now):
    _bytes(lambda b: b[:8192] + b"\xff" * (len(b) - 8192))(good)

    said = r"good\.db: .*the file is damaged; restore a backup"
    with pytest.raises(StoreError, match=said), open_store(f"sqlite:///{good}") as store:
        store.matches_since(now)


def test_a_full_check_finds_what_reading_did_not(good):
    edit(good, "PRAGMA foreign_keys = OFF", "DELETE FROM item WHERE id = 1")

    with open_store(f"sqlite:///{good}") as store:
        assert store.damage() == ("match 1: refers to nothing",)


@pytest.mark.parametrize("name", ["dir", "missing/tracker.db", "file/tracker.db"])
def test_a_place_that_holds_no_file_is_refused(tmp_path, name):
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=name):
        open_store(f"sqlite:///{tmp_path / name}")


def test_reading_makes_no_database(tmp_path):
    with pytest.raises(StoreError, match="there is no database yet"):
        open_store(f"sqlite:///{tmp_path / 'tracker.db'}", read_only=True)

    assert list(tmp_path.iterdir()) == []


def test_the_known_ways_to_break_a_file_are_all_survived(good, shared, tmp_path):
    out = tmp_path / "broken"
    maker = shared / "faults" / "cases" / "storage" / "make_corrupt_dbs.py"
    subprocess.run([sys.executable, maker, good, out], check=True)
    broken = sorted(path for path in out.iterdir() if path.suffix == ".sqlite")
    before = {path.name: path.read_bytes() for path in broken if path.is_file()}

    said = {path.stem: _opened_or_said(path) for path in broken}

    opened = {name for name, text in said.items() if text == "opened"}
    assert opened <= {"bitflip", "garbage_tail", "wal_garbage", "zero_page"}
    assert all(name in text for name, text in said.items() if name not in opened)
    assert {name: (out / name).read_bytes() for name in before if Path(name).stem not in opened} == {
        name: content for name, content in before.items() if Path(name).stem not in opened
    }


def _opened_or_said(path: Path) -> str:
    try:
        open_store(f"sqlite:///{path}").close()
    except StoreError as error:
        return str(error)
    return "opened"


# --- migrating -------------------------------------------------------------------------------------


@pytest.fixture
def first(url) -> str:
    """A database as the first revision made it, with two feeds and an item."""
    return _made(url, 1)


@pytest.fixture
def second(url) -> str:
    """A database as the second revision made it, with a match of the item."""
    return _made(
        url,
        2,
        "INSERT INTO match (item_id, signal, score, rules, parts, hits, rule_hash, config_hash, found_at, "
        """late, backlog) VALUES (1, 'pricing', 3, '["cut"]', '[["cut",3.0]]', """
        f"""'[["title",6,9,"cut","$cut"]]', 'r', 'c', {_then(url)}, false, false)""",
    )


def _made(url: str, revision: int, *statements: str) -> str:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, f"{revision:04}")
        if url.startswith("sqlite"):
            connection.exec_driver_sql("PRAGMA application_id = 0x54524B52")
            connection.exec_driver_sql(f"PRAGMA user_version = {revision}")
        for name, address in (("acme", "https://Acme.example:8443/feed"), ("odd", "nonsense")):
            connection.exec_driver_sql(
                "INSERT INTO feed (id, url, name, next_poll, failures, gone, archived) "
                f"VALUES ('{name}', '{address}', '{name}', {_then(url)}, 0, false, false)"
            )
        connection.exec_driver_sql(
            "INSERT INTO item (id, feed_id, guid, guid_key, content_key, title, summary, content, author, "
            "first_seen, tags, backlog) "
            f"VALUES (1, 'acme', 'g', 'k', 'c', 'Price cut', '', '', '', {_then(url)}, '[]', false)"
        )
        for statement in statements:
            connection.exec_driver_sql(statement)
    return url


def _then(url: str) -> str:
    return "1763881200000000" if url.startswith("sqlite") else "timestamptz '2025-11-23 07:00Z'"


def _hosts(url: str) -> list[tuple[str, str]]:
    database = connect(url, read_only=True)
    with database.reading() as connection:
        found = [(row.id, row.host) for row in connection.execute(sa.select(feed).order_by(feed.c.id))]
    database.close()
    return found


def test_an_older_database_is_migrated_with_all_that_it_holds(first):
    with open_store(first) as store:
        assert store.item(1).item.title == "Price cut"
        assert store.unindexed() == 1

    assert _hosts(first) == [("acme", "acme.example"), ("odd", "")]


def test_a_match_of_before_claims_were_kept_is_reported_and_carries_no_figures(second):
    with open_store(second) as store:
        (kept,) = store.item(1).matches

    hits = (Hit(Field.TITLE, 6, 9, "cut", "$cut"),)
    assert kept.match == Match("pricing", ("cut",), (ScorePart("cut", 3.0),), hits, "r")
    assert (kept.match.claim, kept.match.figures) == (Claim.REPORTED, ())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # a server's database is backed up by its owner
def test_an_older_file_is_backed_up_before_it_is_migrated(sqlite_url, first):
    path = Path(sqlite_url.removeprefix("sqlite:///"))

    open_store(first).close()

    backup = path.with_name(f"{path.name}.schema-0001.backup")
    with closing(sqlite3.connect(backup)) as opened:
        assert opened.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert opened.execute("SELECT title FROM item").fetchall() == [("Price cut",)]
    assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name, backup.name]


def test_an_older_database_is_not_read_before_it_is_migrated(first):
    with pytest.raises(StoreError, match="needs a newer schema"):
        open_store(first, read_only=True)


@pytest.mark.parametrize(
    "at",
    [
        "ALTER TABLE feed ADD COLUMN notice",
        "CREATE TABLE mark",
        "search",
        "ADD COLUMN claim",
    ],
)
def test_after_a_kill_in_the_middle_of_a_later_migration_the_next_start_finishes(first, at):
    _die_at(first, at)

    with open_store(first) as store:
        assert store.item(1).item.title == "Price cut"
        assert store.mark("any") is None
    assert _hosts(first) == [("acme", "acme.example"), ("odd", "")]


def test_after_a_kill_in_the_middle_of_a_first_start_the_next_start_finishes(url):
    _die_at(url, "CREATE TABLE edition")

    with open_store(url) as store:
        assert store.counts().editions == 0


def _die_at(url: str, statement: str) -> None:
    program = """
        import os, signal, sys
        import sqlalchemy as sa
        from sqlalchemy.engine import Engine
        from tracker.store.store import open_store

        @sa.event.listens_for(Engine, "after_cursor_execute")
        def die(connection, cursor, statement, *_):
            if sys.argv[2] in statement:
                os.kill(os.getpid(), signal.SIGKILL)

        open_store(sys.argv[1])
    """
    arguments = [sys.executable, "-c", textwrap.dedent(program), url, statement]
    died = subprocess.run(arguments, check=False)
    assert died.returncode == -signal.SIGKILL


def test_tables_of_another_program_are_not_touched(postgres_url):
    _run(postgres_url, "CREATE TABLE item (thing text)")

    with pytest.raises(StoreError, match="tables of another program, item"):
        open_store(postgres_url)

    _run(postgres_url, "SELECT thing FROM item")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        pytest.param("UPDATE alembic_version SET version_num = '0999'", "newer Tracker", id="newer"),
        pytest.param("UPDATE alembic_version SET version_num = 'x'", "another program", id="foreign"),
        pytest.param("DROP TABLE match", "without the table match", id="damaged"),
    ],
)
def test_a_server_database_that_is_not_ours_is_refused(postgres_url, statement, says):
    open_store(postgres_url).close()
    _run(postgres_url, statement)

    with pytest.raises(StoreError, match=says):
        open_store(postgres_url)


def _run(url: str, statement: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


# --- out of reach ----------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_told_without_the_password():
    with pytest.raises(StoreError, match=r"^postgresql://me@127\.0\.0\.1:9/tracker: ") as caught:
        open_store("postgresql://me:s3cret@127.0.0.1:9/tracker?connect_timeout=2")

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "tracker.db", "sqlite://", "sqlite:///:memory:", "mysql://me:s3cret@host/db", "s3cret:// :"]
)
def test_other_urls_are_refused_without_repeating_them(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)

    assert "s3cret" not in str(caught.value)


def test_without_a_driver_for_postgresql_the_extra_is_named():
    program = """
        import sys
        sys.modules["psycopg"] = None
        from tracker.errors import StoreError
        from tracker.store.store import open_store
        try:
            open_store("postgresql://me:s3cret@host/tracker")
        except StoreError as error:
            print(error)
    """

    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], check=True, capture_output=True, text=True
    ).stdout

    assert "pip install 'ai-signal-tracker[postgres]'" in said
    assert "s3cret" not in said


def test_a_locked_file_is_waited_for_and_then_told(good, now):
    with closing(sqlite3.connect(good, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match=r"good\.db: .*another process keeps it locked"):
            open_store(f"sqlite:///{good}", busy_seconds=0.05)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, who may become a user without rights")
def test_a_file_that_may_not_be_written_is_told_at_the_start(good):
    program = """
        import os, shutil, sys, tempfile
        from tracker.errors import StoreError
        from tracker.store.store import open_store

        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            path = shutil.copy(sys.argv[1], folder)
            os.chmod(path, 0o644)
            open_store(f"sqlite:///{path}").close()  # all that it needs is imported while it may be read
            os.seteuid(65534)
            try:
                open_store(f"sqlite:///{path}")
            except StoreError as error:
                print(error)
            os.seteuid(0)
    """

    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(good)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout

    assert "good.db: " in said
    assert "check the owner and rights" in said


# --- what SQLite is asked to promise ---------------------------------------------------------------


def test_only_what_must_outlive_a_power_cut_waits_for_the_disk(good):
    database = connect(f"sqlite:///{good}", read_only=False)

    with database.writing(durable=True) as connection:
        durable = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    with database.writing() as connection:
        quick = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    database.close()

    assert (durable, quick) == (2, 1)


def test_the_matches_that_wait_are_found_by_an_index_that_holds_no_others(good):
    query = sa.select(match.c.id).where(WAITING)
    database = connect(f"sqlite:///{good}", read_only=True)

    with database.reading() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()

    assert "ix_match_waiting" in plan[0].detail
