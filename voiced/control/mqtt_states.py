"""What a broker is told of how voiced is, and of what happens: never what people say, unless that is wanted. Pure."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from voiced.core.announcing import DoNotDisturb
from voiced.core.events import (
    AnyEvent,
    ButtonPressed,
    Failed,
    Heard,
    Interrupted,
    NotUnderstood,
    PromiseCancelled,
    PromiseChanged,
    PromiseEvent,
    PromiseMade,
    PromiseMissed,
    PromiseRang,
    Routed,
    Speaking,
    Spoken,
    TurnEnded,
    Woke,
)
from voiced.core.history import Privacy
from voiced.core.status import MachineStatus, PromiseStatus, Status

RECENT = 100
"""Turns of which the middle one's latency is told."""
LONGEST_STATE = 255
"""Characters of a state that Home Assistant takes."""
STEP_S = 30.0
"""A clock that is put right by less does not change since when voiced runs."""
TIMER_EVENTS: Mapping[type[PromiseEvent], str] = {
    PromiseMade: "started",
    PromiseChanged: "updated",
    PromiseRang: "finished",
    PromiseMissed: "finished",
    PromiseCancelled: "cancelled",
}


class States:
    """The state of everything, as of now.

    Attributes:
        machine: how the machine was when it was last looked at.
    """

    def __init__(self) -> None:
        self.machine = MachineStatus()
        self._route: str | None = None
        self._talk: str | None = None
        self._latencies_ms = deque[float](maxlen=RECENT)
        self._since: float | None = None

    def take(self, event: AnyEvent) -> None:
        """Takes in one event."""
        if isinstance(event, Routed):
            self._route = event.tier
        if isinstance(event, Woke):
            self._talk = event.turn
        if isinstance(event, TurnEnded) and event.turn == self._talk:
            self._talk = None
        if isinstance(event, TurnEnded) and event.timeline.endpoint is not None:
            first = event.timeline.first_audio
            if first is not None:
                self._latencies_ms.append(1000 * first)

    def all(self, status: Status, disturb: DoNotDisturb, now: float) -> dict[str, Any]:
        """The state of each entity, by its key.

        Args:
            status: of the daemon.
            disturb: whether announcements wait.
            now: seconds since 1970 (UTC).
        """
        timers, latencies = _timers(status), sorted(self._latencies_ms)
        due = min((each.due for each in timers if each.due is not None), default=None)
        return {
            "satellite": status.state,
            "conversation": self._talk is not None,
            "muted": status.muted,
            "volume": status.volume,
            "do_not_disturb": disturb.on,
            "wake_word": status.attention.wake_word,
            "follow_up": status.attention.follow_up,
            "sensitivity": status.attention.sensitivity,
            "next_timer": _moment(due),
            "active_timers": len(timers),
            "microphone_problem": bool(status.audio.problem),
            "degraded": bool(ailing(status)),
            "uptime": _moment(self._began(now - status.uptime_s)),
            "latency_p50": round(median(latencies)) if latencies else None,
            "latency_p95": round(latencies[95 * len(latencies) // 100]) if latencies else None,
            "route": self._route,
            "model": _models(status),
            "postponed": status.load.postponed,
            "temperature": _rounded(self.machine.celsius),
            "processor": _rounded(self.machine.processor_percent),
            "memory": _rounded(self.machine.memory_percent),
        }

    def _began(self, since: float) -> float:
        if self._since is None or abs(since - self._since) > STEP_S:
            self._since = since
        return self._since


def attributes(status: Status) -> dict[str, dict[str, Any]]:
    """What is told more, by the entity's key. A timer's name is its user's, and is not told."""
    timers = [{"id": each.id, "due": _moment(each.due)} for each in _timers(status)]
    return {"active_timers": {"timers": timers}, "degraded": {"parts": ailing(status)}}


def ailing(status: Status) -> list[str]:
    """The parts that do not work."""
    parts = {each.kind for each in status.engines if each.problem}
    parts |= {each.kind for each in status.home.connections if each.problem}
    parts |= {"microphone"} if status.audio.problem else set()
    parts |= {"store"} if status.store.problem or status.store.damage else set()
    return sorted(parts)


class Happenings:
    """What happens, as events of Home Assistant.

    Args:
        may_tell: whether a text, of this class at the least, may be told.
    """

    def __init__(self, may_tell: Callable[[str, Privacy], bool]) -> None:
        self._may_tell = may_tell
        self._privacy: Privacy = "public"

    def told(self, event: AnyEvent) -> tuple[str, dict[str, Any]] | None:
        """The entity's key and what is told there; None: nothing."""
        if isinstance(event, PromiseEvent):
            if event.kind != "timer":
                return None
            return "timer", {"event_type": TIMER_EVENTS[type(event)], "id": event.promise, "due": _moment(event.due)}
        if isinstance(event, ButtonPressed):
            return "button", {"event_type": event.press}
        told = self._of_turn(event)
        return ("turn", {**told, "turn": event.turn}) if told else None

    def _of_turn(self, event: AnyEvent) -> dict[str, Any] | None:
        told: dict[str, Any] | None = None
        match event:
            case Woke(word):
                told = {"event_type": "wake", "word": word}
            case Heard(text, confidence):
                told = {"event_type": "stt", "confidence": round(confidence, 2), **self._text(text, "public")}
            case NotUnderstood(reason):
                told = {"event_type": "not_understood", "reason": reason}
            case Speaking(_, privacy):
                self._privacy = privacy
            case Spoken(text, complete):
                told = {"event_type": "reply", "complete": complete, **self._text(text, self._privacy)}
            case Interrupted(by):
                told = {"event_type": "stopped", "by": by}
            case Failed(code):
                told = {"event_type": "error", "code": code}
            case _:
                pass
        return told

    def _text(self, text: str, privacy: Privacy) -> dict[str, str]:
        return {"text": text} if self._may_tell(text, privacy) else {}


def _timers(status: Status) -> list[PromiseStatus]:
    return [each for each in status.promises if each.kind == "timer"]


def _models(status: Status) -> str | None:
    """The language models that can answer now, by the names of their files, or of servers."""
    names = [each.model or each.engine for each in status.engines if each.kind == "llm" and not each.problem]
    return ", ".join(names)[:LONGEST_STATE] or None


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
