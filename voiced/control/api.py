"""The HTTP interface, as an ASGI application: a thin skin over the `Agent` port, our own API and OpenAI's."""

import threading

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from voiced.control import (
    announcements,
    conversations,
    home,
    knowledge,
    ledger,
    lists,
    messages,
    promises,
    search,
    steering,
    turns,
    upkeep,
)
from voiced.control.gate import Gate
from voiced.control.openai import audio, chat, embeddings, models
from voiced.control.openai.errors import HANDLERS, ROOT
from voiced.control.requests import BODY_LIMIT
from voiced.control.transfers import Transfers
from voiced.core.ports.agent import Agent


def application(agent: Agent, *more: HTTPRouteHandler) -> Litestar:
    """Makes the application for a daemon.

    Args:
        agent: the daemon.
        more: routes of those who watch it.
    """
    transfers = Transfers(agent.folder)
    # The daemon's start need not wait for it.
    threading.Thread(target=transfers.clean, name="transfers", daemon=True).start()
    own = Router(
        "/api/v1",
        route_handlers=[
            *steering.ROUTES,
            *announcements.ROUTES,
            *conversations.ROUTES,
            *messages.ROUTES,
            *turns.ROUTES,
            *knowledge.ROUTES,
            *lists.ROUTES,
            *promises.ROUTES,
            *search.ROUTES,
            *home.ROUTES,
            *upkeep.ROUTES,
            *ledger.ROUTES,
        ],
    )
    openai = Router(ROOT, route_handlers=[*models.ROUTES, *chat.ROUTES, *embeddings.ROUTES, *audio.ROUTES])
    return Litestar(
        [own, openai, *more],
        dependencies={
            "agent": Provide(lambda: agent, sync_to_thread=False),
            "transfers": Provide(lambda: transfers, sync_to_thread=False),
        },
        signature_types=[Agent],
        middleware=[Gate(agent)],
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_LIMIT,
    )
