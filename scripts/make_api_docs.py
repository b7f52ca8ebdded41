"""Writes docs/api.md from the API's own description: `.venv/bin/python -m scripts.make_api_docs`."""

import asyncio
from pathlib import Path
from typing import Any

from tests.fakes.agent import ScriptedAgent
from tests.fakes.machine import FakeMachine
from voiced.control.api import application
from voiced.control.openapi import ROOT, document

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
MANY = 4
"""So many kinds of one thing are the events."""
HEAD = """\
# The API over HTTP

On voiced's Unix socket, and over TCP [where you want it](network.md). This page is made from the API itself, which
describes itself at `/schema` (OpenAPI 3.1): `.venv/bin/python -m scripts.make_api_docs` writes it. OpenAI's clients
have [paths of their own](openai.md).

```sh
curl --unix-socket /run/voiced/voiced.sock http://voiced/api/v1/chat --json '{"message": "what time is it"}'
```
- All paths are below `/api/v1`. What is sent and answered is JSON, unless it says otherwise; a field that is none
  is refused.
- Whoever may use the socket may do everything. Whoever shows a key (`Authorization: Bearer vk_…`) may do what it is
  for: its scope is in the table; `admin` holds all others.
- Lists come in pages: `next` is the `cursor` of the page after it.
- Errors are problem details (RFC 9457, `application/problem+json`), with a `code` for programs and a `hint` that
  says what to do. 400: it cannot be used as it is; 503: a part of voiced, or somebody whom it needs, does not work
  now; 500: a fault of voiced. `Retry-After` tells when it may go, where that is known.
- Long work answers with JSON Lines: how far it is, five times a second, and in the last line its `result` or the
  `problem`. It ends when its client goes away.
- `events` are server-sent events. Who was cut off sends the last id (`Last-Event-ID`) and gets what came after it;
  the event `gap` tells how many are lost, where some are.
- `chat` with `"stream": true` answers with server-sent events: `piece` as often as there is one, then `answer`, or
  `problem`.
"""


def render(described: dict[str, Any]) -> str:
    """The page.

    Args:
        described: the API in OpenAPI's words.
    """
    groups: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method, each in methods.items():
            row = (
                f"`{method.upper()} {path.removeprefix(ROOT)}`",
                each["security"][0]["key"][0],
                _does(each),
                *_types(each),
            )
            groups.setdefault(each["tags"][0], []).append(" | ".join(row))
    head = "| route | scope | does | takes | gives |\n|---|---|---|---|---|\n"
    tables = (f"\n## {name}\n{head}" + "".join(f"| {row} |\n" for row in rows) for name, rows in groups.items())
    return HEAD + "".join(tables) + _shapes(described["components"]["schemas"])


def _does(each: dict[str, Any]) -> str:
    more = f". {' '.join(each['description'].split())}" if "description" in each else ""
    return f"{each['summary']}{more}".rstrip(".")


def _types(each: dict[str, Any]) -> tuple[str, str]:
    query = [parameter for parameter in each.get("parameters", ()) if parameter["in"] == "query"]
    asked = ", ".join(f"`{one['name']}`" for one in query)
    taken = _content(each.get("requestBody", {}))
    given = next(_content(answer) for status, answer in each["responses"].items() if status != "default")
    return (f"?{asked} " if asked else "") + taken, given


def _content(body: dict[str, Any]) -> str:
    def media(kind: str, schema: dict[str, Any]) -> str:
        shape = _shape(schema)
        return shape if kind == "application/json" else f"{shape} ({kind})" if shape else kind

    return ", or ".join(media(kind, each["schema"]) for kind, each in body.get("content", {}).items())


def _shape(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower().replace('.', '')})"
    if "anyOf" in schema:
        shapes = [_shape(each) for each in schema["anyOf"]]
        return " or ".join(shapes) if len(shapes) < MANY else "an event"
    if schema.get("type") == "array":
        return f"list of {_shape(schema['items'])}"
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        return f"names to {_shape(schema['additionalProperties'])}"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    return "" if schema.get("format") == "binary" else str(schema.get("type", "anything"))


def _shapes(schemas: dict[str, Any]) -> str:
    text = "\n# What goes in and comes out\n`*`: has to be there.\n"
    for name, schema in sorted(schemas.items()):
        about = " ".join(schema.get("description", "").split("\n\n")[0].split())
        fields = [
            f"`{field}`{'*' if field in schema.get('required', ()) else ''} {_shape(kind)}".rstrip()
            for field, kind in schema.get("properties", {}).items()
        ]
        text += f"\n### {name}\n{about}\n{'; '.join(fields) or _shape(schema)}\n"
    return text


async def described() -> dict[str, Any]:
    """The API of this version."""
    return document(application(ScriptedAgent(), FakeMachine()))


if __name__ == "__main__":
    PAGE.write_text(render(asyncio.run(described())), encoding="utf-8")
