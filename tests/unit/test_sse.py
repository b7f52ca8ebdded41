"""Server-sent events, however the bytes are cut, and however many there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.errors import WireBroken
from voiced.engines.sse import EVENT_LIMIT, STREAM_LIMIT, Events

DATA = st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b""))


@given(st.lists(st.lists(DATA, min_size=1, max_size=3), max_size=5), st.sampled_from([b"\n", b"\r\n"]), st.data())
def test_events_come_out_as_they_went_in(sent, end, data):
    stream = b"".join(
        b": comment" + end + b"event: x" + end + b"".join(b"data: " + line + end for line in lines) + end
        for lines in sent
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    events, received = Events(), []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        received += events.feed(stream[start:stop])
    assert received == [b"\n".join(lines) for lines in sent]


def feed_again_and_again(piece: bytes, times: int) -> None:
    events = Events()
    for _ in range(times):
        events.feed(piece)


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 1000, b"data: x\n" * 100, b"x" * 1000])
def test_an_event_without_an_end_is_refused(piece):
    with pytest.raises(WireBroken):
        feed_again_and_again(piece, EVENT_LIMIT // 100)


def test_a_stream_without_an_end_is_refused():
    with pytest.raises(WireBroken):
        feed_again_and_again(b"data: x\n\n" + b": comment" * 1000 + b"\n", STREAM_LIMIT // 9000 + 1)
