"""The route that turns texts into vectors."""

from base64 import b64encode
from typing import Annotated, Any, Literal

from litestar import post
from msgspec import Meta, Struct

from voiced.control.gate import key_of
from voiced.control.openai.errors import refused
from voiced.control.openai.models import check
from voiced.control.requests import TALK, AnyRequest, Steered, small_body
from voiced.core.chat import CHARACTERS

LARGEST = 1024 * 1024
"""Bytes of texts at a time."""
MOST_TEXTS = 256


class Request(Struct, kw_only=True):
    """Texts, and how their vectors are written: as numbers, or as float32 little-endian in base64."""

    model: str
    input: str | Annotated[list[str], Meta(min_length=1, max_length=MOST_TEXTS)]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None


@post("/embeddings", status_code=200, opt=TALK, request_max_body_size=LARGEST)
async def embeddings(agent: Steered, request: AnyRequest) -> dict[str, Any]:
    """Makes vectors."""
    wanted = await small_body(request, Request, LARGEST)
    check(agent, wanted.model, "embed")
    texts = [wanted.input] if isinstance(wanted.input, str) else wanted.input
    name, vectors = await agent.inference.embed(texts, key_of(request))
    if wanted.dimensions not in (None, vectors.shape[1]):
        raise refused("dimensions", f"vectors have {vectors.shape[1]} numbers", "Leave dimensions out.")
    packed = wanted.encoding_format == "base64"
    rows = [b64encode(row.astype("<f4").tobytes()).decode() if packed else row.tolist() for row in vectors]
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
    tokens = sum(map(len, texts)) // CHARACTERS
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": name, "usage": usage}


ROUTES = [embeddings]
