"""The HTTP interface, as an ASGI application: a thin skin over the `Agent` port, our own API and OpenAI's."""

import threading

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from voiced.control import (
    announcements,
    chat,
    conversations,
    events,
    health,
    home,
    knowledge,
    ledger,
    lists,
    messages,
    openapi,
    promises,
    search,
    steering,
    turns,
    upkeep,
    voice,
)
from voiced.control import machine as machine_routes
from voiced.control.events import EventLog
from voiced.control.gate import Gate
from voiced.control.openai import audio, completions, embeddings, models
from voiced.control.openai.errors import HANDLERS, ROOT
from voiced.control.requests import BODY_LIMIT
from voiced.control.transfers import Transfers
from voiced.core.ports.agent import Agent
from voiced.core.ports.machine import Machine


def application(agent: Agent, machine: Machine, *more: HTTPRouteHandler) -> Litestar:
    """Makes the application for a daemon.

    Args:
        agent: the daemon itself.
        machine: what it runs on.
        more: routes of those who watch it.
    """
    log, transfers = EventLog(agent.bus), Transfers(agent.folder)
    # The daemon's start need not wait for it.
    threading.Thread(target=transfers.clean, name="transfers", daemon=True).start()
    own = Router(
        "/api/v1",
        route_handlers=[
            *steering.ROUTES,
            *chat.ROUTES,
            *voice.ROUTES,
            *health.ROUTES,
            *events.ROUTES,
            *machine_routes.ROUTES,
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
    openai = Router(ROOT, route_handlers=[*models.ROUTES, *completions.ROUTES, *embeddings.ROUTES, *audio.ROUTES])
    return Litestar(
        [own, openai, openapi.schema, *more],
        dependencies={
            "agent": Provide(lambda: agent, sync_to_thread=False),
            "machine": Provide(lambda: machine, sync_to_thread=False),
            "log": Provide(lambda: log, sync_to_thread=False),
            "transfers": Provide(lambda: transfers, sync_to_thread=False),
        },
        signature_types=[Agent, EventLog, Machine],
        middleware=[Gate(agent)],
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_LIMIT,
    )
