"""`tracker explain`: why an item matched, why not, and which rules came nearest, as a user asks for it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tracker.cli.excerpts import clipped, columns, excerpt, padded

RULES = """use: none
terms:
  cut: [cut, cuts, 降价]
  price: [price, prices, 价格]
signals:
  pricing:
    title: Prices
    question: Who cuts prices?
    rules:
      - {id: cut-near-price, when: $cut near/4 $price, score: 3}
      - {id: cut-of-interest, when: "title:($cut and $price)", unless: "interest or guide"}
      - {id: price-war, when: "title:$price and title:war"}
  talent:
    title: Talent
    question: Who leaves?
    rules:
      - {id: leaves, when: "title:leaves and not garden"}
"""
CUT = "OpenAI cuts API prices"
FAR = "OpenAI cuts what it asks its largest customers for: a price list"
ZH = "深度求索宣布：模型价格明日起降价一半"


@pytest.fixture
def rules(home: Any) -> Any:
    """A home with four small rules and no feeds."""
    home.config.write_text(RULES + "feeds: []\n", "utf-8")
    return home


def with_feeds(config: str, rules: str = RULES) -> str:
    """A config's feeds, and how they may be polled, with small rules."""
    poll = next(line for line in config.split("\n") if line.startswith("poll:"))
    return f"{rules}{poll}\n{config[config.index('feeds:') :]}"


def with_small_rules(polled: Any, name: str, rules: str = RULES) -> tuple[str, ...]:
    """Options for the data that other rules polled, and a config of the same feeds with small rules."""
    config = polled.folder / name
    config.write_text(with_feeds(polled.config.read_text("utf-8"), rules), "utf-8")
    return "--config", str(config), "--data", str(polled.data)


def test_a_match_is_told_with_its_score_its_clauses_and_what_they_found(rules: Any) -> None:
    run = rules.tracker("explain", "--text", CUT)

    assert run.code == 0, run.err
    assert "pricing  MATCHED  score 5 = cut-near-price 3 + title 2" in run.out
    assert 'title 7-11 "cuts" by $cut, title 16-22 "prices" by $price' in run.out
    assert f"pricing/cut-near-price (score 3)  {rules.config}:10" in run.out
    assert "title   OpenAI cuts API prices\n              " + " " * 7 + "^^^^     ^^^^^^" in run.out


def test_the_nearest_miss_comes_first_and_says_what_failed(rules: Any) -> None:
    run = rules.tracker("explain", "--text", FAR, "--summary", "A guide")

    first = run.out.index("nearest miss 1: pricing/cut-near-price")
    assert '"cuts" at title 7 and "price" at title 54 stand 9 words apart (at most 4)' in run.out[first:]
    assert "nearest miss 2: pricing/price-war" in run.out[first:]
    assert "is not in the title" in run.out[first:]
    assert "of 1 rule nothing is there" in run.out
    assert "talent/leaves" not in run.out


def test_a_vetoed_rule_says_which_words_vetoed_it(rules: Any) -> None:
    run = rules.tracker("explain", "--text", FAR, "--summary", "A guide")

    vetoed = run.out.index("pricing/cut-of-interest (score 1)")
    assert "vetoed: `when` held, and `unless`, too" in run.out[vetoed:]
    assert "+ interest or guide" in run.out[vetoed:]
    assert 'lead 2-7 "guide"' in run.out[vetoed:]


def test_chinese_is_told_with_carets_that_stand_below_it(rules: Any) -> None:
    run = rules.tracker("explain", "--text", ZH)

    assert 'title 9-11 "价格" by $price, title 14-16 "降价" by $cut' in run.out
    row = next(line for line in run.out.split("\n") if line.startswith("      title"))
    carets = run.out.split("\n")[run.out.split("\n").index(row) + 1]
    assert carets == " " * (14 + 2 * 9) + "^^^^" + " " * 6 + "^^^^"


def test_stdin_is_a_title_and_a_lead(rules: Any) -> None:
    def piped(*more: str, text: str) -> subprocess.CompletedProcess[str]:
        command = rules.command("explain", "-", *more)
        return subprocess.run(
            command,
            cwd=rules.folder,
            env=rules.env(),
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert 'lead 7-11 "cuts"' in piped(text=f"A day\n\n{CUT}\n").stdout
    assert piped("--summary", "nothing", text=f"A day\n{CUT}").stdout.count("MATCHED") == 0
    empty = piped(text=" \n ")
    assert (empty.returncode, "there is no text to explain" in empty.stderr) == (2, True)


def test_words_without_an_option_are_a_text_and_that_is_said(rules: Any) -> None:
    run = rules.tracker("explain", *CUT.split())

    assert run.code == 0
    assert "MATCHED" in run.out
    assert "neither a number nor a link" in run.err


def test_one_rule_or_one_signal_is_told_in_full(rules: Any) -> None:
    one = rules.tracker("explain", "--text", FAR, "--rule", "cut-near-price")
    same = rules.tracker("explain", "--text", FAR, "--rule", "pricing/cut-near-price")
    signal = rules.tracker("explain", "--text", FAR, "--signal", "talent")

    assert one.out == same.out
    assert "        + $cut" in one.out
    assert 'title 7-11 "cuts"' in one.out
    assert "price-war" not in one.out
    assert "missed: talent/leaves" in signal.out
    assert "holds: nothing of it is there" in signal.out
    assert "pricing" not in signal.out


def test_all_tells_of_every_rule(rules: Any) -> None:
    run = rules.tracker("explain", "--text", "A quiet day", "--all")
    brief = rules.tracker("explain", "--text", "A quiet day")

    assert all(
        rule in run.out for rule in ("cut-near-price", "cut-of-interest", "price-war", "talent/leaves")
    )
    assert "no rule came near" in brief.out
    assert "of 4 rules nothing is there" in brief.out


def test_json_holds_the_whole_tree(rules: Any) -> None:
    told = rules.tracker("explain", "--text", FAR, "--json").json

    assert {"item", "title", "link", "feed", "matches", "rules", "left_out", "notices"} == told.keys()
    (near,) = (each for each in told["rules"] if each["rule"] == "cut-near-price")
    assert (Path(near["file"]).name, near["line"]) == ("config.yaml", 10)
    assert (near["verdict"], near["unless"]) == ("missed", None)
    assert near["when"]["miss"]["code"] == "too far"
    assert [hit["text"] for hit in near["when"]["miss"]["seen"]] == ["cuts", "price"]
    assert [(part["kind"], part["clause"], part["held"]) for part in near["when"]["parts"]] == [
        ("terms", "$cut", True),
        ("terms", "$price", True),
    ]
    hit = {"field": "title", "start": 7, "end": 11, "text": "cuts", "clause": "$cut"}
    assert near["when"]["parts"][0]["hits"] == [hit]
    (matched,) = told["matches"]
    assert (matched["signal"], matched["parts"][0]) == (
        "pricing",
        {"label": "cut-of-interest", "points": 1.0},
    )
    assert told["left_out"] == 1


def test_a_stored_item_is_found_by_its_number_and_by_its_link(polled: Any) -> None:
    (row,) = polled.tracker("show", "--json", "--signal", "pricing", "--limit", "1").json
    by_number = polled.tracker("explain", str(row["item"]), "--json")

    assert by_number.code == 0, by_number.err
    told = by_number.json
    assert (told["item"], told["link"], told["feed"]["lang"]) == (row["item"], row["link"], "en")
    assert "pricing" in [match["signal"] for match in told["matches"]]
    assert told["notices"] == []
    for link in (row["link"], f"{row['link']}/", f"{row['link'].replace('https', 'http')}#top"):
        assert polled.tracker("explain", link, "--json").json == told


def test_a_link_that_several_feeds_carry_is_asked_back(home: Any, publisher: Any) -> None:
    publisher.add("one", CUT)
    publisher.add("two", ZH)
    publisher.documents["/two"] = publisher.documents["/two"].replace(b"two.example", b"one.example")
    home.config.write_text(with_feeds(publisher.config()), "utf-8")
    assert home.tracker("poll").code == 0

    run = home.tracker("explain", "https://one.example/0")

    assert (run.code, run.out) == (1, "")
    assert CUT in run.err
    assert ZH in run.err
    assert "2 items have this link; say which: `tracker explain " in run.err


def test_a_match_that_earlier_rules_made_is_marked(polled: Any) -> None:
    def notices(*options: str) -> list[str]:
        run = polled.tracker(*options, "explain", "https://one.example/0", "--json")
        assert run.code == 0, run.err
        return list(run.json["notices"])

    edited = with_small_rules(polled, "edited.yaml")
    other = with_small_rules(polled, "other.yaml", RULES.replace("[cut, cuts, 降价]", "[slash]"))
    more = with_small_rules(polled, "more.yaml", RULES.replace("title:leaves", "title:openai"))

    apply = "`tracker rules apply`"
    assert notices(*edited) == [f"pricing: the stored match was made by earlier rules; {apply} renews it"]
    assert notices(*other) == [
        f"pricing: stored as a match, but the rules in force find none; {apply} takes it away"
    ]
    assert notices(*more)[1:] == [
        f"talent: not stored as a match, earlier rules did not find it; {apply} adds it"
    ]


def test_an_item_can_be_explained_while_another_process_writes(home: Any, publisher: Any) -> None:
    publisher.add("one", CUT)
    publisher.add("two", ZH)
    home.config.write_text(with_feeds(publisher.config()), "utf-8")
    assert home.tracker("poll", "one").code == 0
    released = publisher.hold("two")
    with home.started("poll", "two") as polling:
        publisher.wait_for("two")
        run = home.tracker("explain", "https://one.example/0")
        released.set()
        assert polling.wait(timeout=60) == 0

    assert run.code == 0, run.err
    assert "pricing  MATCHED" in run.out


def test_a_text_can_be_tried_as_on_a_feed(polled: Any) -> None:
    small = with_small_rules(polled, "feed.yaml")
    run = polled.tracker(*small, "explain", "--text", CUT, "--feed", "two", "--lang", "zh")

    assert "a text, as on a feed two of panel general, no tier, in zh" in run.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param((), 2, "say what to explain", id="nothing"),
        pytest.param(("1", "--text", "x"), 2, "not both", id="an item and a text"),
        pytest.param(
            ("1", "--summary", "x"), 2, "--summary belongs to a text", id="a stored item with a summary"
        ),
        pytest.param(("--text", " "), 2, "there is no text to explain", id="an empty text"),
        pytest.param(("999",), 1, "there is no item 999", id="a number that nothing has"),
        pytest.param(("9" * 40,), 1, "there is no item 999", id="a number that nothing can have"),
        pytest.param(("https://nowhere.example/x",), 1, "no stored item has the link", id="an unknown link"),
        pytest.param(("1", "--rule", "price-wars"), 1, "did you mean price-war", id="an unknown rule"),
        pytest.param(("1", "--signal", "pricin"), 1, "did you mean pricing", id="an unknown signal"),
        pytest.param(("--text", "x", "--feed", "onne"), 1, "did you mean one", id="an unknown feed"),
    ],
)
def test_what_cannot_be_explained_is_one_clear_line(
    polled: Any, arguments: tuple[str, ...], code: int, told: str
) -> None:
    small = with_small_rules(polled, "small.yaml")

    run = polled.tracker(*small, "explain", *arguments)

    assert (run.code, run.out) == (code, "")
    assert told in run.err
    assert "Traceback" not in run.err


def test_a_broken_config_is_told_with_its_place(home: Any) -> None:
    home.config.write_text(RULES.replace("$cut near/4 $price", "$cut near/4") + "feeds: []\n", "utf-8")

    run = home.tracker("explain", "--text", CUT)

    assert (run.code, run.out) == (2, "")
    assert "config.yaml:10:" in run.err


def test_a_text_cannot_steer_the_terminal(rules: Any) -> None:
    run = rules.tracker("explain", "--text", f"\x1b[2J{CUT} \u202e")

    assert run.code == 0
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out


@pytest.mark.parametrize(
    ("text", "spans", "row", "carets"),
    [
        pytest.param("a cut", [(2, 5)], "a cut", "  ^^^", id="one find"),
        pytest.param("模型降价了", [(2, 4)], "模型降价了", "    ^^^^", id="wide characters have two carets"),
        pytest.param("e\u0301 cut", [(3, 6)], "e\u0301 cut", "  ^^^", id="an accent takes no room"),
        pytest.param("a\ncut\x07", [(2, 5)], "a cut", "  ^^^", id="what cannot be shown is a space"),
        pytest.param(
            f"{'x' * 50} cut {'y' * 50}",
            [(51, 54)],
            f"… {'x' * 23} cut {'y' * 23} …",
            " " * 26 + "^^^",
            id="a long text is cut on both sides",
        ),
        pytest.param(
            f"cut {'x' * 90} cut",
            [(0, 3), (95, 98)],
            f"cut {'x' * 23} … {'x' * 23} cut",
            "^^^" + " " * 51 + "^^^",
            id="between two finds that stand far apart",
        ),
        pytest.param("a cut", [], "", "", id="nothing"),
    ],
)
def test_excerpts_have_carets_below_what_was_found(
    text: str, spans: list[tuple[int, int]], row: str, carets: str
) -> None:
    assert excerpt(text, spans) == (row, carets)


def test_texts_are_clipped_and_filled_up_by_columns() -> None:
    assert clipped("降价一半", 5) == "降价…"
    assert columns(padded("降价", 7)) == 7
    assert padded("price list", 6) == "price…"
