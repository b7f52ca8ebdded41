"""A scope as a condition on what is remembered."""

from typing import Any

from voiced.core.memories import Scope


def condition(scope: Scope) -> tuple[str, list[Any]]:
    """The rule for rows of the view `remembered`, and its values; none where all are meant."""
    rules: list[tuple[str, list[Any]]] = [
        (f"kind IN ({', '.join('?' * len(scope.kinds))})", list(scope.kinds)),
        ("space = ?", _given(scope.space)),
        ("user = ?", _given(scope.user)),
        ("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", _given(scope.tag)),
        ("at >= ?", _given(scope.since)),
        ("at < ?", _given(scope.until)),
        ("kind = 'message' AND reference = ?", _given(scope.conversation)),
        ("reference = ?", _given(scope.source)),
    ]
    where = " AND ".join(rule for rule, values in rules if values)
    return where or "1", [value for _, values in rules for value in values]


def _given(value: object) -> list[Any]:
    return [] if value is None else [value]
