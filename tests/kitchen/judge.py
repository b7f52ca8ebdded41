"""Whether what came of a step is what had to come of it: by facts, as the bus, the broker and the store know them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from tests.kitchen.ledger import Ledger, Promised
from tests.kitchen.script import Made, Step
from voiced.core.events import AnyEvent, PromiseCancelled, PromiseChanged, PromiseMade, Speaking, VolumeChanged
from voiced.core.explanation import Explanation

CLOSE_S = 2.0
"""What is said of the time that is left may be so much older than the answer's end."""
SLACK_S = 1.0
UNITS = {"hour": 3600, "minute": 60, "second": 1}


class Seen(Struct, frozen=True):
    """What came of a step.

    Attributes:
        events: all of them.
        orders: what reached the things of the home.
        states: of these, now.
        why: the turn, as it is kept; None where there was none.
        began: when audio time did, in seconds since 1970 (UTC).
        shopping: what is on the list.
        notes: how many there are.
    """

    events: Sequence[AnyEvent]
    orders: Sequence[str]
    states: Mapping[str, str]
    why: Explanation | None
    began: float
    shopping: Sequence[str]
    notes: int


def problems(step: Step, seen: Seen, ledger: Ledger, now: datetime) -> list[str]:
    """What is wrong; takes in what was promised.

    Args:
        step: what was to come of it.
        seen: what did.
        ledger: what was promised.
        now: local time.
    """
    return [
        *_promises(step, seen, ledger, now),
        *_changes(step, seen, ledger),
        *_home(step, seen),
        *_volume(step, seen),
        *_kept(step, seen),
        *(_understood(step, seen) if step.means else ()),
        *_answer(step, seen, ledger, now),
    ]


def _of(seen: Seen, kind: type) -> list:
    return [event for event in seen.events if isinstance(event, kind)]


def _promises(step: Step, seen: Seen, ledger: Ledger, now: datetime) -> Iterator[str]:
    made = _of(seen, PromiseMade)
    if len(made) != len(step.made):
        yield f"{len(made)} promises made, not {len(step.made)}: {[event.name for event in made]}"
    for wanted, event in zip(step.made, made, strict=False):
        due = _due(wanted, seen.began + event.at, now)
        called = wanted.name if wanted.spoken is None else wanted.spoken
        if (event.kind, event.name) != (wanted.kind, called) or abs(event.due - due) > SLACK_S:
            yield f"{event.kind} {event.name!r} due {event.due - due:+.1f} s from what was asked"
        ledger.promised[wanted.name] = Promised(event.promise, event.due)
    for event in made[len(step.made) :]:
        ledger.promised[f"{event.name}, for which nobody asked"] = Promised(event.promise, event.due)


def _changes(step: Step, seen: Seen, ledger: Ledger) -> Iterator[str]:
    changed = {event.promise: event.due for event in _of(seen, PromiseChanged)}
    if changed.keys() != {ledger.id(name) for name in step.changed}:
        yield f"{len(changed)} promises changed"
    for name, seconds in step.changed.items():
        promised = ledger.promised.get(name)
        if promised and abs(changed.get(promised.id, 0.0) - promised.due - seconds) > SLACK_S:
            yield f"{name} was changed to something else"
        if promised:
            promised.due = changed.get(promised.id, promised.due)
    gone = {event.promise for event in _of(seen, PromiseCancelled)}
    if gone != {ledger.id(name) for name in step.gone}:
        yield f"{len(gone)} promises called off"
    for each in ledger.promised.values():
        each.fate = "gone" if each.id in gone else each.fate


def _due(wanted: Made, made_at: float, now: datetime) -> float:
    if not wanted.due:
        return made_at + wanted.seconds
    hour, minute = map(int, wanted.due.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (due if due > now else due + timedelta(days=1)).timestamp()


def _home(step: Step, seen: Seen) -> Iterator[str]:
    if sorted(seen.orders) != sorted(step.does):
        yield f"the home was told {list(seen.orders)}"
    receipts = seen.why.notes.get("receipts", []) if seen.why and step.words else []
    for each in receipts:
        if each["outcome"] == "done" and each["state"] != seen.states[each["entity"]].casefold():
            yield f"{each['entity']} is kept as {each['state']}, and is {seen.states[each['entity']]}"
    ends = {receipt["outcome"] for receipt in receipts}
    # What was so before was done, too.
    if step.does and ends - {"unchanged"} != {step.outcome}:
        yield f"it came to {sorted(ends)}, not {step.outcome}"


def _volume(step: Step, seen: Seen) -> Iterator[str]:
    volumes = [event.volume for event in _of(seen, VolumeChanged)]
    if volumes != ([] if step.volume is None else [step.volume]):
        yield f"the volume went to {volumes}"


def _kept(step: Step, seen: Seen) -> Iterator[str]:
    if step.shopping is not None and sorted(seen.shopping) != sorted(step.shopping):
        yield f"on the list: {list(seen.shopping)}"
    if step.notes is not None and seen.notes != step.notes:
        yield f"{seen.notes} notes"


def _understood(step: Step, seen: Seen) -> Iterator[str]:
    intent = seen.why.intent if seen.why else ""
    if intent != step.means:
        yield f"understood as {intent or 'nothing'}"


def _answer(step: Step, seen: Seen, ledger: Ledger, now: datetime) -> Iterator[str]:
    """Where nobody said anything, what voiced said by itself is the answer."""
    answer = seen.why.answer if step.words and seen.why else " ".join(event.text for event in _of(seen, Speaking))
    for words in step.tells:
        if answer.casefold().count(words.casefold()) != 1:
            yield f"{words!r} is not in {answer!r} once"
    if step.state and not re.search(rf"\b{seen.states[step.state]}\b", answer):
        yield f"{step.state} is {seen.states[step.state]}, and not {answer!r}"
    if step.clock and not _tells_time(answer, now, step.clock):
        yield f"it is {now:%H:%M} here, and not {answer!r}"
    left = sorted(ledger.due(name) - now.timestamp() for name in step.left)
    if left and not _alike(sorted(_lengths(answer)), left):
        yield f"{[round(each) for each in left]} s are left, and not {answer!r}"


def _alike(told: Sequence[float], left: Sequence[float]) -> bool:
    """Whether lengths were right at some moment since the question was asked."""
    return len(told) == len(left) and all(-CLOSE_S <= one - other <= 15 for one, other in zip(told, left, strict=True))


def _tells_time(answer: str, now: datetime, zone: str) -> bool:
    """Whether the time is in an answer: now, or when it began to be said."""
    there = now if zone == "here" else now.astimezone(ZoneInfo(zone))
    lately = (there, there - timedelta(minutes=1))
    return any(f"{each.hour % 12 or 12}{f':{each.minute:02d}' if each.minute else ''}" in answer for each in lately)


def _lengths(answer: str) -> Iterator[float]:
    """All lengths of time in an answer, in seconds: "3 minutes and 5 seconds" is one."""
    part = rf"(\d+) ({'|'.join(UNITS)})s?"
    for found in re.finditer(rf"{part}(?:(?:, | and ){part})*", answer):
        yield float(sum(int(count) * UNITS[unit] for count, unit in re.findall(part, found[0])))
