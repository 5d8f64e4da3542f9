"""What rules mean, evaluated in the plainest way: token by token, pair by pair, no automaton, no index.

Slow and simple on purpose; it shares the parser, the tokeniser, the written form of a text and the
figures with the program, nothing else. Patterns are read by Python's `re`, so it takes those only that mean
the same to both. It reads title, lead and content, texts without zero-width characters, and names of
entities that cannot overlap in more than one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt

from written import feed

from tracker.figures import recognise
from tracker.model import Field, Hit, Item, Panel
from tracker.rules.fields import field_text
from tracker.rules.source import AliasSource, Definitions
from tracker.rules.syntax import DEFAULT, parse
from tracker.rules.tree import (
    Aged,
    And,
    Expression,
    Figured,
    Named,
    Near,
    Not,
    Or,
    Outside,
    Regex,
    Scoped,
    Term,
    Terms,
    Told,
)
from tracker.text import Kind, Offsets, Token, normalise, sentence_ends, tokenise

SIGNS = re.compile(r"[+$%#&@<>/=^~|]|(?<!\d)\.|\.(?!\d)")
HAN = re.compile(r"[\u4e00-\u9fff]")
LETTER = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True)
class Unit:
    """A word, number or Chinese character of a text. glued: runs on from the one before."""

    token: Token
    glued: bool


def evaluate(
    when: str, unless: str | None, definitions: Definitions, item: Item, panel: Panel
) -> set[Hit] | None:
    """The hits that show a rule's match; None: no match."""
    return Reading(definitions, item, panel).rule(when, unless)


class Reading:
    """One item, read by one set of definitions."""

    def __init__(self, definitions: Definitions, item: Item, panel: Panel) -> None:
        self.definitions = definitions
        self.item = item
        self.panel = panel
        self.texts: Mapping[Field, str] = {
            field: field_text(field, item, feed()) for field in (Field.TITLE, Field.LEAD, Field.CONTENT)
        }

    def rule(self, when: str, unless: str | None) -> set[Hit] | None:
        hits = self.hits(parse(when), when, DEFAULT)
        if hits is None or (unless is not None and self.hits(parse(unless), unless, DEFAULT) is not None):
            return None
        return set(hits)

    def hits(self, tree: Expression, source: str, fields: Sequence[Field]) -> list[Hit] | None:
        match tree:
            case Term():
                return self.of_terms([(tree.text, tree.exact)], source[tree.start : tree.end], fields)
            case Terms():
                written = [term.text for term in self.definitions.terms[tree.name].terms]
                terms = [(text.removeprefix("="), text.startswith("=") and len(text) > 1) for text in written]
                return self.of_terms(terms, source[tree.start : tree.end], fields)
            case Named():
                return self.of_name(tree.name, source[tree.start : tree.end], fields)
            case Regex() | Figured():
                return self.of_spans(tree, source, fields)
            case Told():
                return self.of_signal(tree.key)
            case Aged():
                return [] if self.is_aged(tree) else None
            case Scoped():
                return self.hits(tree.inner, source, tree.fields)
            case Not():
                return [] if self.hits(tree.inner, source, fields) is None else None
            case And():
                parts = [self.hits(part, source, fields) for part in tree.parts]
                return None if None in parts else [hit for part in parts if part for hit in part]
            case Or():
                parts = [self.hits(part, source, fields) for part in tree.parts]
                held = [part for part in parts if part is not None]
                return [hit for part in held for hit in part] if held else None
            case Near():
                return self.of_near(tree, source, fields)
            case Outside():
                left, right = (self.hits(side, source, fields) or [] for side in (tree.left, tree.right))
                return [hit for hit in left if not any(within(hit, other) for other in right)] or None

    def of_terms(
        self, terms: Sequence[tuple[str, bool]], clause: str, fields: Sequence[Field]
    ) -> list[Hit] | None:
        hits = []
        for field in fields:
            text = self.texts[field]
            spans = {span for term, exact in terms for span in places(term, exact, text)}
            hits += [Hit(field, *span, text[slice(*span)], clause) for span in outermost(spans)]
        return hits or None

    def of_spans(self, leaf: Regex | Figured, source: str, fields: Sequence[Field]) -> list[Hit] | None:
        hits = []
        for field in fields:
            text = self.texts[field]
            spans = pattern_places(leaf, text) if isinstance(leaf, Regex) else self.figure_places(leaf, text)
            hits += [Hit(field, *span, text[slice(*span)], source[leaf.start : leaf.end]) for span in spans]
        return hits or None

    def figure_places(self, leaf: Figured, text: str) -> list[tuple[int, int]]:
        day = (self.item.published or self.item.first_seen).date()
        figures = recognise(text, Field.TITLE, day)
        return [
            (each.start, each.end) for each in figures if each.kind is leaf.kind and each.confidence >= 0.5
        ]

    def of_signal(self, key: str) -> list[Hit] | None:
        """The hits of all rules of a signal that hold."""
        (signal,) = (signal for signal in self.definitions.signals if signal.key == key)
        held = [self.rule(rule.when.text, rule.unless.text if rule.unless else None) for rule in signal.rules]
        hits = [hit for each in held if each is not None for hit in each]
        return hits if any(each is not None for each in held) else None

    def is_aged(self, leaf: Aged) -> bool:
        if self.item.published is None:
            return False
        holds = {"<": lt, "<=": le, ">": gt, ">=": ge}[leaf.operator]
        return bool(holds(self.item.first_seen - self.item.published, leaf.span))

    def of_name(self, name: str, clause: str, fields: Sequence[Field]) -> list[Hit] | None:
        hits = []
        for field in fields:
            spans = {span for owner, span in self.names(field) if self.belongs(owner, name)}
            text = self.texts[field]
            hits += [Hit(field, *span, text[slice(*span)], clause) for span in outermost(spans)]
        return hits or None

    def belongs(self, owner: str, name: str) -> bool:
        types = self.definitions.groups.get(name, (name,))
        return owner == name or self.definitions.entities[owner].type in types

    def names(self, field: Field) -> list[tuple[str, tuple[int, int]]]:
        """The names of entities in a field that mean their entity."""
        plain = {place: [seen for seen in self.sighted(place) if not seen[1].ambiguous] for place in DEFAULT}
        sure = {owner for seen in plain.values() for owner, alias, _ in seen if not self.says(alias.unless)}
        kept = []
        for owner, alias, span in self.sighted(field):
            context = self.panel is Panel.AI or owner in sure or self.says(alias.needs)
            if not self.says(alias.unless) and (context or not alias.ambiguous):
                kept.append((owner, span))
        return kept

    def sighted(self, field: Field) -> list[tuple[str, AliasSource, tuple[int, int]]]:
        """All names in a field that stand free, mean no longer word, and lie in no longer name."""
        text = self.texts[field]
        found = []
        for owner in self.definitions.entities.values():
            for alias in owner.aliases:
                inner = [span for word in alias.not_in for span in spelled(word, text, any_case=True)]
                for span in spelled(alias.text, text, any_case=alias.any_case):
                    if not any(outer[0] <= span[0] and span[1] <= outer[1] for outer in inner):
                        found.append((owner.id, alias, span))
        spans = {span for _, _, span in found}
        return [each for each in found if each[2] in set(outermost(spans))]

    def says(self, terms: Sequence[str]) -> bool:
        return any(places(term, False, self.texts[field]) for term in terms for field in DEFAULT)

    def of_near(self, tree: Near, source: str, fields: Sequence[Field]) -> list[Hit] | None:
        lefts, rights = (self.hits(side, source, fields) or [] for side in (tree.left, tree.right))
        kept = []
        for left in lefts:
            for right in rights:
                for first, second in [(left, right)] if tree.ordered else [(left, right), (right, left)]:
                    if (
                        first.field is second.field
                        and first.end <= second.start
                        and self.close(tree, first, second)
                    ):
                        kept += [left, right]
        return kept or None

    def close(self, tree: Near, first: Hit, second: Hit) -> bool:
        text = self.texts[first.field]
        if tree.words is None:
            return not any(first.end <= end <= second.start for end in sentence_ends(text))
        tokens = [unit.token for unit in units(text)]
        between = [each for each in tokens if first.end <= each.start and each.end <= second.start]
        size = sum(0.5 if token.kind is Kind.UNSPACED else 1 for token in between)
        return size <= tree.words - 1


def pattern_places(leaf: Regex, text: str) -> list[tuple[int, int]]:
    """Where Python finds a pattern in the text as it is read."""
    forms = normalise(text)
    flags = re.ASCII | (re.IGNORECASE if leaf.any_case else 0)
    return [
        Offsets(forms).of_written(*found.span()) for found in re.finditer(leaf.text, forms.written, flags)
    ]


def places(term: str, exact: bool, text: str) -> list[tuple[int, int]]:
    """Where a term stands in a text."""
    if exact or SIGNS.search(term):
        return spelled(term, text, any_case=not exact)
    pattern = list(term_units(term))
    words = units(text)
    spans = []
    for at in range(len(words) - len(pattern) + 1):
        window = words[at : at + len(pattern)]
        if all(
            agrees(*pair, first=place == 0) for place, pair in enumerate(zip(pattern, window, strict=True))
        ):
            spans.append((window[0].token.start, window[-1].token.end))
    return spans


def term_units(term: str) -> Iterator[tuple[Unit, bool, bool]]:
    """The units of a term, each with whether a star stands before and after it."""
    for chunk in term.split():
        core = units(chunk.strip("*"))
        for at, unit in enumerate(core):
            yield unit, chunk[0] == "*" and at == 0, chunk[-1] == "*" and at == len(core) - 1


def agrees(pattern: tuple[Unit, bool, bool], unit: Unit, *, first: bool) -> bool:
    wanted, star_before, star_after = pattern
    if not first and wanted.glued != unit.glued:
        return False
    ours, theirs = wanted.token.text, unit.token.text
    if star_before and star_after:
        return ours in theirs
    if star_before:
        return theirs.endswith(ours)
    return theirs.startswith(ours) if star_after else ours == theirs


def units(text: str) -> list[Unit]:
    tokens = [token for token in tokenise(text) if token.kind is not Kind.SYMBOL]
    ends = {token.end for token in tokens if token.kind is Kind.UNSPACED}
    return [Unit(token, token.kind is Kind.UNSPACED and token.start in ends) for token in tokens]


def spelled(term: str, text: str, *, any_case: bool) -> list[tuple[int, int]]:
    """Where a text says a term letter by letter, not in the midst of a word."""
    open_left, open_right = term.startswith("*"), term.endswith("*")
    core = term.strip("*")
    before = "" if open_left or not (LETTER.match(core[0]) or core[0] == ".") else "(?<![A-Za-z0-9])"
    after = "" if open_right or not LETTER.match(core[-1]) else "(?![A-Za-z0-9])"
    more = "[A-Za-z0-9]*"
    body = f"{more if open_left else ''}{re.escape(core)}{more if open_right else ''}"
    pattern = re.compile(f"(?=({before}{body}{after}))", re.IGNORECASE if any_case else 0)
    return [found.span(1) for found in pattern.finditer(text)]


def outermost(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    return [a for a in spans if not any(b[0] <= a[0] and a[1] <= b[1] and a != b for b in spans)]


def within(hit: Hit, other: Hit) -> bool:
    return hit.field is other.field and other.start <= hit.start and hit.end <= other.end
