"""Secrets come from the environment or a file, and are shown nowhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.config.values import Config
from tracker.errors import ConfigError

Load = Callable[..., Config]
Fault = Callable[..., str]

HEADER = "feeds: [{name: A, url: 'https://example.com/a', headers: {Authorization: 'Bearer env:TOKEN'}}]\n"


def test_no_secret_is_shown_by_repr_or_canonical(load: Load) -> None:
    config = load(
        HEADER + "database: env:DB\n",
        env={"TOKEN": "S3CRET", "DB": "postgresql://u:S3CRET@db.example.com/t"},
    )

    assert config.database == "postgresql+psycopg://u:S3CRET@db.example.com/t"
    assert "S3CRET" not in repr(config) + str(config) + config.canonical + repr(config.feeds)
    assert '"Bearer env:TOKEN"' in config.canonical
    assert '"env:DB"' in config.canonical


def test_the_hash_does_not_depend_on_a_secret(load: Load) -> None:
    first, second = (load(HEADER, env={"TOKEN": token}) for token in ("one", "two"))

    assert first.hash == second.hash


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "config.yaml:1:74: the environment variable TOKEN is not set"),
        ({"TOKEN": ""}, "config.yaml:1:74: the environment variable TOKEN is empty"),
        ({"TOKEN": "a\r\nb: c"}, "config.yaml:1:74: the environment variable TOKEN holds a line break"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(fault: Fault, env: dict[str, str], told: str) -> None:
    assert fault(HEADER, env=env).removesuffix(" or control character") == told


def test_a_secret_file_that_others_can_read_is_a_warning(load: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("S3CRET")
    (tmp_path / "token").chmod(0o644)

    config = load(HEADER.replace("env:TOKEN", "file:token"))

    assert [(w.what, w.hint) for w in config.warnings] == [
        ("token can be read by other users of this machine", "chmod 600 token")
    ]


def test_a_secret_file_is_named_absolutely_in_the_canonical_form(load: Load, tmp_path: Path) -> None:
    config = load(HEADER.replace("env:TOKEN", "file:token"), beside={"token": "x"})

    assert f"file:{tmp_path}/token" in config.canonical


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("tracker.sqlite", "sqlite:///{}/tracker.sqlite"),
        ("data/my.db", "sqlite:///{}/data/my.db"),
        ("/var/lib/tracker.db", "sqlite:////var/lib/tracker.db"),
        ("sqlite:///x.db", "sqlite:///{}/x.db"),
        (
            "postgresql://me@h.example:54/t?sslmode=require",
            "postgresql+psycopg://me@h.example:54/t?sslmode=require",
        ),
        ("postgres:///t", "postgresql+psycopg:///t"),
    ],
)
def test_a_database_is_a_sqlalchemy_url(load: Load, tmp_path: Path, written: str, url: str) -> None:
    assert load(f"database: {written}\n").database == url.format(tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        "tracker",
        "mysql://h/d",
        "postgresql://h",
        "postgresql://h:x/d",
        "postgresql://u:p@h/d",
        "postgresql://h/d?PASSWORD=p",
        "postgresql://h/d?sslpassword=p",
    ],
)
def test_another_database_is_refused(fault: Fault, written: str) -> None:
    assert fault(f"database: {written}\n").startswith("config.yaml:1:11: database: ")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("{X-Auth-Code: S3CRET}", id="a name that means a secret"),
        pytest.param("{X-Session: S3CRET}", id="a session"),
        pytest.param("{X-Any: Bearer S3CRET}", id="a value that is a credential"),
        pytest.param("{X-Any: S3CRET, 'X Y': z}", id="beside a mistake"),
        pytest.param("\n      X-Any: S3CRET: x", id="in a line that is no YAML"),
        pytest.param("\n      X-Any:\n       S3CRET: x: y", id="below its name"),
        pytest.param("\n      Authorization:\n        S3CRET", id="on a line of its own"),
    ],
)
def test_no_message_about_headers_shows_a_value(load: Load, headers: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"feeds:\n  - name: A\n    url: https://example.com/a\n    headers: {headers}\n")

    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["passwd: S3CRET", "pass: S3CRET", "auth: S3CRET", "x: u:S3CRET@example.com"]
)
def test_no_message_about_a_key_that_does_not_exist_shows_a_secret(load: Load, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"{line}\n")

    assert "S3CRET" not in str(caught.value)


def test_a_file_of_secrets_that_is_included_by_mistake_is_not_shown(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load("include: [token]\n", beside={"token": "S3CRET\n"})

    assert "S3CRET" not in str(caught.value)


def test_an_author_is_no_secret(load: Load) -> None:
    config = load("feeds: [{name: A, url: 'https://example.com/a', headers: {X-Author: me}}]\n")

    assert config.feeds[0].headers == {"X-Author": "me"}


@pytest.mark.parametrize(
    ("url", "mode", "warned"),
    [
        pytest.param("https://example.com/f?token=S3CRET", 0o644, True, id="others can read a token"),
        pytest.param("https://example.com/f?key=S3CRET", 0o604, True, id="a key"),
        pytest.param("https://example.com/f?a=b&api_key=S3CRET", 0o640, True, id="the group can read a key"),
        pytest.param("https://example.com/f?token=S3CRET", 0o600, False, id="only the user can"),
        pytest.param("https://example.com/f?page=2&keyword=ai", 0o644, False, id="no secret"),
    ],
)
def test_an_address_with_a_secret_that_others_can_read_is_a_warning(
    load: Load, tmp_path: Path, url: str, mode: int, warned: bool
) -> None:
    text = f"feeds: [{{name: A, url: '{url}'}}]\n"
    load(text)
    (tmp_path / "config.yaml").chmod(mode)

    told = [str(problem) for problem in load(text).warnings]

    assert ["other users of this machine can read the file" in each for each in told] == [True] * warned
    assert "S3CRET" not in "".join(told)
