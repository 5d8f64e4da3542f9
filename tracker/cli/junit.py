"""Results of examples as JUnit XML, which CI servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.rules.trial.coverage import Tried

# What XML 1.0 has no way to write, and what would steer a terminal that shows the file.
_UNFIT = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)


def write_junit(file: Path, tried: Sequence[Tried]) -> None:
    """Write a test suite for each signal and a test case for each example. tried: signal by signal.

    Raises TrackerError when the file cannot be written.
    """
    tree = ElementTree(junit(tried))
    indent(tree)
    try:
        with file.open("wb") as stream:
            tree.write(stream, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise TrackerError(f"{file} cannot be written: {error.strerror}") from error


def junit(tried: Sequence[Tried]) -> Element:
    """Return the document's root."""
    root = Element("testsuites", {"name": "tracker rules test", **_counts(tried)})
    for signal, group in groupby(tried, key=lambda each: each.rule.signal):
        cases = list(group)
        suite = SubElement(root, "testsuite", {"name": _fit(signal), **_counts(cases)})
        for each in cases:
            _case(suite, each)
    return root


def _counts(tried: Sequence[Tried]) -> dict[str, str]:
    failures = sum(each.problem is not None for each in tried)
    return {"tests": str(len(tried)), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}


def _case(suite: Element, tried: Tried) -> None:
    place = tried.example.text.at(0)
    kind = "match" if tried.example.matches else "no_match"
    attributes = {
        "classname": _fit(f"{tried.rule.signal}.{tried.rule.id}"),
        "name": _fit(f"{kind}: {' '.join(tried.example.text.text.split())}"),
        "file": _fit(place.file),
        "line": str(place.line),
        "time": "0",
    }
    case = SubElement(suite, "testcase", attributes)
    if tried.problem is not None:
        failure = SubElement(case, "failure", {"type": kind, "message": _fit(tried.problem.what)})
        hint = (tried.problem.hint,) if tried.problem.hint else ()
        failure.text = _fit("\n".join((f"{place}: {tried.problem.what}", *tried.why, *hint)))


def _fit(text: str) -> str:
    """Characters that XML cannot hold, shown as escapes."""
    return _UNFIT.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
