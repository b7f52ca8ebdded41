"""Routes about speech and the room: what is heard, said, and how loud."""

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct

from voiced.control.gate import key_of
from voiced.control.requests import FILE, TALK, AnyRequest, Steered, giving, taking
from voiced.control.steering import Text
from voiced.control.streams import begun, wav
from voiced.core.attention import Attention
from voiced.core.errors import InputInvalid
from voiced.core.ports.inference import Heard

LARGEST = 25 * 1024 * 1024
"""Bytes of a recording."""
RATE = 24_000
"""Samples a second of what is spoken into a file."""


class Speech(Struct, forbid_unknown_fields=True):
    """A text to be spoken, and how fast: 1 for as it is set."""

    text: Text
    speed: Annotated[float, Meta(ge=0.25, le=4.0)] = 1.0


class Say(Struct, forbid_unknown_fields=True):
    """A text to be spoken."""

    text: Text


class Mute(Struct, forbid_unknown_fields=True):
    """Whether the microphone is closed."""

    muted: bool


class Volume(Struct, forbid_unknown_fields=True):
    """Loudness in percent."""

    volume: Annotated[int, Meta(ge=0, le=100)]


class Attend(Struct, forbid_unknown_fields=True):
    """What it is to attend to by itself: see `Attention`."""

    wake_word: bool | None = None
    follow_up: bool | None = None
    sensitivity: Annotated[int, Meta(ge=0, le=100)] | None = None


@post("/voice/stt", status_code=200, opt=TALK | taking(FILE), request_max_body_size=LARGEST)
async def stt(agent: Steered, request: AnyRequest) -> Heard:
    """Tells what a recording of one utterance says: WAV, FLAC, OGG or MP3."""
    recording = await request.body()
    if not recording:
        raise InputInvalid("there is no recording", hint="Send the file as the body.")
    return await agent.inference.transcribe(recording, key_of(request))


@post("/voice/tts", status_code=200, opt=TALK | giving("audio/wav"))
async def tts(agent: Steered, request: AnyRequest, data: JSONBody[Speech]) -> Stream:
    """Speaks into a file (WAV, 24 kHz, mono), clause by clause: it can be played while it comes."""
    sound = await begun(agent.inference.speak(data.text, data.speed, RATE, key_of(request)))
    return Stream(wav(sound, RATE), media_type="audio/wav")


@post("/voice/say", status_code=204, opt=TALK)
async def say(agent: Steered, data: JSONBody[Say]) -> None:
    """Speaks in the room; answers when it has been said."""
    await agent.say(data.text)


@post("/voice/listen", status_code=204)
async def listen(agent: Steered) -> None:
    """Listens now, without the wake word."""
    agent.listen()


@post("/voice/stop", status_code=204)
async def stop(agent: Steered) -> None:
    """Ends the turn in progress and whatever rings."""
    await agent.stop("control")


@post("/voice/mute", status_code=204)
async def mute(agent: Steered, data: JSONBody[Mute]) -> None:
    """Closes the microphone, or opens it."""
    agent.set_muted(data.muted)


@post("/voice/volume", status_code=204)
async def volume(agent: Steered, data: JSONBody[Volume]) -> None:
    """Sets the loudness."""
    agent.set_volume(data.volume)


@post("/voice/attention", status_code=200)
async def attention(agent: Steered, data: JSONBody[Attend]) -> Attention:
    """Sets what it attends to by itself, and tells it; what is left out stays as it is."""
    return agent.set_attention(wake_word=data.wake_word, follow_up=data.follow_up, sensitivity=data.sensitivity)


@post("/audio/restart", status_code=204)
async def restart(agent: Steered) -> None:
    """Ends the audio process, which comes back at once and finds microphone and speaker anew."""
    agent.restart_audio()


ROUTES = [stt, tts, say, listen, stop, mute, volume, attention, restart]
