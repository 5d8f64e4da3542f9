"""Entries as written → items as we keep them: text instead of markup, absolute links, bounded size. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, make_dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.model import Item
from tracker.poll import dates, identity
from tracker.poll.entry import Document, Entry, Link, Marked
from tracker.poll.links import is_web_address, web_link
from tracker.poll.markup import cut, first_words, line, plain_line, text_of, title_of

TITLE, SUMMARY, CONTENT, GUID, AUTHOR, TAG, TAGS = 1_000, 20_000, 65_536, 2_000, 300, 100, 50
"""Characters kept of each (TAGS: how many), so that no publisher can make a row large."""

if TYPE_CHECKING:
    _Draft = Item
else:
    # The same slots, not yet frozen: to fill it and call it an Item takes a third of what Item() takes.
    _Draft = make_dataclass("_Draft", Item.__slots__, slots=True)

MARKUP = 65_536
"""Characters of an entry's markup that are looked at."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the items of one document have in common. url: where the document came from."""

    feed_id: str
    url: str
    lang: str | None
    now: datetime


def items_of(document: Document, origin: Origin) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The items that a document lists, in its order, and what was odd about them."""
    lang = origin.lang or _language(document.lang)
    home = web_link(document.link, (origin.url,)) or ""
    made = [_item(entry, origin, lang, (home, origin.url)) for entry in document.entries]
    items = [item for item in made if item]
    empty = len(made) - len(items)
    kept, warnings = identity.told_apart(items)
    return kept, (*warnings, *((f"{empty} empty items skipped",) if empty else ()))


def _language(written: str) -> str | None:
    """The language of a tag such as zh-CN or en_US; None for what is no tag."""
    language = written.strip().replace("_", "-").partition("-")[0].lower()
    return language if 2 <= len(language) <= 3 and language.isascii() and language.isalpha() else None


def _item(entry: Entry, origin: Origin, lang: str | None, bases: Sequence[str]) -> Item | None:
    guid = line(entry.guid)
    link = _link(entry, guid, bases)
    summary = _text(entry.summary)
    content = _text(entry.content) if entry.content != entry.summary else ""
    title = title_of(_head(entry.title, 4 * TITLE)) or first_words(summary or content) or link or ""
    if not title:
        return None
    if not content and len(summary) > SUMMARY:
        content = summary
    title = cut(title, TITLE)
    published = dates.published(entry.dates, origin.now, chinese=(lang or "").startswith("zh"))
    otherwise = "" if link else str(published) if published else summary
    keys = identity.keys(guid, link, title, otherwise)
    item = _Draft(
        feed_id=origin.feed_id,
        guid=cut(guid or link or "", GUID),
        guid_key=keys[0],
        content_key=keys[1],
        title=title,
        link=link,
        summary=cut(summary, SUMMARY),
        content="" if content == summary and len(summary) <= SUMMARY else cut(content, CONTENT),
        author=_person(entry.author[: 4 * AUTHOR]) if entry.author else "",
        published=published,
        first_seen=origin.now,
        lang=lang,
        tags=_tags(entry.tags) if entry.tags else (),
        backlog=False,
    )
    item.__class__ = Item
    return item


def _link(entry: Entry, guid: str, bases: Sequence[str]) -> str | None:
    """The page for a reader: an alternate link (HTML first), else a permalink guid, else a related page."""
    within = (web_link(entry.base, bases[1:]) or "", *bases) if entry.base else bases
    pages = [found for found in entry.links if found.rel in ("alternate", "")]
    for found in sorted(pages, key=_is_other_than_html) if len(pages) > 1 else pages:
        if link := web_link(found.href, within):
            return link
    if entry.permalink and is_web_address(guid) and (link := web_link(guid)):
        return link
    related = (web_link(found.href, within) for found in entry.links if found.rel in ("related", "via"))
    return next(filter(None, related), None)


def _is_other_than_html(link: Link) -> bool:
    return bool(link.type) and "html" not in link.type


def _text(marked: Marked) -> str:
    return text_of(_head(marked, MARKUP)) if marked.value else ""


def _head(marked: Marked, limit: int) -> Marked:
    return marked if len(marked.value) <= limit else Marked(marked.value[:limit].rstrip("<&"), marked.kind)


@lru_cache(maxsize=512)  # the same few people write a feed
def _person(author: str) -> str:
    """Without the mail address that RSS puts first or last: "mail (name)", "name (mail)"."""
    author = plain_line(author)
    if author.endswith(")"):
        outside, _, inside = author[:-1].partition("(")
        author = (inside if "@" in outside else outside if "@" in inside else author).strip()
    return cut(author, AUTHOR)


def _tags(written: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys([_tag(tag[: 4 * TAG]) for tag in written[: 4 * TAGS]])))[:TAGS]


@lru_cache(maxsize=2_048)  # and file what they write under the same few words
def _tag(written: str) -> str:
    return cut(plain_line(written), TAG)
