"""Models that engines load, and how work on them goes, as plain values."""

from collections.abc import Callable

from msgspec import Struct


class Listed(Struct, frozen=True, kw_only=True):
    """A model.

    Attributes:
        name: what people and settings call it.
        engine: the engine that loads it.
        languages: two letters each, or `multilingual`; none if it is not in the catalogue any more.
        bytes: on the disk; None if it is not known.
        ram_mb: megabytes of memory that its engine needs; None if it is not known.
        licence: SPDX.
        licence_url: where it can be read.
        note: what somebody has to know.
        suits: machines on which it should be fast enough.
        state: in use, installed, damaged (it is here, but not as it was brought), missing (it is set, but not here);
            empty if it can be brought.
        fetched: bytes of it that a pull left behind which did not end; the next one goes on from there.
        path: the file that its engine loads; None if it is not here and whole.
    """

    name: str
    engine: str
    languages: list[str] = []
    bytes: int | None = None
    ram_mb: int | None = None
    licence: str
    licence_url: str = ""
    note: str = ""
    suits: list[str] = []
    state: str = ""
    fetched: int = 0
    path: str | None = None


class Step(Struct, frozen=True, tag_field="event", tag="progress"):
    """How far something is with a file of a model.

    Attributes:
        model: its name.
        file: which one of its files.
        doing: downloading, copying or checking.
        done: bytes.
        total: bytes.
    """

    model: str
    file: str
    doing: str
    done: int
    total: int


class Pulled(Struct, frozen=True, tag_field="event", tag="pulled"):
    """A model that is here now.

    Attributes:
        model: its name.
        path: the file that its engine loads.
        bytes: of all its files.
        source: where it came from.
        commit: of the repository; empty if it was copied.
        new: it was not here before, or not whole.
    """

    model: str
    path: str
    bytes: int
    source: str
    commit: str
    new: bool


class Verified(Struct, frozen=True, tag_field="event", tag="verified"):
    """How a model is.

    Attributes:
        model: its name.
        good: it is what was brought.
        problem: what is wrong with it; empty if nothing is.
        hint: what to do about it.
    """

    model: str
    good: bool
    problem: str = ""
    hint: str = ""


Tell = Callable[[Step], None]


class ModelSet(Struct, frozen=True, tag_field="event", tag="set"):
    """A model that is put to use.

    Attributes:
        file: where that was written.
        set: the settings.
        overridden: those of them that something else sets, too, which comes later: what that is.
        restart: the daemon has to be started again for it.
    """

    file: str
    set: dict[str, str | int | list[str]]
    overridden: dict[str, str] = {}
    restart: bool = True
