"""A Home Assistant in small: it speaks the WebSocket as a real one does (2025.4), over the things of a fake home."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.fakes.home import FakeHome
from voiced.core.home import Action, Entity

TOKEN = "let-me-in"  # noqa: S105 (nobody's)

Outbox = asyncio.Queue[dict[str, Any]]


class Refusal(Exception):
    """What it says no with."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class ScriptedHomeAssistant:
    """Answers commands.

    Attributes:
        exposed: ids of what Assist may know; None: all.
        sentences: what Assist understands: the intent, its slots, and what it does to what.
        sources: where those come from that are not its own: custom, or trigger.
        lies: Assist says that it did something, and did nothing.
        administrator: whether the token is an administrator's.
        commands: all that came, besides the token.
        replies: what it answers to a kind of command instead.
        silent: kinds of commands that it takes, and never answers.
    """

    def __init__(self, truth: FakeHome) -> None:
        self.truth = truth
        self.exposed: set[str] | None = None
        self.hidden: set[str] = set()
        self.sentences: dict[str, tuple[str, dict[str, Any], list[Action]]] = {}
        self.sources: dict[str, str] = {}
        self.lies = False
        self.administrator = True
        self.commands: list[dict[str, Any]] = []
        self.replies: dict[str, Any] = {}
        self.silent: set[str] = set()
        self.received = 0
        self.connections: set[ServerConnection] = set()
        self._subscribers: dict[tuple[ServerConnection, int], Callable[[Entity], None]] = {}
        self._watchers: dict[tuple[ServerConnection, int], str] = {}
        truth.changed = self._changed

    async def handle(self, connection: ServerConnection) -> None:
        """Talks with one who came."""
        self.connections.add(connection)
        try:
            with suppress(ConnectionClosed):
                await self._talk(connection)
        finally:
            self.connections.discard(connection)
            for key in [key for key in self._subscribers if key[0] is connection]:
                del self._subscribers[key]
            for key in [key for key in self._watchers if key[0] is connection]:
                del self._watchers[key]

    async def _talk(self, connection: ServerConnection) -> None:
        await connection.send('{"type": "auth_required", "ha_version": "2025.4.4"}')
        if json.loads(await connection.recv()).get("access_token") != TOKEN:
            await connection.send('{"type": "auth_invalid", "message": "Invalid access token or password"}')
            return
        await connection.send('{"type": "auth_ok", "ha_version": "2025.4.4"}')
        outbox: Outbox = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send(connection, outbox))
            async for message in connection:
                self._answer(connection, json.loads(message), outbox)
            sending.cancel()

    async def _send(self, connection: ServerConnection, outbox: Outbox) -> None:
        with suppress(ConnectionClosed):
            while True:
                await connection.send(json.dumps(await outbox.get()))

    def _answer(self, connection: ServerConnection, command: dict[str, Any], outbox: Outbox) -> None:
        self.commands.append(command)
        number, kind = command["id"], command["type"]
        try:
            result = self._reply(connection, command, outbox)
        except Refusal as no:
            error = {"code": no.code, "message": no.message}
            outbox.put_nowait({"id": number, "type": "result", "success": False, "error": error})
            return
        if kind in self.silent:
            return
        outbox.put_nowait({"id": number, "type": "result", "success": True, "result": result})
        if kind == "subscribe_entities":
            ids = command["entity_ids"]
            whole = {entity.id: _whole(entity) for entity in self.truth.entities() if entity.id in ids}
            outbox.put_nowait({"id": number, "type": "event", "event": {"a": whole}})

    def _reply(self, connection: ServerConnection, command: dict[str, Any], outbox: Outbox) -> Any:
        number, kind = command["id"], command["type"]
        match kind:
            case _ if kind in self.replies:
                if isinstance(self.replies[kind], Refusal):
                    raise self.replies[kind]
                return self.replies[kind]
            case "subscribe_entities":
                self._subscribers[connection, number] = _teller(number, command["entity_ids"], outbox)
            case "subscribe_events":
                self._watchers[connection, number] = command["event_type"]
            case "unsubscribe_events":
                self._subscribers.pop((connection, command["subscription"]))
            case _:
                return self._result(kind, command)
        return None

    def _result(self, kind: str, command: dict[str, Any]) -> Any:
        answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "homeassistant/expose_entity/list": self._exposed,
            "config/area_registry/list": self._areas,
            "config/floor_registry/list": self._floors,
            "config/device_registry/list": lambda _: [{"id": "d1", "area_id": None, "identifiers": [["rig", "1"]]}],
            "config/entity_registry/get_entries": self._rows,
            "call_service": self._call,
            "conversation/agent/homeassistant/debug": self._debugged,
            "conversation/process": self._processed,
        }
        if kind not in answers:
            raise Refusal("unknown_command", "Unknown command.")
        return answers[kind](command)

    def _exposed(self, _: object) -> dict[str, Any]:
        if not self.administrator:
            raise Refusal("unauthorized", "Unauthorized")
        ids = [each.id for each in self.truth.entities() if self.exposed is None or each.id in self.exposed]
        return {"exposed_entities": {id_: {"conversation": True} for id_ in ids}}

    def _areas(self, _: object) -> list[dict[str, Any]]:
        areas = {entity.area for entity in self.truth.entities() if entity.area}
        return [{"area_id": area.lower(), "name": area, "aliases": [], "floor_id": self._floor(area)} for area in areas]

    def _floor(self, area: str) -> str | None:
        return next((each.floor.lower() for each in self.truth.entities() if each.area == area and each.floor), None)

    def _floors(self, _: object) -> list[dict[str, Any]]:
        floors = {entity.floor for entity in self.truth.entities() if entity.floor}
        return [{"floor_id": floor.lower(), "name": floor, "aliases": [], "level": 1} for floor in floors]

    def _rows(self, command: dict[str, Any]) -> dict[str, Any]:
        known = {entity.id: entity for entity in self.truth.entities()}
        return {id_: self._row(known[id_]) if id_ in known else None for id_ in command["entity_ids"]}

    def _row(self, entity: Entity) -> dict[str, Any]:
        return {
            "entity_id": entity.id,
            "area_id": entity.area.lower() or None,
            "aliases": list(entity.aliases),
            "device_id": "d1",
            "device_class": None,
            "original_device_class": entity.kind or None,
            "hidden_by": "user" if entity.id in self.hidden else None,
            "name": None,
            "original_name": entity.name,
            "options": {"conversation": {"should_expose": True}},
        }

    def _call(self, command: dict[str, Any]) -> dict[str, Any]:
        self.received += 1
        action = Action(command["target"]["entity_id"], command["service"], command["service_data"])
        if self.truth.behaves.get(action.entity) == "refuses":
            raise Refusal("home_assistant_error", "it is locked against this")
        self.truth.arrive(action)
        return {"context": {"id": "01M8", "parent_id": None, "user_id": "9fe2"}}

    def _debugged(self, command: dict[str, Any]) -> dict[str, Any]:
        return {"results": [self._understood(sentence) for sentence in command["sentences"]]}

    def _understood(self, sentence: str) -> dict[str, Any] | None:
        if sentence not in self.sentences:
            return None
        intent, slots, actions = self.sentences[sentence]
        targets = {action.entity: {"matched": True} for action in actions}
        source = self.sources.get(sentence, "builtin")
        if source == "trigger":
            return {"match": True, "sentence_template": sentence, "source": source}
        return {"intent": {"name": intent}, "slots": slots, "targets": targets, "match": True, "source": source}

    def _processed(self, command: dict[str, Any]) -> dict[str, Any]:
        if command["text"] not in self.sentences:
            return _spoken("Sorry, I couldn't understand that", "error", {"code": "no_intent_match"})
        intent, _, actions = self.sentences[command["text"]]
        question = "Get" in intent
        if not question and not self.lies:
            for action in actions:
                self.truth.arrive(action)
        success = [{"name": "x", "type": "entity", "id": action.entity} for action in actions]
        data = {"targets": [], "success": success, "failed": []}
        return _spoken("Yes" if question else "Done it", "query_answer" if question else "action_done", data)

    def _changed(self, entity: Entity) -> None:
        for tell in list(self._subscribers.values()):
            tell(entity)

    async def registries_changed(self) -> None:
        """Tells those who watch that a registry is another one now."""
        for (connection, number), kind in list(self._watchers.items()):
            event = {"event_type": kind, "data": {"action": "update"}, "origin": "LOCAL"}
            await connection.send(json.dumps({"id": number, "type": "event", "event": event}))


def _teller(number: int, ids: list[str], outbox: Outbox) -> Callable[[Entity], None]:
    def tell(entity: Entity) -> None:
        if entity.id in ids:
            change = {"+": {"s": entity.state, "a": entity.attributes, "lc": 1.0, "c": "01M8"}}
            outbox.put_nowait({"id": number, "type": "event", "event": {"c": {entity.id: change}}})

    return tell


def _whole(entity: Entity) -> dict[str, Any]:
    attributes = {"friendly_name": entity.name, **entity.attributes}
    return {"s": entity.state, "a": attributes, "c": "01M8", "lc": 1795955184.58}


def _spoken(text: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    speech = {"plain": {"speech": text, "extra_data": None}}
    response = {"speech": speech, "card": {}, "language": "en", "response_type": kind, "data": data}
    return {"response": response, "conversation_id": "01M8", "continue_conversation": False}


@asynccontextmanager
async def answering(rig: ScriptedHomeAssistant, port: int = 0) -> AsyncGenerator[str]:
    """Serves it.

    Yields:
        Its address.
    """
    async with serve(rig.handle, "127.0.0.1", port, compression=None) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def plain(entity: Entity) -> Entity:
    """What can be compared: without what one home tells of a thing and another does not."""
    attributes = {name: value for name, value in entity.attributes.items() if name != "friendly_name"}
    return replace(entity, attributes=attributes)
