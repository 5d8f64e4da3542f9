"""The user's layer on top of the pack: what is added, replaced, extended, silenced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tracker.config.files import Pack
from tracker.config.nodes import Text
from tracker.config.report import Report, did_you_mean
from tracker.config.schema import AmbiguousPart, EntityPart, LayerPart, RulePart, SetPart, SignalPart
from tracker.config.values import Silenced
from tracker.errors import Place
from tracker.model import FigureKind
from tracker.rules.source import (
    AliasSource,
    Definitions,
    EntitySource,
    Example,
    RuleSource,
    SignalSource,
    TermSet,
    Written,
)

PACK, USER = "pack", "user"
_FIGURES = frozenset(FigureKind)


@dataclass(frozen=True, slots=True)
class Layered:
    """What is in force, and what of the pack is not."""

    definitions: Definitions
    silenced: tuple[Silenced, ...]

    @property
    def silent_signals(self) -> frozenset[str]:
        return frozenset(one.key for one in self.silenced if one.kind == "signal")


def layer(pack: Pack, user: Iterable[LayerPart], from_pack: frozenset[str], report: Report) -> Layered:
    """Put the user's files on top of the pack.

    from_pack: the pack's rules in a canonical config, each "signal/rule".
    """
    merged = _Merged(report, from_pack)
    for part in pack.layers:
        merged.add(part, PACK)
    for key in pack.order:
        if key in pack.signals:
            merged.signal(key, pack.signals[key], PACK)
    for part in user:
        merged.add(part, USER)
    return merged.result()


class _Merged:
    """The layers so far. Order of the keys is the order of appearance."""

    def __init__(self, report: Report, from_pack: frozenset[str]) -> None:
        self._report = report
        self._from_pack = from_pack
        self._terms: dict[str, TermSet] = {}
        self._groups: dict[str, TermSet] = {}
        self._entities: dict[str, EntitySource] = {}
        self._signals: dict[str, SignalSource] = {}
        self._silenced: list[Silenced] = []
        self._off: dict[str, Place] = {}

    def add(self, part: LayerPart, layer: str) -> None:
        for name, change in part.terms.items():
            self._set("term set", self._terms, name, change, layer)
        for name, change in part.groups.items():
            self._set("group", self._groups, name, change, layer)
        for key, entity in part.entities.items():
            self._entity(key, entity, layer)
        for key, signal in part.signals.items():
            self.signal(key, signal, layer)

    def result(self) -> Layered:
        for entity in self._entities.values():
            if entity.parent is not None and entity.parent not in self._entities:
                if not any(silent.key == entity.parent for silent in self._silenced):
                    hint = did_you_mean(entity.parent, self._entities)
                    self._report.error(entity.place, f"parent: there is no entity '{entity.parent}'", hint)
                self._entities[entity.id] = replace(entity, parent=None)
        for key, signal in self._signals.items():
            if not signal.rules and key not in self._off:
                self._report.warning(
                    signal.place, f"signal '{key}' has no rule in force", "`off: true` silences it"
                )
        self._refuse_names_of_figures()
        definitions = Definitions(
            signals=tuple(signal for key, signal in self._signals.items() if key not in self._off),
            terms=self._terms,
            entities=self._entities,
            groups={name: tuple(w.text for w in group.terms) for name, group in self._groups.items()},
            off=frozenset(self._off),
        )
        return Layered(definitions, tuple(self._silenced))

    def _refuse_names_of_figures(self) -> None:
        """`<money>` in a rule is a figure; an entity, type or group of the name could never be asked for."""
        named = [("group", name, group.place) for name, group in self._groups.items()]
        for entity in self._entities.values():
            named += [("entity", entity.id, entity.place), ("entity type", entity.type, entity.place)]
        for what, name, place in named:
            if name in _FIGURES:
                self._report.error(place, f"<{name}> means figures: no {what} can be called so", "rename it")

    # --- named sets of words: terms and groups

    def _set(self, what: str, known: dict[str, TermSet], name: str, change: SetPart, layer: str) -> None:
        before = known.get(name)
        if change.whole is not None:
            if before is not None and before.layer == layer:
                self._twice(change.place, f"{what} '{name}'", before.place)
            words = tuple(_trimmed(term) for term in change.whole)
        elif before is None:
            self._report.error(
                change.place, f"there is no {what} '{name}' to change", did_you_mean(name, known)
            )
            return
        else:
            words = self._edited(before, change)
        if not words:
            self._report.error(change.place, f"{what} '{name}' is empty")
        known[name] = TermSet(name, words, layer, change.place)

    def _edited(self, before: TermSet, change: SetPart) -> tuple[Written, ...]:
        texts = [word.text for word in before.terms]
        gone = {_trimmed(term).text for term in change.less}
        for term in change.less:
            if _trimmed(term).text not in texts:
                hint = did_you_mean(term.text, texts)
                self._report.error(term.place, f"'{term.text}' is not in '{before.name}'", hint)
        kept = tuple(word for word in before.terms if word.text not in gone)
        return kept + tuple(new for term in change.more if (new := _trimmed(term)).text not in texts)

    # --- entities

    def _entity(self, key: str, part: EntityPart, layer: str) -> None:
        before = self._entities.get(key)
        if part.off:
            if before is None:
                self._nothing_to_silence(part.place, "entity", key, self._entities)
            else:
                self._silenced.append(Silenced("entity", key, before.name, before.place, part.place))
                del self._entities[key]
            return
        if before is not None and before.layer == layer and (part.name or part.aliases is not None):
            self._twice(part.place, f"entity '{key}'", before.place)
        name, kind = part.name or (before and before.name), part.type or (before and before.type)
        if not name or not kind:
            missing = "name" if not name else "type"
            hint = did_you_mean(key, self._entities) if self._entities else ""
            self._report.error(
                part.place, f"a new entity needs '{missing}'", hint if "did you" in hint else ""
            )
            return
        inherited = before.parent if before is not None else None
        parent = part.parent.text if part.parent is not None else inherited
        aliases = self._aliases(part, before)
        self._entities[key] = EntitySource(key, name, kind, aliases, layer, part.place, parent)

    def _aliases(self, part: EntityPart, before: EntitySource | None) -> tuple[AliasSource, ...]:
        if part.aliases is not None or before is None:
            found = {_trimmed(alias).text: AliasSource(_trimmed(alias).text) for alias in part.aliases or ()}
        else:
            found = {alias.text: alias for alias in before.aliases}
        for alias in part.less:
            if found.pop(_trimmed(alias).text, None) is None:
                self._report.error(
                    alias.place, f"'{alias.text}' is no name of this entity", did_you_mean(alias.text, found)
                )
        found |= {_trimmed(alias).text: AliasSource(_trimmed(alias).text) for alias in part.more}
        found |= {ambiguous.alias: _ambiguous(ambiguous) for ambiguous in part.ambiguous}
        if not found:
            self._report.error(part.place, "an entity needs at least one name in 'aliases' or 'ambiguous'")
        return tuple(found.values())

    # --- signals and their rules

    def signal(self, key: str, part: SignalPart, layer: str) -> None:
        before = self._signals.get(key)
        title = part.title or (before and before.title)
        if part.off:
            if before is None and not part.title:
                self._nothing_to_silence(part.place, "signal", key, self._signals)
                return
            self._off[key] = part.place
            where = before.place if before else part.place
            self._silenced.append(Silenced("signal", key, title or key, where, part.place))
        if not title:
            hint = did_you_mean(key, self._signals)
            self._report.error(part.place, "a new signal needs 'title'", hint if "did you" in hint else "")
            title = key
        self._signals[key] = SignalSource(
            key=key,
            title=title,
            question=part.question or (before.question if before else ""),
            rules=self._rules(key, part, before.rules if before else (), layer),
            layer=before.layer if before else layer,
            place=before.place if before else part.place,
        )

    def _rules(
        self, key: str, part: SignalPart, before: tuple[RuleSource, ...], layer: str
    ) -> tuple[RuleSource, ...]:
        rules = {rule.id: rule for rule in before}
        written: dict[str, Place] = {rule.id: rule.place for rule in before if rule.layer == layer}
        for rule in part.rules:
            if rule.id in written:
                self._twice(rule.place, f"rule '{rule.id}'", written[rule.id])
                continue
            written[rule.id] = rule.place
            old = rules.get(rule.id)
            if rule.off:
                self._silence_rule(key, rule, old, rules)
            elif rule.when is None:
                self._report.error(rule.place, f"rule '{rule.id}' needs 'when'")
            else:
                rules[rule.id] = self._rule(key, rule, rule.when, layer)
                if old is not None:
                    name = f"{key}/{rule.id}"
                    self._silenced.append(
                        Silenced("rule", name, old.when.text, old.place, rule.place, replaced=True)
                    )
        return tuple(rules.values())

    def _silence_rule(
        self, key: str, rule: RulePart, old: RuleSource | None, rules: dict[str, RuleSource]
    ) -> None:
        if old is None and rule.when is None:
            self._nothing_to_silence(rule.place, "rule", rule.id, rules)
            return
        text, place = (
            (old.when.text, old.place) if old else (rule.when.written().text if rule.when else "", rule.place)
        )
        self._silenced.append(Silenced("rule", f"{key}/{rule.id}", text, place, rule.place))
        rules.pop(rule.id, None)

    def _rule(self, key: str, part: RulePart, when: Text, layer: str) -> RuleSource:
        examples: list[Example] = []
        if part.examples is not None:
            examples += [Example(text.written(), True) for text in part.examples.match]
            examples += [Example(text.written(), False) for text in part.examples.no_match]
        return RuleSource(
            id=part.id,
            signal=key,
            when=when.written(),
            unless=part.unless.written() if part.unless is not None else None,
            score=part.score,
            examples=tuple(examples),
            layer=PACK if f"{key}/{part.id}" in self._from_pack else layer,
            place=part.place,
        )

    # --- what is told

    def _twice(self, place: Place, what: str, first: Place) -> None:
        self._report.error(place, f"{what} is written twice", f"first at {first.file}:{first.line}")

    def _nothing_to_silence(self, place: Place, what: str, key: str, known: Mapping[str, object]) -> None:
        self._report.error(place, f"there is no {what} '{key}' to silence", did_you_mean(key, known))


def _trimmed(term: Text) -> Written:
    """A term as written, its inner white space made single."""
    written = term.written()
    return (
        written
        if written.text == (one_line := " ".join(written.text.split()))
        else replace(written, text=one_line)
    )


def _ambiguous(part: AmbiguousPart) -> AliasSource:
    """A name with conditions. One that only has vetoes is safe otherwise, so it needs no context."""
    return AliasSource(
        text=part.alias,
        needs=part.needs,
        unless=part.unless,
        not_in=part.not_in,
        any_case=part.any_case,
        ambiguous=bool(part.needs),
    )
