"""The sample's server: what a feed answers by day, and that today's time stays outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from tracker.sample import Document, Sample, SampleServer, sample_config


@dataclass(frozen=True)
class Reply:
    status: int
    etag: str | None
    date: str | None
    body: bytes


@pytest.fixture
def server(sample: Sample) -> Iterator[SampleServer]:
    with SampleServer(sample) as server:
        yield server


def get(server: SampleServer, feed_id: str, etag: str | None = None) -> Reply:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", f"/{feed_id}", headers={"If-None-Match": etag} if etag else {})
        response = connection.getresponse()
        return Reply(response.status, response.getheader("ETag"), response.getheader("Date"), response.read())
    finally:
        connection.close()


def test_every_document_is_served_byte_for_byte_on_its_day(sample: Sample, server: SampleServer) -> None:
    for day in (1, 2, 3):
        server.day = day
        for feed in sample.feeds:
            answer = feed.answers[day - 1]
            reply = get(server, feed.id)
            if isinstance(answer, Document):
                assert (reply.status, reply.body) == (200, answer.body)
            else:
                assert (reply.status, reply.body) == (answer.status, b"")


def test_a_known_etag_is_answered_304_until_the_day_brings_something_new(server: SampleServer) -> None:
    first = get(server, "northwire")

    assert get(server, "northwire", first.etag).status == 304
    server.day = 2
    assert get(server, "northwire", first.etag).status == 200


def test_the_silent_feed_answers_304_on_every_later_day(server: SampleServer) -> None:
    first = get(server, "standards-bulletin")
    server.day = 3

    assert get(server, "standards-bulletin", first.etag) == Reply(304, first.etag, _DAY_3, b"")


def test_a_feed_that_fails_is_back_on_the_next_day(server: SampleServer) -> None:
    seen = []
    for day in (1, 2, 3):
        server.day = day
        seen.append(get(server, "regulators").status)

    assert seen == [200, 503, 200]


def test_an_unknown_path_is_404(server: SampleServer) -> None:
    assert get(server, "nobody").status == 404


def test_the_date_is_the_sample_s_own(server: SampleServer) -> None:
    server.day = 3

    assert get(server, "northwire").date == _DAY_3


def test_there_is_no_day_four(server: SampleServer) -> None:
    with pytest.raises(ValueError, match="days 1 to 3, not 4"):
        server.day = 4


def test_nothing_answers_after_the_server_has_stopped(sample: Sample) -> None:
    with SampleServer(sample) as server:
        get(server, "northwire")

    with pytest.raises(ConnectionRefusedError):
        get(server, "northwire")


def test_the_config_of_another_port_differs_by_the_port_alone(sample: Sample) -> None:
    assert sample_config(sample, 4001).replace("4001", "4002") == sample_config(sample, 4002)


_DAY_3 = "Sat, 21 Nov 2026 07:00:00 GMT"
