"""The API in OpenAPI's words, made from its routes: their types are msgspec's, and so are the schemas."""

import re
from collections.abc import Iterator
from functools import cached_property
from http import HTTPStatus
from inspect import cleandoc
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter
from litestar.response import Stream
from litestar.routes import HTTPRoute
from msgspec import NODEFAULT

from voiced import __version__
from voiced.control.door import OPEN
from voiced.control.forms import Step
from voiced.control.gate import LOOKING
from voiced.control.requests import GIVES, QUERY, TAKES, AnyRequest
from voiced.control.told import MEDIA_TYPE, Problem
from voiced.core.keys import Scope

ROOT = "/api/v1"
JSON = "application/json"
KEY = "key"
FILE = {"type": "string", "format": "binary"}
PROBLEM = {"$ref": "#/components/responses/Problem"}
ABOUT = (
    "voiced's own API, on its Unix socket and, where that is configured, over TCP. Whoever may use the socket may do "
    "everything; over TCP a key is shown, whose scopes tell what it may. Errors are problem details (RFC 9457)."
)


class Operation:
    """A route.

    Args:
        path: its template.
        method: HTTP's.
        handler: what answers.
    """

    def __init__(self, path: str, method: str, handler: HTTPRouteHandler) -> None:
        self.path, self.method, self.handler = path, method, handler

    @property
    def scope(self) -> Scope:
        """What a key must be for."""
        return self.handler.opt.get("scope", "read" if self.method in LOOKING else "control")

    @cached_property
    def query(self) -> tuple[msgspec.structs.FieldInfo, ...]:
        """What may stand in its address after the question mark."""
        kind = self.handler.opt.get(QUERY)
        return msgspec.structs.fields(kind) if kind else ()

    @cached_property
    def taken(self) -> tuple[str, Any] | None:
        """The type of its body; None: it has none."""
        data = self.handler.parsed_fn_signature.parameters.get("data")
        return (JSON, data.annotation) if data else self.handler.opt.get(TAKES)

    @cached_property
    def given(self) -> dict[str, Any]:
        """What it answers, by media type; nothing, where it answers without a body."""
        returned = self.handler.parsed_fn_signature.return_type.annotation
        parts = get_args(returned) if _several(returned) else (returned,)
        plain = next((each for each in parts if each not in (Stream, type(None))), None)
        answers = {JSON: get_args(plain)[0] if get_origin(plain) is Response else plain} if plain else {}
        streamed = self.handler.opt.get(GIVES)
        return answers | ({streamed[0]: streamed[1]} if streamed else {})

    @property
    def types(self) -> list[Any]:
        """All types that it speaks of."""
        taken = [self.taken[1]] if self.taken else []
        every = (*taken, *self.given.values(), *(field.type for field in self.query))
        return [each for each in every if each is not bytes]

    @property
    def refused(self) -> Iterator[HTTPStatus]:
        """How it answers what it refuses for its form alone, the lowest first; whatever else comes of its work."""
        if self.query or (self.taken and self.taken[0] == JSON):
            yield HTTPStatus.BAD_REQUEST
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        if "{" in self.path and Step not in self.given.values():  # Long work has begun, and tells it in its last line.
            yield HTTPStatus.NOT_FOUND
        if self.taken:
            yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        yield from (HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.TOO_MANY_REQUESTS)

    def written(self, schemas: dict[int, Any]) -> dict[str, Any]:
        """The same in OpenAPI's words.

        Args:
            schemas: of its types, by their identity.
        """

        def body(content: dict[str, Any]) -> dict[str, Any]:
            return {media: {"schema": FILE if kind is bytes else schemas[id(kind)]} for media, kind in content.items()}

        first, _, rest = cleandoc(self.handler.fn.__doc__ or "").partition("\n")
        status = str(self.handler.status_code)
        answer: dict[str, Any] = {"description": HTTPStatus(self.handler.status_code).phrase}
        answer |= {"content": body(self.given)} if self.given else {}
        found: dict[str, Any] = {
            "operationId": f"{self.handler.fn.__module__.rpartition('.')[2]}_{self.handler.fn.__name__}",
            "tags": [self.path.removeprefix(f"{ROOT}/").partition("/")[0]],
            "summary": first.rstrip("."),
            "security": [{KEY: [self.scope]}, *([{}] if self.path in OPEN else [])],
            "responses": {status: answer} | {str(int(each)): PROBLEM for each in self.refused} | {"default": PROBLEM},
        }
        if rest.strip():
            found["description"] = rest.strip()
        if parameters := [*self._named(), *self._asked(schemas), *self._headed()]:
            found["parameters"] = parameters
        if self.taken:
            found["requestBody"] = {"required": True, "content": body({self.taken[0]: self.taken[1]})}
        return found

    def _named(self) -> Iterator[dict[str, Any]]:
        for name in re.findall(r"{(\w+)}", self.path):
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}

    def _asked(self, schemas: dict[int, Any]) -> Iterator[dict[str, Any]]:
        for field in self.query:
            schema: dict[str, Any] = dict(schemas[id(field.type)])
            if kinds := [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]:
                schema = dict(kinds[0]) if len(kinds) == 1 else {"anyOf": kinds}
            if field.default not in (NODEFAULT, None):
                schema["default"] = field.default
            yield {"name": field.encode_name, "in": "query", "required": field.required, "schema": schema}

    def _headed(self) -> Iterator[dict[str, Any]]:
        for each in self.handler.parsed_fn_signature.parameters.values():
            if isinstance(header := each.kwarg_definition, HeaderParameter):
                yield {"name": header.name, "in": "header", "required": each.is_required, "schema": {"type": "string"}}


def operations(app: Litestar) -> list[Operation]:
    """All routes of our own API, by path."""
    found = [
        Operation(route.path_format, method, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path_format.startswith(f"{ROOT}/")
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    ]
    return sorted(found, key=lambda each: (each.path, each.method))


def document(app: Litestar) -> dict[str, Any]:
    """The whole API. Source of the form: https://spec.openapis.org/oas/v3.1.0 ."""
    ours = operations(app)
    types = [kind for each in ours for kind in each.types]
    made, components = msgspec.json.schema_components(
        [*types, Problem], schema_hook=_anything, ref_template="#/components/schemas/{name}"
    )
    schemas = {id(kind): schema for kind, schema in zip(types, made, strict=False)}
    paths: dict[str, dict[str, Any]] = {}
    for each in ours:
        paths.setdefault(each.path, {})[each.method.lower()] = each.written(schemas)
    problem = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": made[-1]}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "voiced", "version": __version__, "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Problem": problem},
            "securitySchemes": {KEY: {"type": "http", "scheme": "bearer"}},
        },
    }


@get("/schema", sync_to_thread=True)
def schema(request: AnyRequest) -> dict[str, Any]:
    """The API in OpenAPI's words."""
    return document(request.app)


def _anything(kind: type) -> dict[str, Any]:
    """The schema of what may be anything."""
    if kind is not object:
        raise NotImplementedError
    return {"description": "Anything."}


def _several(kind: Any) -> bool:  # noqa: ANN401 (any annotation)
    return get_origin(kind) in (Union, UnionType) and Stream in get_args(kind)
