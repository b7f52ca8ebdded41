"""What a model's call of a tool is held to."""

import json
from importlib.util import find_spec
from typing import Any

import pytest

from voiced.core.chat import Tool

if not find_spec("llama_cpp"):
    pytest.skip("the extra llama is not installed", allow_module_level=True)

from voiced.engines.tool_calls import grammar

ANY = grammar([Tool("odd", "", {"type": "object"})])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no such type"},
        {"$ref": "elsewhere"},
        {"$ref": 1},
        {"oneOf": []},
        {"enum": None},
        {"pattern": "^*$"},
        {"pattern": "^a{x}$"},
        json.loads('{"items":' * 500 + "{}" + "}" * 500),
    ],
)
def test_a_schema_that_cannot_be_read_asks_for_any_arguments(schema: dict[str, Any]) -> None:
    assert grammar([Tool("odd", "", {"properties": {"x": schema}})]) == ANY
