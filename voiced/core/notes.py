"""What is worth finding in a log: each kind under an id of its own, with the numbers and names that go with it."""

from enum import Enum


class Note(Enum):
    """Kinds of lines, by the ids under which journald has them (`journalctl MESSAGE_ID=…`)."""

    TURN_ENDED = "fdd25ea164354e559b2fa021c606e246"
    TURN_FAILED = "d95c325f57814cfb8e209b07f86b8054"
    MICROPHONE_LOST = "8b23440866c94ba48a910c1d01524608"
    MICROPHONE_FOUND = "3b0e5d11b6364037aa1888b16069112c"
    ENGINE_LOST = "b36079b7dc3349e6b44ebdab0ad5c4a1"
    ENGINE_FOUND = "fb7ed4f976a648c7906b09e08c410443"
    STORE_LOST = "1176870c621c4b41b8ba0f19fad045d5"
    STORE_FOUND = "22e65cb065e842e8a07ca3e7bf314bdd"


def noted(note: Note | None = None, **fields: str | float | None) -> dict[str, object]:
    """What goes with a line: `log.info("…", extra=noted(Note.TURN_ENDED, route="rules"))`.

    Args:
        note: its kind.
        fields: numbers, and names of parts; what is None or empty is left out.
    """
    return {"note": note, "fields": {name: value for name, value in fields.items() if value not in (None, "")}}
