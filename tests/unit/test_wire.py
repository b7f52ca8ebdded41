"""The frame codec: what goes in comes out, and nothing that comes in does harm."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiced.core.errors import AudioFailed, SttFailed, VoicedError, WireBroken
from voiced.core.wire import HEADER_LIMIT, PAYLOAD_LIMIT, Decoder, Message, encode, failure, revive

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)
MESSAGES = st.builds(
    Message,
    type=TEXT,
    data=st.dictionaries(TEXT.filter(lambda key: key != "request"), VALUES, max_size=5),
    payload=st.binary(max_size=5000),
    request=st.integers(0, 2**53),
)


def pieces(data: bytes, cuts: Iterable[int]) -> Iterable[bytes]:
    """Cuts bytes at the given places."""
    ends = sorted(cut % (len(data) + 1) for cut in cuts)
    for start, end in zip([0, *ends], [*ends, len(data)], strict=True):
        yield data[start:end]


def decode(data: bytes, cuts: Iterable[int] = ()) -> list[Message]:
    decoder = Decoder()
    return [message for piece in pieces(data, cuts) for message in decoder.feed(piece)]


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(0, 100_000), max_size=8))
def test_frames_come_out_as_they_went_in_however_they_are_cut(messages: list[Message], cuts: list[int]) -> None:
    assert decode(b"".join(map(encode, messages)), cuts) == messages


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=5))
@example(b"[" * 60_000 + b"\n", [])
@example(b'{"type": "a", "data": ' + b"[" * 60_000 + b"\n", [])
@example(b'{"type": "a", "data_length": -1, "payload_length": -1}\n', [])
@example(b'{"type": "a", "data": {"request": "seven"}}\n', [])
@example(b'{"type": "a", "data": {"request": true}}\n', [])
def test_any_bytes_are_frames_or_a_wire_error(data: bytes, cuts: list[int]) -> None:
    try:
        messages = decode(data, cuts)
    except WireBroken:
        return
    assert all(type(message.request) is int for message in messages)


@given(MESSAGES, st.integers(0, 10_000), st.integers(0, 255))
def test_a_spoiled_byte_is_a_frame_or_a_wire_error(message: Message, place: int, value: int) -> None:
    data = bytearray(encode(message))
    data[place % len(data)] = value
    try:
        decode(bytes(data))
    except WireBroken:
        return


@given(st.dictionaries(st.sampled_from(["a", "b", "request"]), st.integers(0, 100)), st.binary(max_size=100))
def test_data_apart_from_the_header_is_merged_as_wyoming_does(extra: dict[str, int], payload: bytes) -> None:
    body = json.dumps(extra).encode()
    header = {"type": "x", "data": {"a": -1}, "data_length": len(body), "payload_length": len(payload)}
    (message,) = decode(json.dumps(header).encode() + b"\n" + body + payload, [1, 50, 60])
    merged = {"a": -1} | extra
    assert message == Message(
        "x", {k: v for k, v in merged.items() if k != "request"}, payload, merged.get("request", 0)
    )


@pytest.mark.parametrize(
    "header",
    [
        {"type": "x", "payload_length": PAYLOAD_LIMIT + 1},
        {"type": "x", "payload_length": 10**12},
        {"type": "x", "data_length": HEADER_LIMIT + 1},
        {"type": "x", "payload_length": -1},
    ],
)
def test_a_length_out_of_bounds_is_refused_before_anything_is_read(header: dict[str, object]) -> None:
    with pytest.raises(WireBroken):
        Decoder().feed(json.dumps(header).encode() + b"\n")


def test_a_header_without_end_is_refused() -> None:
    with pytest.raises(WireBroken):
        decode(b"x" * HEADER_LIMIT, range(0, HEADER_LIMIT, 1000))


@pytest.mark.parametrize(
    "message", [Message("x", payload=bytes(PAYLOAD_LIMIT + 1)), Message("x", {"text": "a" * HEADER_LIMIT})]
)
def test_what_is_too_large_is_not_sent(message: Message) -> None:
    with pytest.raises(WireBroken):
        encode(message)


@given(st.sampled_from([VoicedError, SttFailed, AudioFailed]), TEXT, TEXT, st.none() | TEXT)
def test_an_error_crosses_the_wire(kind: type[VoicedError], message: str, code: str, hint: str | None) -> None:
    before = kind(message, code=code, hint=hint)
    (frame,) = decode(encode(failure(before, 7)))
    after = revive(frame)
    assert frame.request == 7
    assert (type(after), after.message, after.code, after.hint) == (kind, message, before.code, before.hint)


@given(st.dictionaries(st.sampled_from(["error", "code", "message", "hint"]), VALUES))
@example({"error": "Generator", "message": "no error of ours"})
@example({"error": "__builtins__"})
def test_any_error_frame_gives_an_error(data: dict[str, object]) -> None:
    assert isinstance(revive(Message("error", data)), VoicedError)
