"""Providers, against answers of the shapes that are documented, and against servers that do what they should not."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rigs.sockets import dripping, endless, serving, silent, slammed
from tests.rigs.web import head, web
from voiced.core.config_search import WeatherConfig
from voiced.core.errors import SearchFailed
from voiced.core.history import Source
from voiced.core.ports.search import Provider
from voiced.core.search import Result
from voiced.core.weather import Forecast
from voiced.search.openmeteo import OpenMeteo
from voiced.search.searxng import Searxng
from voiced.search.text import plain, web_address
from voiced.search.wikipedia import Wikipedia

SUNDAY = date(2026, 11, 29)
WIKI = {"/w/rest.php/v1/search/page": "wikipedia-search.json", "/api/rest_v1/page/summary/Black_hole": ""}


async def ask(provider: Provider, words: str = "black holes", limit: int = 5) -> list[Result]:
    try:
        return await provider.search(words, limit)
    finally:
        await provider.close()


def test_a_wiki_tells_how_its_best_page_begins_and_what_others_are_about():
    async def run():
        async with web(WIKI | {"/api/rest_v1/page/summary/Black_hole": "wikipedia-summary.json"}) as there:
            first, second = await ask(Wikipedia(there.url, 5.0))
            assert first.text.startswith("A black hole is an astronomical body so compact")
            assert first.source == Source("web", f"{there.url}/wiki/Black_hole", "Black hole")
            assert second.text == "Black Hole is a twelve-issue comic"
            assert second.source.reference == f"{there.url}/wiki/Black_Hole_%28comics%29"
            assert there.asked[0] == ("/w/rest.php/v1/search/page", {"q": "black holes", "limit": "5"})
            assert "user-agent: voiced/" in there.headers.lower()
            assert "accept-encoding: identity" in there.headers.lower()

    asyncio.run(run())


@pytest.mark.parametrize("summary", ["wikipedia-disambiguation.json", None])
def test_a_page_that_only_lists_others_or_cannot_be_had_is_told_by_its_description(summary: str | None):
    async def run():
        async with web(WIKI | {"/api/rest_v1/page/summary/Black_hole": summary}) as there:
            assert [each.text for each in await ask(Wikipedia(there.url, 5.0))] == [
                "Compact astronomical body",
                "Black Hole is a twelve-issue comic",
            ]

    asyncio.run(run())


def test_a_beginning_that_does_not_come_in_time_is_gone_without():
    async def run():
        unfinished = head("200 OK", 100)
        async with web(WIKI | {"/api/rest_v1/page/summary/Black_hole": unfinished}) as there:
            wiki = Wikipedia(there.url, 0.5)
            assert [each.text for each in await ask(wiki)] == [
                "Compact astronomical body",
                "Black Hole is a twelve-issue comic",
            ]

    asyncio.run(run())


def test_origins_tell_servers_and_languages_apart():
    origins = {Wikipedia("https://en.wikipedia.org", 1).origin, Wikipedia("https://de.wikipedia.org", 1).origin}
    origins |= {Searxng(url, language).origin for url in ("http://a", "http://b") for language in ("en", "de")}
    assert len(origins) == 6


def test_a_metasearch_engine_tells_answers_then_pages_and_nothing_that_is_no_page():
    async def run():
        async with web({"/search": "searxng.json"}) as there:
            found = await ask(Searxng(there.url, "en"))
            assert [(each.source.reference, each.source.title) for each in found] == [
                ("https://answers.example.org/1", "It is a region of spacetime."),
                ("https://science.example.org/black-holes/", "Black Holes - Science"),
                ("https://en.wikipedia.org/wiki/Black_hole", "Black hole - Wikipedia"),
            ]
            assert there.asked[0][1] == {"q": "black holes", "format": "json", "language": "en", "safesearch": "1"}
            assert len(await ask(Searxng(there.url, "en"), limit=1)) == 1

    asyncio.run(run())


def forecast(url: str, place: str, day: date = SUNDAY, deadline_s: float = 20) -> Forecast:
    async def run():
        weather = OpenMeteo(WeatherConfig(place=place, url=url, geocoding_url=url), deadline_s)
        try:
            return await weather.forecast(day)
        finally:
            await weather.close()

    return run()


SKY = {"/v1/forecast": "openmeteo-forecast.json", "/v1/search": "openmeteo-places.json"}


def test_the_weather_is_that_of_the_configured_place_and_is_asked_for_with_nothing_else():
    async def run():
        async with web(SKY) as there:
            assert await forecast(there.url, "Berlin") == Forecast(3, 1.2, 5.8, 0, 4.6)
            assert there.asked[0] == ("/v1/search", {"name": "Berlin", "count": "1", "format": "json"})
            assert there.asked[1][1]["latitude"] == "52.52437"
            assert await forecast(there.url, "52.52, 13.41", date(2026, 11, 30)) == Forecast(61, 3.4, 7.1, 80)
            assert there.paths() == ["/v1/search", "/v1/forecast", "/v1/forecast"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("place", "day", "why"),
    [
        ("", SUNDAY, "nobody said where"),
        ("Berlin", date(2026, 12, 1), "no forecast for 2026-12-01"),
        ("Berlin", date(2027, 1, 1), "no forecast"),
    ],
)
def test_a_weather_that_nobody_knows_is_told_as_such(place: str, day: date, why: str):
    async def run():
        async with web(SKY) as there:
            with pytest.raises(SearchFailed, match=why):
                await forecast(there.url, place, day)

    asyncio.run(run())


def test_a_place_that_nobody_knows_is_named():
    async def run():
        body = b'{"generationtime_ms":0.4}'
        async with web({"/v1/search": head("200 OK", len(body)) + body}) as there:
            with pytest.raises(SearchFailed, match="'Narnia'"):
                await forecast(there.url, "Narnia")

    asyncio.run(run())


PROVIDERS: list[Callable[[str], Provider]] = [lambda url: Wikipedia(url, 5.0), lambda url: Searxng(url, "en")]
WRONG = {
    "no JSON": b"<html>you are a robot</html>",
    "half": b'{"pages":[{"key":"a"',
    "another shape": b'{"pages":{},"results":"none"}',
    "numbers": b'{"pages":[{"key":1,"title":2}],"results":[{"url":3}]}',
    "a list": b"[]",
    "no UTF-8": b'{"pages":"\xff","results":"\xff"}',
    "deep": b"[" * 100_000,
    "nothing": b"",
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("make", PROVIDERS)
def test_what_makes_no_sense_is_a_failure_that_repeats_no_word_of_it(make: Callable[[str], Provider], body: bytes):
    async def run():
        page = head("200 OK", len(body)) + body
        async with web({"/search": page, "/w/rest.php/v1/search/page": page}) as there:
            with pytest.raises(SearchFailed, match="something else than is expected") as raised:
                await ask(make(there.url))
            assert "robot" not in str(raised.value)

    asyncio.run(run())


@pytest.mark.parametrize("make", PROVIDERS)
@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "500 Oops", "302 Found", "204 No Content"])
def test_who_refuses_or_sends_elsewhere_is_not_followed(make: Callable[[str], Provider], status: str):
    async def run():
        async with web({}) as elsewhere:
            page = head(status, 0, f"Location: {elsewhere.url}/search\r\n")
            async with web({"/search": page, "/w/rest.php/v1/search/page": page}) as there:
                with pytest.raises(SearchFailed):
                    await ask(make(there.url))
            assert elsewhere.asked == []

    asyncio.run(run())


@pytest.mark.parametrize("make", PROVIDERS)
def test_who_answers_without_an_end_is_left(make: Callable[[str], Provider]):
    async def run():
        begun = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        async with serving(endless(begun)) as port:
            with pytest.raises(SearchFailed, match="bytes"):
                await ask(make(f"http://127.0.0.1:{port}"))

    asyncio.run(run())


@pytest.mark.parametrize("make", PROVIDERS)
def test_who_cannot_be_reached_is_a_failure(make: Callable[[str], Provider]):
    async def run():
        async with serving(slammed) as port:
            with pytest.raises(SearchFailed, match="cannot be reached"):
                await ask(make(f"http://127.0.0.1:{port}"))
        with pytest.raises(SearchFailed, match="cannot be reached"):
            await ask(make(f"http://127.0.0.1:{port}"))

    asyncio.run(run())


@pytest.mark.parametrize("behave", [silent, dripping(b"HTTP/1.1 200 OK\r\n\r\n")], ids=["silent", "dripping"])
def test_a_weather_that_does_not_come_is_not_waited_for(behave: Any):
    async def run():
        async with serving(behave) as port:
            with pytest.raises(SearchFailed, match="in time"):
                await forecast(f"http://127.0.0.1:{port}", "Berlin", deadline_s=0.5)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('a <span class="x">black</span>&nbsp;hole &lt;b&gt;', "a black hole <b>"),
        ("<script>steal()</script>seen<!-- unseen -->", "seen"),
        ("<style>x", ""),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("a\u202eb\u200bc\x1b[31m", "a b c [31m"),
        (" a \n\n b ", "a b"),
        ("word " * 200, f"{('word ' * 120).strip()} …"),
    ],
)
def test_text_of_the_web_is_plain_and_short(raw: str, text: str):
    assert plain(raw) == text


@given(st.text(max_size=300))
def test_no_text_of_the_web_has_signs_that_a_terminal_obeys(raw: str):
    assert all(sign.isprintable() for sign in plain(raw))


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("https://user:word@example.org/", False),
        ("//example.org", False),
        ("https://example.org/a b", False),
        ("https://example.org/" + "a" * 2000, False),
        ("", False),
    ],
)
def test_addresses_of_the_web(address: str, good: bool):  # noqa: FBT001 (a case)
    assert web_address(address) == (address if good else "")
