"""`tracker evaluate`: what a user and a program read of labelled items."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

CONFIG = """use: none
signals:
  price:
    title: Prices
    rules:
      - {id: cut, when: "title:(cuts or cheaper)"}
      - {id: cut-zh, when: 降价}
  hire: {title: People, rules: [{id: join, when: joins}]}
"""
ITEMS: list[dict[str, Any]] = [
    {"id": "a1", "title": "Acme cuts prices", "labels": ["price"], "clear": True, "published": "2026-04-01"},
    {
        "id": "a2",
        "title": "Acme cuts hair",
        "labels": [],
        "published": "2026-05-01T00:00:00Z",
        "stratum": "noise",
    },
    {
        "id": "a3",
        "title": "宣布",
        "summary": "全线降价",
        "labels": ["price"],
        "lang": "zh",
        "published": "2026-05-02",
    },
    {"id": "a4", "title": "Li starts at Acme", "labels": ["hire"], "unsure": ["price"], "published": None},
]


@pytest.fixture
def labelled(home: Any) -> Any:
    """A home with two signals and four labelled items."""
    home.config.write_text(CONFIG, "utf-8")
    (home.folder / "items.jsonl").write_bytes(lines(ITEMS))
    return home


def lines(items: list[dict[str, Any]]) -> bytes:
    whole = ({"lang": "en", "clear": False, "unsure": [], **each} for each in items)
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in whole).encode()


def rates(precision: float | None, recall: float | None, f1: float | None) -> dict[str, float | None]:
    return {"precision": precision, "recall": recall, "f1": f1}


def test_the_json_is_what_was_promised(labelled: Any) -> None:
    run = labelled.tracker("evaluate", "items.jsonl", "--json")

    assert (run.code, run.err) == (0, "")
    found = run.json
    assert list(found)[:3] == ["micro", "signals", "items"]
    assert found["micro"] == rates(2 / 3, 2 / 3, 2 / 3)
    assert found["signals"] == {
        "price": {**rates(2 / 3, 1.0, 0.8), "tp": 2, "fp": 1, "fn": 0},
        "hire": {**rates(None, 0.0, 0.0), "tp": 0, "fp": 0, "fn": 1},
    }
    assert found["items"] == [
        {"id": "a1", "predicted": ["price"]},
        {"id": "a2", "predicted": ["price"]},
        {"id": "a3", "predicted": ["price"]},
        {"id": "a4", "predicted": []},
    ]
    assert found["macro"] == rates(1 / 3, 0.5, 0.4)
    assert {name: part["items"] for name, part in found["languages"].items()} == {"en": 3, "zh": 1}
    assert found["clear"]["micro"] == {**rates(1.0, 1.0, 1.0), "tp": 1, "fp": 0, "fn": 0}
    assert found["strata"]["noise"]["signals"]["price"]["fp"] == 1


def test_the_table_says_how_often_each_signal_was_right_false_and_missed(labelled: Any) -> None:
    run = labelled.tracker("evaluate", "items.jsonl")

    rows = {row.split()[0]: row.split()[1:] for row in run.out.splitlines() if row.strip()}
    assert run.code == 0
    assert rows["right"] == ["false", "missed", "precision", "recall", "F1"]
    assert rows["price"] == ["2", "1", "0", "0.667", "1.000", "0.800"]
    assert rows["hire"] == ["0", "0", "1", "–", "0.000", "0.000"]
    assert rows["macro"] == ["0.333", "0.500", "0.400"]
    assert "language zh" in run.out
    assert "from noise" in run.out
    assert "4 items, 1 clear one;" in run.err
    assert "`--errors`" in run.err


def test_errors_are_listed_with_the_rules_and_words_that_made_them(labelled: Any) -> None:
    run = labelled.tracker("evaluate", "items.jsonl", "--errors")

    listed = run.out[run.out.index("price: ") :]
    assert listed.splitlines() == [
        "price: 1 false alarm, 0 misses",
        "  false   a2  Acme cuts hair",
        "          by cut: cuts",
        "",
        "hire: 0 false alarms, 1 miss",
        "  missed  a4  Li starts at Acme",
    ]
    assert "--errors" not in run.err
    as_json = labelled.tracker("evaluate", "items.jsonl", "--errors", "--json", "-s", "price").json["errors"]
    assert as_json == [
        {
            "kind": "false alarm",
            "id": "a2",
            "signal": "price",
            "title": "Acme cuts hair",
            "rules": ["cut"],
            "hits": [{"field": "title", "text": "cuts", "clause": "cuts"}],
        }
    ]


def test_since_and_until_part_the_items_without_a_rest(labelled: Any) -> None:
    def ids(*more: str) -> list[str]:
        return [
            each["id"] for each in labelled.tracker("evaluate", "items.jsonl", "--json", *more).json["items"]
        ]

    assert ids("--until", "2026-05-01") == ["a1"]
    assert ids("--since", "2026-05-01") == ["a2", "a3"]
    assert ids("--since", "2026-05-01", "--until", "2026-05-02") == ["a2"]


def test_a_file_may_be_gzipped_or_come_by_stdin(labelled: Any) -> None:
    (labelled.folder / "items.gz").write_bytes(gzip.compress(lines(ITEMS)))
    plain = labelled.tracker("evaluate", "items.jsonl", "--json").json

    piped = subprocess.run(
        labelled.command("evaluate", "-", "--json"),
        cwd=labelled.folder,
        env=labelled.env(),
        input=gzip.compress(lines(ITEMS)),
        capture_output=True,
        check=True,
    )

    assert labelled.tracker("evaluate", "items.gz", "--json").json == plain
    assert json.loads(piped.stdout) == plain


def test_a_label_that_the_config_does_not_know_is_warned_of_and_missed(labelled: Any) -> None:
    strange = {"id": "a5", "title": "Blue", "labels": ["colour"]}
    (labelled.folder / "more.jsonl").write_bytes(lines([*ITEMS, strange]))

    run = labelled.tracker("evaluate", "more.jsonl", "--json")

    assert run.err == (
        "more.jsonl: warning: labels that no signal of the config has, counted as missed: colour (1 item)\n"
    )
    assert run.json["signals"]["colour"] == {**rates(None, 0.0, 0.0), "tp": 0, "fp": 0, "fn": 1}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.jsonl"], "tracker: none.jsonl cannot be read: No such file or directory\n"),
        (
            ["bad.jsonl"],
            "tracker: bad.jsonl:5: no `labels`: a list of signal keys, [] where the item shows none\n",
        ),
        (["items.jsonl", "-s", "prise"], "tracker: no signal 'prise'; did you mean price\n"),
        (
            ["items.jsonl", "--until", "May"],
            "tracker: --until: 'May' is neither a day nor a span; write 2026",
        ),
    ],
)
def test_what_cannot_be_measured_is_told_in_a_line(labelled: Any, arguments: list[str], told: str) -> None:
    (labelled.folder / "bad.jsonl").write_bytes(lines(ITEMS) + b'{"id": "a5", "title": "T"}\n')

    run = labelled.tracker("evaluate", *arguments)

    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(told)
    assert run.err.count("\n") == 1


def test_a_broken_config_is_not_measured(labelled: Any) -> None:
    labelled.config.write_text("nonsense: 1\nfedes: []\n", "utf-8")

    run = labelled.tracker("evaluate", "items.jsonl")

    assert run.code == 2
    assert "unknown key 'nonsense'" in run.err
    assert "unknown key 'fedes'" in run.err


def test_no_items_is_said_and_no_number_is_made_up(labelled: Any) -> None:
    run = labelled.tracker("evaluate", "items.jsonl", "--since", "2027-01-01", "--json")

    assert (run.code, run.json["micro"], run.json["macro"]) == (0, *[rates(None, None, None)] * 2)
    assert "nothing was measured" in run.err


def test_the_pack_is_measured_on_real_items(home: Any, shared: Path) -> None:
    home.config.write_text("use: ai-industry/signals\n", "utf-8")

    run = home.tracker("evaluate", str(shared / "data" / "labelled.jsonl"), "--json")

    assert (run.code, run.err) == (0, "")
    assert len(run.json["signals"]) == 13
    assert run.json["micro"]["f1"] > 0.5
