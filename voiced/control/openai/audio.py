"""Routes about speech: a recording is heard, a text is spoken."""

from typing import Annotated, Any, Literal

from litestar import MediaType, Response, post
from litestar.response import Stream
from msgspec import Meta, Struct

from voiced.control.gate import key_of
from voiced.control.openai.errors import refused
from voiced.control.openai.form import HINT, fields
from voiced.control.openai.models import check
from voiced.control.requests import TALK, AnyRequest, Steered, made, small_body
from voiced.control.streams import begun, wav

LARGEST = 25 * 1024 * 1024
"""Bytes of a recording, as OpenAI has it."""
RATE = 24_000
"""Samples a second of what is spoken: OpenAI's clients take PCM for that."""
LANGUAGES = {"en": "english", "de": "german"}


class Recording(Struct, kw_only=True):
    """What is asked about a recording; the file comes beside."""

    model: str
    response_format: Literal["json", "text", "verbose_json"] = "json"
    language: str | None = None
    stream: Literal["false", "False", "0"] | None = None


class Speech(Struct, kw_only=True):
    """A text to be spoken, and how."""

    model: str
    input: Annotated[str, Meta(min_length=1, max_length=4_096)]
    voice: Any = None
    response_format: Literal["wav", "pcm"] = "wav"
    speed: Annotated[float, Meta(ge=0.25, le=4.0)] = 1.0
    stream_format: Literal["audio"] | None = None


@post("/audio/transcriptions", status_code=200, opt=TALK, request_max_body_size=LARGEST)
async def transcriptions(agent: Steered, request: AnyRequest) -> Response[Any]:
    """Tells what a recording of one utterance says."""
    form = fields(request.headers, await request.body())
    recording = form.pop("file", b"")
    wanted = made({name: value.decode(errors="replace") for name, value in form.items()}, Recording)
    check(agent, wanted.model, "stt")
    if not recording:
        raise refused("file", "there is no recording", HINT)
    heard = await agent.inference.transcribe(recording, key_of(request))
    if wanted.response_format == "text":
        return Response(f"{heard.text}\n", media_type=MediaType.TEXT)
    answer: dict[str, Any] = {"text": heard.text}
    if wanted.response_format == "verbose_json":
        answer |= {
            "task": "transcribe",
            "language": LANGUAGES.get(heard.language, heard.language),
            "duration": round(heard.seconds, 3),
            "segments": [],
        }
    return Response(answer, media_type=MediaType.JSON)


@post("/audio/speech", status_code=200, opt=TALK)
async def speech(agent: Steered, request: AnyRequest) -> Stream:
    """Speaks a text into a stream, clause by clause."""
    wanted = await small_body(request, Speech)
    check(agent, wanted.model, "tts")
    sound = await begun(agent.inference.speak(wanted.input, wanted.speed, RATE, key_of(request)))
    if wanted.response_format == "pcm":
        return Stream(sound, media_type="audio/pcm")
    return Stream(wav(sound, RATE), media_type="audio/wav")


ROUTES = [transcriptions, speech]
