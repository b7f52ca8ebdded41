"""Can sound come in and go out: cards, permissions, who else uses them?"""

from collections.abc import Sequence

from msgspec import Struct

from voiced.core.machine import Card
from voiced.setup.doctor import Finding, Health

SERVERS = ("pipewire", "pulseaudio", "wireplumber", "voiced")
"""Those that share a card with others, and ourselves."""


class Holder(Struct, frozen=True):
    """A program that has a card open.

    Attributes:
        card: its number.
        part: microphone or speaker.
        program: its name.
        pid: its process.
    """

    card: str
    part: str
    program: str
    pid: int


class SoundFacts(Struct, frozen=True):
    """What there is of sound.

    Attributes:
        cards: the sound cards; None where the system does not tell.
        server: a sound server answers.
        usable: this user may open the cards; None where there are none.
        member: this user is in the group `audio`.
        user: its name.
        holders: programs that have a card open.
    """

    cards: Sequence[Card] | None
    server: bool
    usable: bool | None
    member: bool
    user: str
    holders: Sequence[Holder] = ()


def cards(facts: SoundFacts) -> Finding | None:
    """Judges which sound cards there are. A sound server may have others than the kernel, so then it is not judged."""
    if facts.server or facts.cards is None:
        return None
    if not facts.cards:
        hint = (
            "Plug in a USB microphone or speaker. A board on the pins needs its overlay in /boot/firmware/config.txt."
        )
        return Finding("sound cards", Health.BAD, "there is none", hint)
    names = ", ".join(card.name for card in facts.cards)
    if not any(card.microphone for card in facts.cards):
        return Finding("sound cards", Health.BAD, f"no microphone: {names}", "Plug in a USB microphone.")
    if not any(card.speaker for card in facts.cards):
        return Finding("sound cards", Health.BAD, f"no speaker: {names}", "Plug in a speaker.")
    return Finding("sound cards", Health.GOOD, names)


def access(facts: SoundFacts) -> Finding | None:
    """Judges whether this user may use the cards."""
    if facts.server or facts.usable is None:
        return None
    if facts.usable:
        return Finding("sound access", Health.GOOD, facts.user)
    found = f"{facts.user} may not use the sound cards"
    if facts.member:
        return Finding("sound access", Health.BAD, found, "You are in the group `audio` since a moment: log in again.")
    hint = f"Join the group: `sudo usermod -aG audio {facts.user}`, then log in again."
    return Finding("sound access", Health.BAD, found, hint)


def busy(facts: SoundFacts) -> Finding | None:
    """Judges whether another program has a card for itself."""
    others = [holder for holder in facts.holders if not holder.program.startswith(SERVERS)]
    if not others:
        return None
    told = ", ".join(f"{each.program} ({each.pid}) has the {each.part} of card {each.card}" for each in others)
    hint = "End it; or use a sound server (PipeWire), which shares cards."
    return Finding("sound in use", Health.WARNING, told, hint)
