"""What a turn is made with, handed in by the daemon."""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config_mind import RouterConfig
from voiced.core.history import Privacy
from voiced.core.ports.audio import Audio
from voiced.core.ports.clock import Clock
from voiced.core.ports.elsewhere import Elsewhere
from voiced.core.ports.home import Assist
from voiced.core.ports.skill import Reply, Skill
from voiced.core.ports.stt import Stt
from voiced.core.ports.tts import Tts
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Clip, Earcon
from voiced.turn.controls import EarControls
from voiced.turn.dialogue import Dialogue
from voiced.turn.manner import Manner
from voiced.turn.progress import Progress
from voiced.turn.record import Record
from voiced.turn.router import Router
from voiced.turn.thinking import Thinking


async def _nothing(_: str) -> Reply | None:
    return None


class Parts(Struct, frozen=True):
    """Engines, rules, skills, and what connects them.

    Attributes:
        audio: the microphone and the speaker.
        stt: the recogniser.
        tts: the voice.
        manner: how loud and how fast it speaks, and what waits until it may disturb.
        dialogue: what a sentence means, by itself and after what was said before.
        skills: intent to the skill that answers it.
        earcons: the short sounds; empty for none.
        bus: told everything that happens.
        clock: the time.
        controls: what the ear is told.
        progress: what the ear asks about the words so far.
        activity: who computes right now.
        record: keeps what is said.
        privacy_of: how private a text is.
        router: chooses who answers.
        may_log: tells whether a text may be written into the log.
        thinking: answers with a language model what no rule knows; None: nobody does.
        assist: answers what it knows of the home; None: nobody does.
        speech: puts into words what the turn itself says.
        elsewhere: tells who else answers what is spoken, if anybody does.
        recollect: answers from what the user noted what nobody else knows; None: nothing was noted about it.
    """

    audio: Audio
    stt: Stt
    tts: Tts
    manner: Manner
    dialogue: Dialogue
    skills: Mapping[str, Skill]
    earcons: Mapping[Earcon, Clip]
    bus: Bus
    clock: Clock
    controls: EarControls
    progress: Progress
    activity: Activity
    record: Record
    privacy_of: Callable[[str], Privacy]
    may_log: Callable[[str], bool]
    router: Router = Router(RouterConfig(), frozenset({"public"}))
    thinking: Thinking | None = None
    assist: Assist | None = None
    speech: Speech = ENGLISH
    elsewhere: Callable[[], Elsewhere | None] = lambda: None
    recollect: Callable[[str], Awaitable[Reply | None]] = _nothing
