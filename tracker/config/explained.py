"""What each key of config.yaml is for, in the words that an editor shows beside it."""

from __future__ import annotations

_OFF = "true: switches this off, wherever it comes from."
_MORE, _LESS = "Adds these to those of the pack.", "Takes these away from those of the pack."
_LAYER = {
    "include": "More files of the same form, in this file's folder or below it.",
    "feeds": "Your own feeds, and changes to feeds of the pack (by id).",
    "terms": "Named sets of words; a rule says $name.",
    "groups": "Names for several types of entity; a rule says <name>.",
    "entities": "Companies, people and authorities; a rule says <name>.",
    "signals": "What you want to know, and its rules. A rule with an id of the pack replaces that one.",
}
_ASKING = {
    "interval": "How often a feed is asked: 5m to 7d.",
    "deadline": "Time for one whole answer: 1s to 5m.",
    "max_bytes": "The largest answer after decompression: 1 kB to 1 GB.",
    "retry_after": "Who waits when a publisher asks for time: this feed, or every feed of its host.",
}

EXPLAINED: dict[str, dict[str, str]] = {
    "ConfigPart": {
        **_LAYER,
        "use": "The shipped signals, rules and feeds; /signals: without the feeds; none: nothing.",
        "contact": "Sent with every request, so that a publisher can reach you before blocking you.",
        "database": "A file, or env:NAME of a postgresql://… address. Default: a file in the data directory.",
        "poll": "How feeds are asked.",
        "digest": "When editions are made, and the order of their sections.",
        "keep": "How long texts of items that show no signal are kept: 7d to 3650d (365d), or forever.",
    },
    "PollPart": {
        **_ASKING,
        "per_host": "Polls at one host at the same time: 1 to 16.",
        "spacing": "The pause between two polls at one host: 0s to 1h.",
        "concurrency": "Polls at the same time: 1 to 1000.",
        "allow": "Addresses of your own machine or network that may be asked, each with its port.",
    },
    "DigestPart": {
        "at": "When the daemon makes an edition: one time of day or several; off: only on `tracker digest`.",
        "days": "On which days: mon, [mon, thu], weekdays. Default: every day.",
        "zone": "The time zone of `at` and of the page.",
        "order": "Signals whose sections come first.",
    },
    "FeedPart": {
        **_ASKING,
        "id": "Its name for commands and rules; stays when the URL changes. Default: made from the name.",
        "name": "What the page calls it.",
        "url": "Where it is: http or https.",
        "lang": "The language of its items.",
        "tier": "How near it is to the fact.",
        "panel": "ai: everything in it is about AI, so that an ambiguous name needs no context.",
        "carries": "Signals about which its silence says something.",
        "tags": "Words of your own; a rule says tag:word.",
        "tls": "unverified: asks it although its certificate is not good.",
        "headers": "Sent to its own origin only. Secrets as env:NAME or file:path.",
        "off": _OFF,
    },
    "SetPart": {"=": "The whole set.", "+": _MORE, "-": _LESS},
    "AmbiguousPart": {
        "alias": "A name that means something else, too.",
        "needs": "One of these must stand near it, unless the feed's panel is ai.",
        "not": "Where one of these stands, it is not meant.",
        "not_in": "Longer words in which it means something else.",
        "ci": "true: upper and lower case do not matter.",
        "why": "For the reader of the file.",
    },
    "EntityPart": {
        "name": "What it is called.",
        "type": "lab, cloud, app, …: a rule says <lab> for all of them.",
        "aliases": "Names that mean it and nothing else.",
        "+": _MORE,
        "-": _LESS,
        "ambiguous": "Names that need context.",
        "parent": "The entity to which it belongs.",
        "jurisdiction": "For the reader of the file.",
        "off": _OFF,
    },
    "ExamplesPart": {
        "match": "Titles that the rule must match; checked at every load.",
        "no_match": "Titles that it must not match.",
    },
    "RulePart": {
        "id": "Its name within the signal.",
        "when": "What an item must say; best as a | block.",
        "unless": "What it must not say.",
        "score": "How much it weighs: 0.1 to 100. Default: 1.",
        "examples": "Titles that say what it is for.",
        "off": _OFF,
    },
    "SignalPart": {
        "title": "The heading of its section.",
        "question": "What you want to know.",
        "rules": "Any one of them is enough.",
        "off": _OFF,
    },
}
