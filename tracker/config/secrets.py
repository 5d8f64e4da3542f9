"""References to secrets: `env:NAME` and `file:path`. The config and its canonical form hold only these."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tracker.config.nodes import Text
from tracker.config.report import Report

_REFERENCE = re.compile(r"((?:Basic|Bearer|Token) )?(env|file):(.*)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST = 65_536
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What publishers call the secret in the address of a feed that is one reader's own.
_IN_ADDRESS = re.compile(
    r"[?&](?:[\w.-]*(?:token|secret|passw(?:or)?d|api[-_]?key|auth)[\w.-]*|key|pass|sig)=[^&\s]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that may refer to a secret. canonical names it; value is it, and no repr shows it."""

    canonical: str
    value: str

    def __repr__(self) -> str:
        return f"Secret({self.canonical!r})"


def refers(text: str) -> bool:
    """Whether a text is a reference rather than the value itself."""
    return _REFERENCE.fullmatch(text) is not None


def resolve(node: Text, env: Mapping[str, str], report: Report) -> Secret | None:
    """Look a reference up; a text that is none is its own value. None after reporting what is missing."""
    found = _REFERENCE.fullmatch(node.text)
    if found is None:
        return Secret(node.text, node.text)
    prefix, kind, target = found[1] or "", found[2], found[3].strip()
    if kind == "env":
        value = _variable(target, node, env, report)
        return None if value is None else Secret(f"{prefix}env:{target}", prefix + value)
    path = path_beside(target, node)
    value = _content(path, target, node, report)
    return None if value is None else Secret(f"{prefix}file:{path}", prefix + value)


def check_address(url: Text, report: Report) -> None:
    """Warn about a URL that holds what looks like a secret in a file that others can read."""
    path = url.source.path
    if path is None or not _IN_ADDRESS.search(url.text):
        return
    with suppress(OSError):
        if path.stat().st_mode & _OTHERS:
            what = "this address holds a secret, and other users of this machine can read the file"
            report.warning(url.place, what, f"chmod 600 {url.source.name}")


def path_beside(text: str, node: Text) -> Path:
    """Absolute, so that the canonical form means the same file wherever it is loaded."""
    folder = node.source.path.parent if node.source.path is not None else Path()
    path = Path(text)
    with suppress(RuntimeError):  # ~name of a user who is not there, or no home: a name like any other
        path = path.expanduser()
    return (folder / path).absolute()


def _variable(name: str, node: Text, env: Mapping[str, str], report: Report) -> str | None:
    if not _NAME.fullmatch(name):
        report.error(node.place, "env: must be followed by a variable's name", "write env:NAME")
        return None
    value = env.get(name)
    if not value:
        report.error(
            node.place, f"the environment variable {name} is {'not set' if value is None else 'empty'}"
        )
        return None
    return _one_line(value, f"the environment variable {name}", node, report)


def _content(path: Path, said: str, node: Text, report: Report) -> str | None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            report.error(node.place, f"{said} is not a file that holds one secret")
            return None
        value = path.read_text("utf-8")
    except OSError as error:
        report.error(node.place, f"{said} cannot be read: {error.strerror}")
        return None
    except UnicodeDecodeError:
        report.error(node.place, f"{said} is not UTF-8 text")
        return None
    if status.st_mode & _OTHERS:
        report.warning(node.place, f"{said} can be read by other users of this machine", f"chmod 600 {said}")
    if not value.strip():
        report.error(node.place, f"{said} is empty")
        return None
    return _one_line(value.strip("\r\n"), said, node, report)


def _one_line(value: str, origin: str, node: Text, report: Report) -> str | None:
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        report.error(node.place, f"{origin} holds a line break or control character")
        return None
    return value
