"""Editions as HTML: one self-contained file each, in which nothing that a publisher wrote is markup.

The defence is general: autoescape without exception, characters that are no text dropped at the only
place where values enter a page, and a policy that forbids the browser everything but our own style.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tracker.digest.index import index
from tracker.digest.page import page
from tracker.model import Edition

_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]")
# No text in any language: controls, directional overrides, invisible joins, surrogates, noncharacters.
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)


def render_edition(edition: Edition, templates: Path) -> str:
    return _render("digest.html.j2", templates, page=page(edition))


def render_index(editions: Sequence[Edition], templates: Path) -> str:
    """The list of editions, newest first, whatever the order they come in."""
    return _render("index.html.j2", templates, index=index(editions))


def template_hash(templates: Path) -> str:
    """Name the templates that made a page: a new look is told from new content by it."""
    digest = hashlib.sha256()
    for file in sorted(path for path in templates.iterdir() if path.suffix in (".j2", ".css")):
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def clean(value: object) -> object:
    """Drop from a value what is no text; line breaks become spaces. Escaping comes after this."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _NO_TEXT.sub("", _BREAKS.sub(" ", value))


def _render(name: str, templates: Path, **values: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = environment.get_template("style.css").render()
    return environment.get_template(name).render(policy=_policy(style), **values)


def _policy(style: str) -> str:
    """Allow nothing but this style; frame-ancestors has no effect in a meta element, so it is not said."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
