"""The route for talk in conversations of its own, beside what is said in the room."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct

from voiced.control.gate import key_of
from voiced.control.problems import problem
from voiced.control.requests import EVENTS, TALK, AnyRequest, Steered, giving
from voiced.control.steering import Text
from voiced.control.streams import begun
from voiced.core.errors import NotFound
from voiced.core.history import Id, Source
from voiced.core.ids import new_id
from voiced.core.ports.agent import Agent
from voiced.core.types import Timeline


class ChatMessage(Struct, kw_only=True, forbid_unknown_fields=True):
    """Something said in a conversation.

    Attributes:
        message: in the user's words.
        conversation_id: where it is said; null: a new one is begun.
        use_memory: a language model is reminded of what is remembered.
        limit: of so many memories at most; null: of as many as are configured.
        stream: the answer comes as it is made.
    """

    message: Text
    conversation_id: Id | None = None
    use_memory: bool = True
    limit: Annotated[int, Meta(ge=0, le=100)] | None = None
    stream: bool = False


class ChatAnswer(Struct, kw_only=True):
    """The answer. Both sides are kept with it.

    Attributes:
        answer: its words; empty where it was not understood, or where there is nothing to say to it.
        understood: whether it was.
        conversation_id: where both sides are kept.
        turn: tells why, at `/turns/{turn}/why`.
        tier: who answered: rules, assist, model; none for nobody.
        model: the language model that answered; null: another did.
        sources: what the answer rests on.
        latency_ms: from the question to the answer.
        timings: marks on the way to it, in seconds from the question.
    """

    answer: str
    understood: bool
    conversation_id: str
    turn: str
    tier: str
    model: str | None
    sources: Sequence[Source]
    latency_ms: float | None
    timings: Timeline


class ChatPiece(Struct):
    """The next words of an answer."""

    text: str


@post("/chat", status_code=200, opt=TALK | giving(EVENTS, ChatPiece))
async def chat(agent: Steered, request: AnyRequest, data: JSONBody[ChatMessage]) -> Response[ChatAnswer] | Stream:
    """Answers in a conversation.

    If that is wanted, the answer comes as server-sent events: `piece`, again and again, then `answer`, or `problem`.
    """
    conversation = data.conversation_id or new_id()
    if data.conversation_id and (await agent.conversations.get(conversation)).status == "deleted":
        raise NotFound(f"the conversation {conversation} is deleted")
    items = await begun(_answered(agent, data, conversation, key_of(request)))
    if data.stream:
        return Stream(_events(items, request.scope["path"]), media_type=EVENTS, headers={"cache-control": "no-cache"})
    async with aclosing(items):
        *_, answer = [item async for item in items if isinstance(item, ChatAnswer)]
    return Response(answer)


async def _answered(
    agent: Agent, data: ChatMessage, conversation: str, key: str | None
) -> AsyncGenerator[ChatPiece | ChatAnswer]:
    pieces: asyncio.Queue[str | None] = asyncio.Queue()  # A model's answer has a bound.
    memories = data.limit if data.use_memory else 0
    asking = asyncio.create_task(
        agent.ask(
            data.message, aloud=False, key=key, conversation=conversation, memories=memories, piece=pieces.put_nowait
        ),
        name="a chat",
    )
    asking.add_done_callback(lambda _: pieces.put_nowait(None))
    came = False
    try:
        while (piece := await pieces.get()) is not None:
            came = True
            yield ChatPiece(piece)
        answered = await asking
    finally:
        asking.cancel()
    if answered.text and not came:
        yield ChatPiece(answered.text)
    yield ChatAnswer(
        answer=answered.text or "",
        understood=answered.text is not None,
        conversation_id=answered.conversation or conversation,
        turn=answered.turn,
        tier=answered.tier,
        model=answered.model,
        sources=answered.sources,
        latency_ms=answered.latency_ms,
        timings=answered.timeline,
    )


async def _events(items: AsyncGenerator[ChatPiece | ChatAnswer], where: str) -> AsyncGenerator[bytes]:
    try:
        async with aclosing(items):
            async for item in items:
                yield _event("piece" if isinstance(item, ChatPiece) else "answer", item)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
        yield _event("problem", problem(error, where))


def _event(kind: str, value: object) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode(value) + b"\n\n"


ROUTES = [chat]
