"""An explanation as `tracker explain` prints it, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tracker.cli import say
from tracker.cli.excerpts import clipped, columns, excerpt, padded
from tracker.cli.reading import why

if TYPE_CHECKING:
    from tracker.cli.explaining import Subject
    from tracker.model import Field, Figure, Hit, Match
    from tracker.rules.explain.explain import Explanation, RuleTrace
    from tracker.rules.explain.trace import Traced

_CLAUSE = 44
"""Columns of a clause in a list of clauses."""

_LINE = 120
_HITS = 6
_APPLY = "`tracker rules apply`"


def tell(subject: Subject, told: Explanation, most: int | None, *, full: bool) -> None:
    """Print what matched, what was vetoed and what came near. most: of the last; None for all."""
    _tell_subject(subject)
    wanted = {rule.signal for rule in told.matched}
    for match in told.matches:
        if match.signal in wanted:
            _tell_match(
                match, [rule for rule in told.matched if rule.signal == match.signal], subject, full=full
            )
    for rule in told.vetoed:
        say.line()
        say.line(f"{_name(rule)}  vetoed: `when` held, and `unless`, too")
        _tell_rule(rule, subject, full=full)
    near = [rule for rule in told.missed if rule.came_near]
    shown = near[:most] if most is not None else list(told.missed)
    for number, rule in enumerate(shown, start=1):
        say.line()
        place = f"nearest miss {number}: " if not full else "missed: "
        held = sum(clause.held for clause in rule.clauses)
        say.line(f"{place}{_name(rule)}  {held} of {say.count(len(rule.clauses), 'clause')} held")
        _tell_rule(rule, subject, full=full)
    if not (told.matched or told.vetoed or shown):
        say.line()
        say.line("no rule came near")
    _tell_rest(told, len(shown), full=full)
    for notice in _notices(subject, told):
        say.note(notice)


def _tell_subject(subject: Subject) -> None:
    from tracker.rules.fields import lead_of

    item, feed, kept = subject.item, subject.feed, subject.kept
    for text in (item.title, lead_of(item)):
        if text.strip():
            say.line(clipped(" ".join(text.split()), _LINE))
    whence = f"item {kept.id} of {item.feed_id}" if kept else "a text"
    tier = f"tier {feed.tier}" if feed.tier else "no tier"
    other = "" if feed.id in ("", item.feed_id) else f" {feed.id}"
    lang = item.lang or feed.lang
    said = f"{whence}, as on a feed{other} of panel {feed.panel}, {tier}{f', in {lang}' if lang else ''}"
    say.line(said if kept or feed.id else f"{said}; --feed FEED takes a feed's")


def _tell_match(match: Match, rules: Sequence[RuleTrace], subject: Subject, *, full: bool) -> None:
    say.line()
    say.line(f"{match.signal}  MATCHED  score {match.score:g} = {why(match)}; {match.claim}")
    for figure in match.figures:
        say.line(f"    figure {figure.field} {figure.start}-{figure.end} {_figure(figure)}")
    for rule in rules:
        say.line(f"  {_name(rule)}")
        _tell_rule(rule, subject, full=full)


def _figure(figure: Figure) -> str:
    day = f" {figure.day}" if figure.day else f" {figure.value:,.10g}"
    per = f" per {figure.per}" if figure.per else ""
    was = f", was {figure.was:,.10g}" if figure.was is not None else ""
    return f'"{figure.text}": {figure.kind}{day} {figure.unit}{per}{was}'


def _name(rule: RuleTrace) -> str:
    return f"{rule.signal}/{rule.rule} (score {rule.score:g})  {rule.place.file}:{rule.place.line}"


def _tell_rule(rule: RuleTrace, subject: Subject, *, full: bool) -> None:
    for clause in rule.clauses:
        _tell_clause(clause, 4, full=full)
    shown = [rule.when]
    if rule.unless is not None and rule.unless.held:
        say.line("    unless, which holds")
        _tell_clause(rule.unless, 6, full=full)
        shown.append(rule.unless)
    elif rule.unless is not None and full:
        say.line("    unless, which does not hold")
        _tell_clause(rule.unless, 6, full=False)
    _tell_excerpts([hit for each in shown for hit in evidence(each)], subject)


def _tell_clause(clause: Traced, margin: int, *, full: bool) -> None:
    indent = " " * margin
    if clause.miss is None:
        _tell_long(f"{indent}+ {padded(clause.text, _CLAUSE)}  {_hits(clause)}", margin + _CLAUSE + 4)
    else:
        text = clause.text if full else clipped(clause.text, _LINE - margin - 4)
        _tell_long(f"{indent}- {text}", margin + 2)
        _tell_long(f"{indent}    {clause.miss.text}", margin + 4)
    if full:
        silent = 0
        for part in clause.parts:
            if clause.kind == "or" and not part.near:
                silent += 1
                continue
            _tell_clause(part, margin + 4, full=True)
        if silent:
            say.line(f"{' ' * (margin + 4)}{say.count(silent, 'alternative')} of it found nothing")


def _tell_long(row: str, margin: int) -> None:
    """A line, broken between words where it is long."""
    while columns(row) > _LINE and (at := row.rfind(" ", margin + 1, _LINE)) > 0:
        say.line(row[:at])
        row = f"{' ' * margin}{row[at + 1 :]}"
    say.line(row)


def _hits(clause: Traced) -> str:
    if not clause.hits:
        return "holds: nothing of it is there" if clause.kind == "not" else "holds"
    finders: dict[tuple[Field, int, int, str], list[str]] = {}
    for hit in clause.hits:
        finders.setdefault((hit.field, hit.start, hit.end, hit.text), []).append(hit.clause)
    places = [_place(*place, by if clause.parts else []) for place, by in finders.items()]
    rest = f" and {len(places) - _HITS} more" if len(places) > _HITS else ""
    return ", ".join(places[:_HITS]) + rest


def _place(field: Field, start: int, end: int, text: str, by: Sequence[str]) -> str:
    # Which of several leaves found it is worth a word where it is not the word itself.
    leaves = ", ".join(leaf for leaf in dict.fromkeys(by) if leaf.casefold() != text.casefold())
    return f'{field} {start}-{end} "{clipped(text, 40)}"' + (f" by {leaves}" if leaves else "")


def evidence(clause: Traced) -> Iterator[Hit]:
    """Yield what a clause found, and what stood there without doing."""
    if clause.held:
        yield from clause.hits
        return
    yield from clause.miss.seen if clause.miss else ()
    if clause.kind == "and":
        for part in clause.parts:
            yield from evidence(part)


def _tell_excerpts(hits: Iterable[Hit], subject: Subject) -> None:
    from tracker.rules.fields import matched_text

    spans: dict[Field, list[tuple[int, int]]] = {}
    for hit in hits:
        spans.setdefault(hit.field, []).append((hit.start, hit.end))
    for field in sorted(spans, key=list(type(next(iter(spans)))).index) if spans else ():
        row, carets = excerpt(matched_text(field, subject.item, subject.feed), spans[field])
        say.line(f"      {field:<8}{row}")
        say.line(f"      {'':<8}{carets}")


def _tell_rest(told: Explanation, shown: int, *, full: bool) -> None:
    rest = told.missed[shown:]
    if not rest or full:
        return
    nothing = sum(not rule.nearness for rule in rest)
    said = [f"{say.count(len(rest) - nothing, 'rule')} came less near"] if len(rest) > nothing else []
    said += [f"of {say.count(nothing, 'rule')} nothing is there"] if nothing else []
    say.line()
    say.line("; ".join(said))
    say.note("--all tells of every rule; --rule ID tells of one in full")


def _notices(subject: Subject, told: Explanation) -> Iterator[str]:
    """Where the stored matches are not what the rules in force find."""
    if subject.kept is None:
        return
    now = {match.signal: match for match in told.matches}
    then = {each.match.signal: each.match for each in subject.kept.matches}
    for signal, match in then.items():
        if signal not in now:
            yield f"{signal}: stored as a match, but the rules in force find none; {_APPLY} takes it away"
        elif now[signal].rule_hash != match.rule_hash:
            yield f"{signal}: the stored match was made by earlier rules; {_APPLY} renews it"
    for signal in now:
        if signal not in then:
            yield f"{signal}: not stored as a match, earlier rules did not find it; {_APPLY} adds it"


def as_json(subject: Subject, told: Explanation, most: int | None) -> dict[str, object]:
    """Return an explanation for programs; `docs/rules.md` documents it."""
    item, feed, kept = subject.item, subject.feed, subject.kept
    near = [rule for rule in told.missed if rule.came_near]
    shown = told.missed if most is None else near[:most]
    return {
        "item": kept.id if kept else None,
        "title": item.title,
        "link": item.link,
        "feed": {"id": feed.id, "panel": feed.panel, "tier": feed.tier, "lang": item.lang or feed.lang},
        "matches": [_match_row(match) for match in told.matches],
        "rules": [_rule_row(rule) for rule in (*told.matched, *told.vetoed, *shown)],
        "left_out": len(told.missed) - len(shown),
        "notices": list(_notices(subject, told)),
    }


def _match_row(match: Match) -> dict[str, object]:
    return {
        "signal": match.signal,
        "score": match.score,
        "parts": [{"label": part.label, "points": part.points} for part in match.parts],
        "rules": list(match.rules),
        "claim": match.claim,
        "figures": [_figure_row(figure) for figure in match.figures],
        "hits": [_hit_row(hit) for hit in match.hits],
    }


def _rule_row(rule: RuleTrace) -> dict[str, object]:
    return {
        "signal": rule.signal,
        "rule": rule.rule,
        "score": rule.score,
        "layer": rule.layer,
        "file": rule.place.file,
        "line": rule.place.line,
        "verdict": rule.verdict,
        "nearness": round(rule.nearness, 3),
        "when": _clause_row(rule.when),
        "unless": _clause_row(rule.unless) if rule.unless else None,
    }


def _clause_row(clause: Traced) -> dict[str, object]:
    miss = clause.miss
    return {
        "kind": clause.kind,
        "clause": clause.text,
        "held": clause.held,
        "hits": [_hit_row(hit) for hit in clause.hits],
        "miss": miss
        and {
            "code": miss.code,
            "text": miss.text,
            "near": round(miss.near, 3),
            "seen": [_hit_row(hit) for hit in miss.seen],
        },
        "parts": [_clause_row(part) for part in clause.parts],
    }


def _hit_row(hit: Hit) -> dict[str, object]:
    return {"field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text, "clause": hit.clause}


def _figure_row(figure: Figure) -> dict[str, object]:
    return {
        "field": figure.field,
        "start": figure.start,
        "end": figure.end,
        "text": figure.text,
        "kind": figure.kind,
        "value": figure.value,
        "unit": figure.unit,
        "per": figure.per,
        "was": figure.was,
    }
