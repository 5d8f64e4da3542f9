"""The `database:` key: a SQLite file or a PostgreSQL URL, whose password never stands in the config."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from tracker.config import secrets
from tracker.config.nodes import Text
from tracker.config.report import Report
from tracker.config.secrets import Secret

_POSTGRES = re.compile(r"(?:postgres|postgresql|postgresql\+psycopg)://")
_FILE = re.compile(r".+\.(?:db|sqlite|sqlite3)")
_HOW = "write a file such as tracker.sqlite, postgresql://user@host/name, or env:NAME"


def read_database(node: Text | None, env: Mapping[str, str], report: Report) -> Secret | None:
    """Read the key as a SQLAlchemy URL. No message ever repeats what may hold a password."""
    if node is None:
        return None
    referred = secrets.refers(node.text)
    secret = secrets.resolve(node, env, report)
    if secret is None:
        return None
    text = secret.value
    if text.startswith("sqlite:///") or (_FILE.fullmatch(text) and "://" not in text):
        url = f"sqlite:///{secrets.path_beside(text.removeprefix('sqlite:///'), node)}"
        return Secret(secret.canonical if referred else url, url)
    if not _POSTGRES.match(text):
        report.error(node.place, "database: this is neither a SQLite file nor a PostgreSQL URL", _HOW)
        return None
    if (fault := _fault(text, referred)) is not None:
        report.error(node.place, f"database: {fault[0]}", fault[1])
        return None
    url = _POSTGRES.sub("postgresql+psycopg://", text, count=1)
    return Secret(secret.canonical if referred else text, url)


def _fault(text: str, referred: bool) -> tuple[str, str] | None:
    """What is wrong with a PostgreSQL URL, without any of its parts."""
    try:
        parts = urlsplit(text)
        named = any("password" in name.lower() for name in parse_qs(parts.query))
        password = parts.password is not None or named
        _ = parts.port
    except ValueError:
        return "the URL's host or port is malformed", ""
    if password and not referred:
        return (
            "a password may not stand in the config",
            "put the whole URL into a variable and write env:NAME",
        )
    if not parts.path.strip("/"):
        return "the URL names no database", "postgresql://user@host/name"
    return None
