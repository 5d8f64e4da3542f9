"""Text arrives readable whatever a publisher did to its encoding, and never as something it was not."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.model import Snapshot, Validators
from tracker.poll.encoding import known_codec, to_utf8
from tracker.poll.parse import ParseJob, parse_document

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
BAD = "\ufffd"

# id → (title, words of the warning)
RECORDED = {
    "enc-utf8-bom": ("Grüße 你好", ""),
    "enc-utf16be-bom": ("Grüße 你好", ""),
    "enc-utf16le-nobom": ("Grüße 你好", ""),
    "enc-utf16-declared-utf8": ("Grüße", ""),
    "enc-utf8-declared-utf16": ("Grüße 你好", ""),
    "enc-utf32-bom": ("Grüße", ""),
    "enc-gbk": ("中文标题：人工智能", ""),
    "enc-gb2312-label-gbk": ("镕喆堃", ""),
    "enc-gb18030-4byte": ("𠮷😀", ""),
    "enc-gbk-declared-utf8": ("中文标题", "read as gb18030"),
    "enc-big5": ("繁體中文標題", ""),
    "enc-big5-hkscs": ("嘅喺咗", ""),
    "enc-euc-jp": ("日本語の見出し", ""),
    "enc-iso-2022-jp": ("日本語の見出し", ""),
    "enc-euc-kr": ("한국어 제목", ""),
    "enc-windows-1251": ("Привет мир", ""),
    "enc-koi8-r": ("Привет мир", ""),
    "enc-cp1252-undeclared": ("café “x”", "read as cp1252"),
    "enc-tis-620": ("สวัสดี", ""),
    "enc-unknown-name": ("Grüße", ""),
    "enc-name-quotes": ("Grüße", "repaired"),
    "enc-python-codec": ("uryyb", ""),
    "enc-python-codec-zlib": ("x", ""),
    "enc-python-codec-escape": (r"\x3cscript\x3e", ""),
    "enc-us-ascii-lie": ("Grüße", ""),
    "enc-utf8-truncated-seq": (f"abc{BAD}", "not utf-8"),
    "enc-utf8-overlong": (f"{BAD}{BAD}script{BAD}{BAD}alert(1)", "not utf-8"),
    "enc-cesu8": (BAD * 6, "not utf-8"),
    "enc-latin1-nbsp": (f"a{BAD}b", "not utf-8"),
    "enc-ebcdic": ("EBCDIC", ""),
}


def parse(body: bytes, charset: str | None = None) -> Snapshot:
    url = "https://feeds.example/f.xml"
    return parse_document(ParseJob("f", body, url, None, charset, None, Validators(), NOW))


def rss(title: str, declared: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    return f'{declaration}<rss version="2.0"><channel><item><title>{title}</title></item></channel></rss>'


def recorded(shared: Path) -> dict[str, Path]:
    folder = shared / "faults/cases"
    with (folder / "INDEX.tsv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["id"]: folder / row["file"] for row in rows if row["group"] == "encoding"}


def test_every_recorded_encoding_has_its_expectation(shared: Path) -> None:
    assert set(recorded(shared)) == set(RECORDED)


@pytest.mark.parametrize(
    ("case", "title", "warning"), [pytest.param(k, *v, id=k) for k, v in RECORDED.items()]
)
def test_a_recorded_encoding_gives_this_title(shared: Path, case: str, title: str, warning: str) -> None:
    found = parse(recorded(shared)[case].read_bytes())

    assert [item.title for item in found.items] == [title]
    assert warning in "; ".join(found.warnings)
    assert bool(warning) == bool(found.warnings)


@pytest.mark.parametrize(
    ("title", "written_as", "charset", "declared"),
    [
        pytest.param("Grüße 你好", "utf-8", "iso-8859-1", "", id="UTF-8 under a server's default label"),
        pytest.param("Grüße 你好", "utf-8", "x-unknown-99", "", id="an unknown label"),
        pytest.param("Grüße 你好", "utf-8", "rot13", "", id="a Python codec as label"),
        pytest.param("Grüße 你好", "utf-8", "gbk", "utf-8", id="UTF-8 under a Chinese label"),
        pytest.param("中文标题测试", "gbk", "utf-8", "gbk", id="HTTP is wrong, the declaration right"),
        pytest.param("中文标题测试", "gbk", "gbk", "utf-8", id="HTTP is right, the declaration wrong"),
        pytest.param(
            "中文标题测试", "gbk", "iso-8859-1", "gbk", id="a label that cannot fail proves nothing"
        ),
        pytest.param("繁體中文標題", "big5", "BIG5", "", id="only HTTP says so"),
        pytest.param("Привет мир", "cp1251", "windows-1251", "", id="Cyrillic, HTTP says so"),
        pytest.param("“quoted” €", "cp1252", "iso-8859-1", "", id="Windows characters under Latin-1"),
        pytest.param("日本語の見出し", "cp932", "Shift_JIS", "", id="Japanese"),
        pytest.param("ğüş", "cp1254", "iso-8859-9", "", id="Turkish"),
    ],
)
def test_labels_that_disagree_are_weighed(title: str, written_as: str, charset: str, declared: str) -> None:
    found = parse(rss(title, declared).encode(written_as), charset)

    assert [item.title for item in found.items] == [title]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("title", "written_as", "label"),
    [
        pytest.param("人工智能新闻标题", "gbk", "big5", id="simplified under Big5"),
        pytest.param("中文新聞標題發布", "big5", "gbk", id="traditional under GBK"),
        pytest.param("人工智能新闻标题", "gbk", "iso-8859-1", id="Chinese under a server's Western default"),
    ],
)
def test_chinese_under_a_wrong_label_is_read_and_told(title: str, written_as: str, label: str) -> None:
    found = parse(rss(title).encode(written_as), label)

    assert [item.title for item in found.items] == [title]
    assert "read as" in "; ".join(found.warnings)


def test_western_text_is_not_taken_for_chinese() -> None:
    title = "Ça, là, déjà vu: «Größe», ÅÄÖ, niño, œuvre"

    assert [item.title for item in parse(rss(title).encode("cp1252"), "iso-8859-1").items] == [title]


def test_one_western_letter_among_utf_8_does_not_spoil_the_rest() -> None:
    body = rss("café").encode() + b"<!-- caf\xe9 -->"

    assert [item.title for item in parse(body).items] == ["café"]


@pytest.mark.parametrize(
    ("title", "written_as", "warning"),
    [
        pytest.param(
            "中文标题测试", "gbk", "not UTF-8: read as gb18030", id="Chinese without a word about it"
        ),
        pytest.param("naïve café", "cp1252", "no encoding fits: read as cp1252", id="Western without a word"),
    ],
)
def test_without_labels_the_bytes_decide(title: str, written_as: str, warning: str) -> None:
    found = parse(rss(title).encode(written_as))

    assert [item.title for item in found.items] == [title]
    assert found.warnings == (warning,)


def test_text_under_a_wrong_label_is_replaced_and_told() -> None:
    found = parse(rss("Привет мир", "utf-8").encode("cp1251"), "utf-8")

    assert [item.title for item in found.items] == [f"{BAD * 6} {BAD * 3}"]
    assert found.warnings == ("encoding: 9 places are not utf-8",)


def test_utf_7_is_never_markup() -> None:
    found = parse(rss("+ADw-b+AD4-", "utf-7").encode(), "utf-7")

    assert [item.title for item in found.items] == ["+ADw-b+AD4-"]


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        pytest.param("GB2312", "gb18030", id="sites that say GB2312 send GBK"),
        pytest.param("gbk", "gb18030", id="GBK"),
        pytest.param("x-gbk", "gb18030", id="an old name of GBK"),
        pytest.param("big5", "big5hkscs", id="Big5 with Hong Kong's characters"),
        pytest.param("latin1", "cp1252", id="Latin-1 is Windows-1252 in practice"),
        pytest.param(' "UTF8" ', "utf-8", id="quotes and spaces"),
        *(
            pytest.param(label, None, id=f"{label[:20]} is no encoding of a feed")
            for label in (
                "rot13", "zlib", "zlib_codec", "bz2", "hex", "base64", "quopri", "uu", "idna", "punycode",
                "utf-7", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "hz", "utf-16",
                "x-user-defined-99", "", "../../etc", "a" * 5_000, "utf-8\x00", "os", "テスト",
            )
        ),
    ],
)  # fmt: skip
def test_a_label_names_a_codec_of_feeds_or_nothing(label: str, codec: str | None) -> None:
    assert known_codec(label) == codec


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\x00\xd8<\x00", b"\x00\x00\xfe\xff\x00\x11\x00\x00", b"\xff\xfe\x00", b"\xef\xbb\xbf\xff"],
)
def test_what_is_handed_on_is_always_utf_8(body: bytes) -> None:
    assert to_utf8(body, None).data.decode("utf-8") is not None
