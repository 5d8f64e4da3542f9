"""What may stand in a config, key by key: pydantic models over nodes, so that every fault keeps its place."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

from tracker.config import scalars, urls
from tracker.config.nodes import Items, Keys, Text
from tracker.config.scalars import Wrong, as_duration
from tracker.config.values import Day
from tracker.errors import Place
from tracker.model import Panel, Scope, Tier
from tracker.poll.address import Allowed

# A feed that is asked more often is a burden on its publisher; one asked less often is forgotten.
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=7)
# Less than a week would drop texts that the next digest still quotes.
_SHORTEST_KEPT, _LONGEST_KEPT = timedelta(days=7), timedelta(days=3650)
UNVERIFIED = "unverified"
"""`tls:` of a feed whose certificate is not checked."""

_Ordered = TypeVar("_Ordered", int, float, timedelta)
_Entry = TypeVar("_Entry")


def _between(low: _Ordered, high: _Ordered) -> AfterValidator:
    def check(value: _Ordered) -> _Ordered:
        if not low <= value <= high:
            raise Wrong(f"must be between {_said(low)} and {_said(high)}")
        return value

    return AfterValidator(check)


def _said(value: float | timedelta) -> str:
    if isinstance(value, timedelta):
        return as_duration(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _one_of(kind: type[Tier] | type[Panel] | type[Scope]) -> BeforeValidator:
    def choose(node: object) -> Tier | Panel | Scope:
        text = scalars.scalar(node).text
        if text not in list(kind):
            raise Wrong(f"'{text[:40]}' is not a {kind.__name__.lower()}", f"one of: {', '.join(kind)}")
        return kind(text)

    return BeforeValidator(choose)


def _tls(node: object) -> Text:
    text = scalars.scalar(node)
    if text.text not in ("verified", UNVERIFIED):
        raise Wrong(f"'{text.text[:40]}' says nothing about certificates", f"one of: verified, {UNVERIFIED}")
    return text


def _kept(node: object) -> timedelta | None:
    """How long texts are kept; None is for ever."""
    if scalars.scalar(node).text.strip().lower() == "forever":
        return None
    try:
        span = scalars.duration(node)
    except Wrong as wrong:
        raise Wrong(wrong.what, "write 90d or forever") from None
    if not _SHORTEST_KEPT <= span <= _LONGEST_KEPT:
        said = f"{as_duration(_SHORTEST_KEPT)} and {as_duration(_LONGEST_KEPT)}"
        raise Wrong(f"must be between {said}, or forever")
    return span


def _expression(node: object) -> Text:
    """A rule's text. An unquoted one ends at ' #', which nobody sees (YAML makes it a comment)."""
    text = scalars.scalar(node)
    if not text.style and re.match(r"\s+#", text.followed_by):
        raise Wrong("what follows ' #' is lost: YAML takes it for a comment", "write the rule as a | block")
    return text


def _term(node: object) -> Text:
    text = scalars.scalar(node)
    if comma := re.search("[，、]", text.text):
        parts = ", ".join(part.strip() for part in re.split("[，、]", text.text) if part.strip())
        raise Wrong(f"a term contains '{comma[0]}', which does not separate terms", f"write [{parts}]")
    return text


def _as_set(node: object) -> object:
    """`name: [a, b]` is short for the whole set."""
    if not isinstance(node, Items):
        return node
    keys = Keys(place=node.place)
    keys["="] = node
    return keys


Words = Annotated[str, BeforeValidator(scalars.words)]
Name = Annotated[str, BeforeValidator(scalars.name)]
Names = Annotated[tuple[str, ...], BeforeValidator(scalars.names)]
Scalar = Annotated[Text, BeforeValidator(scalars.scalar)]
Expression = Annotated[Text, BeforeValidator(_expression)]
Term = Annotated[Text, BeforeValidator(_term)]
Flag = Annotated[bool, BeforeValidator(scalars.yes_or_no)]
Duration = BeforeValidator(scalars.duration)
Interval = Annotated[timedelta, Duration, _between(_SHORTEST, _LONGEST)]
Deadline = Annotated[timedelta, Duration, _between(timedelta(seconds=1), timedelta(minutes=5))]
Spacing = Annotated[timedelta, Duration, _between(timedelta(0), timedelta(hours=1))]
Size = Annotated[int, BeforeValidator(scalars.size), _between(1_000, 1_000_000_000)]
Score = Annotated[float, BeforeValidator(scalars.number), _between(0.1, 100.0)]
Few = Annotated[int, BeforeValidator(scalars.whole), _between(1, 16)]
Many = Annotated[int, BeforeValidator(scalars.whole), _between(1, 1_000)]
At = Annotated[time, BeforeValidator(scalars.time_of_day)]
Times = Annotated[
    tuple[At, ...], BeforeValidator(scalars.times), AfterValidator(lambda times: tuple(sorted(set(times))))
]
Days = Annotated[tuple[Day, ...], BeforeValidator(scalars.weekdays)]
Keep = Annotated[timedelta | None, BeforeValidator(_kept)]
RetryAfter = Annotated[Scope, _one_of(Scope)]
Zone = Annotated[str, BeforeValidator(scalars.zone)]
Url = Annotated[urls.Url, BeforeValidator(urls.url)]
Allow = Annotated[Allowed, BeforeValidator(urls.allowed)]
Key = Annotated[str, AfterValidator(scalars.checked_name)]
Listed = Annotated[tuple[_Entry, ...], BeforeValidator(lambda node: tuple(scalars.listed(node)))]
Mapped = Annotated[dict[Key, _Entry], BeforeValidator(scalars.mapping)]
Headers = Annotated[dict[str, Scalar], BeforeValidator(scalars.mapping)]


class Part(BaseModel):
    """A mapping of the config. Unknown keys are errors; `place` is where it starts."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    _place: Place = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _keep_place(cls, node: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        keys = scalars.mapping(node)
        part = handler(keys)
        part._place = keys.place
        return part

    @property
    def place(self) -> Place:
        return self._place


class PollPart(Part):
    interval: Interval = timedelta(minutes=30)
    deadline: Deadline = timedelta(seconds=30)
    max_bytes: Size = 10_000_000
    per_host: Few = 2
    spacing: Spacing = timedelta(seconds=1)
    concurrency: Many = 64
    allow: Listed[Allow] = ()
    retry_after: RetryAfter | None = None


class DigestPart(Part):
    at: Times = (time(7, 0),)
    days: Days = tuple(Day)
    zone: Zone = "UTC"
    order: Listed[Scalar] = ()


class FeedPart(Part):
    """A feed, or what to change about one of the pack. A key that is absent is None."""

    id: Name | None = None
    name: Words | None = None
    url: Url | None = None
    lang: Scalar | None = None
    tier: Annotated[Tier, _one_of(Tier)] | None = None
    panel: Annotated[Panel, _one_of(Panel)] | None = None
    carries: Listed[Scalar] | None = None
    tags: Listed[Words] | None = None
    interval: Interval | None = None
    deadline: Deadline | None = None
    max_bytes: Size | None = None
    retry_after: RetryAfter | None = None
    tls: Annotated[Text, BeforeValidator(_tls)] | None = None
    headers: Headers | None = None
    off: Flag = False


class SetPart(Part):
    """A named list: whole, or what to add to the pack's and what to take away."""

    whole: Listed[Term] | None = Field(None, alias="=")
    more: Listed[Term] = Field((), alias="+")
    less: Listed[Term] = Field((), alias="-")


class AmbiguousPart(Part):
    """A name that is also something else. why: for the reader of the file."""

    alias: Words
    needs: Listed[Words] = ()
    unless: Listed[Words] = Field((), alias="not")
    not_in: Listed[Words] = ()
    any_case: Flag = Field(False, alias="ci")
    why: Words = ""


class EntityPart(Part):
    """An entity, or what to change about one of the pack. jurisdiction: for the reader of the file."""

    name: Words | None = None
    type: Name | None = None
    aliases: Listed[Term] | None = None
    more: Listed[Term] = Field((), alias="+")
    less: Listed[Term] = Field((), alias="-")
    ambiguous: Listed[AmbiguousPart] = ()
    parent: Scalar | None = None
    jurisdiction: Words | None = None
    off: Flag = False


class ExamplesPart(Part):
    match: Listed[Scalar] = ()
    no_match: Listed[Scalar] = ()


class RulePart(Part):
    id: Name
    when: Expression | None = None
    unless: Expression | None = None
    score: Score = 1.0
    examples: ExamplesPart | None = None
    off: Flag = False


class SignalPart(Part):
    title: Words | None = None
    question: Words | None = None
    rules: Listed[RulePart] = ()
    off: Flag = False


Sets = Mapped[Annotated[SetPart, BeforeValidator(_as_set)]]


class LayerPart(Part):
    """What any file of a layer may hold, an included one, too."""

    include: Listed[Scalar] = ()
    feeds: Listed[FeedPart] = ()
    terms: Sets = Field(default_factory=dict)
    groups: Sets = Field(default_factory=dict)
    entities: Mapped[EntityPart] = Field(default_factory=dict)
    signals: Mapped[SignalPart] = Field(default_factory=dict)


class ConfigPart(LayerPart):
    """config.yaml. from_pack is written by the program: rules that are the pack's, in a canonical config."""

    use: Scalar | None = None
    contact: Words | None = None
    database: Scalar | None = None
    poll: PollPart | None = None
    digest: DigestPart | None = None
    keep: Keep = timedelta(days=365)
    from_pack: Listed[Scalar] = ()


class PackPart(Part):
    """pack.yaml. signals: their order, which is also the list of files in signals/."""

    name: Name
    title: Words = ""
    version: Words = ""
    signals: Names
