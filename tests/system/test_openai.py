"""OpenAI's own client, unchanged, and the real daemon: its mind, its voice, its ears, its ledger."""

import asyncio
import io
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import httpx
import numpy as np
import pytest
import soundfile
from openai import AsyncOpenAI

from tests.rigs.box import Box

SETTINGS = '[engines.tts]\nvoice = "en-us+robosoft"\nwords_per_minute = 140\n'


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Generator[Box]:
    box = Box(tmp_path_factory.mktemp("openai"))
    (box.home / "config.toml").write_text(SETTINGS)
    with box.daemon():
        yield box


@pytest.fixture(scope="module")
def token(box: Box) -> str:
    (key,) = box("keys", "add", "laptop", "--scope", "read", "--scope", "talk")
    return key["token"]


@asynccontextmanager
async def connected(box: Box, token: str) -> AsyncGenerator[AsyncOpenAI]:
    transport = httpx.AsyncHTTPTransport(uds=str(box.home / "voiced" / "voiced.sock"))
    async with (
        httpx.AsyncClient(transport=transport) as http,
        AsyncOpenAI(base_url="http://voiced/v1", api_key=token, http_client=http, max_retries=0) as client,
    ):
        yield client


def test_what_it_says_it_hears_and_answers(box: Box, token: str):
    async def run() -> tuple[str, str, list[str]]:
        async with connected(box, token) as client:
            spoken = await client.audio.speech.create(
                model="voiced", voice="alloy", input="what time is it", response_format="wav"
            )
            file = ("question.wav", spoken.content)
            heard = await client.audio.transcriptions.create(model="voiced", file=file)
            stream = await client.chat.completions.create(
                model="voiced", messages=[{"role": "user", "content": heard.text}], stream=True
            )
            answer = [piece.choices[0].delta.content or "" async for piece in stream]
            return heard.text, "".join(answer), [each.id async for each in client.models.list()]

    heard, answer, models = asyncio.run(run())
    assert heard == "what time is it"
    assert answer.startswith("It is ")
    assert models == ["voiced", "pocketsphinx", "espeak", "hashing"]
    (used,) = box("usage", "--by", "key")
    assert used["heard_s"] > 0.5
    assert used["spoken_s"] > 0.5


def test_speech_is_as_long_in_either_form_and_comes_in_pieces(box: Box, token: str):
    text = "The kettle is on. " * 20

    async def run() -> tuple[bytes, list[bytes]]:
        async with connected(box, token) as client:
            wav = await client.audio.speech.create(model="tts-1", voice="alloy", input=text, response_format="wav")
            asked = client.audio.speech.with_streaming_response.create(
                model="tts-1", voice="alloy", input=text, response_format="pcm"
            )
            async with asked as pcm:
                return wav.content, [piece async for piece in pcm.iter_bytes()]

    wav, pieces = asyncio.run(run())
    sound, rate = soundfile.read(io.BytesIO(wav), dtype="int16")
    assert rate == 24_000
    assert len(pieces) > 1
    assert len(sound) == len(b"".join(pieces)) // 2 > 5 * rate


def test_what_means_much_the_same_lies_close_together(box: Box, token: str):
    async def run() -> np.ndarray:
        async with connected(box, token) as client:
            texts = ["switch on the kitchen lamp", "the kitchen lamp is on", "bake an apple pie"]
            made = await client.embeddings.create(model="hashing", input=texts)
            return np.array([each.embedding for each in made.data])

    one, same, other = asyncio.run(run())
    assert one @ same > one @ other + 0.2
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
