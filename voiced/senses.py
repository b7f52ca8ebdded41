"""The microphone and the speaker, as they are set while voiced runs."""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import asdict, replace

from voiced.core.attention import Attention
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.errors import AudioFailed, ConfigInvalid
from voiced.core.events import AttentionChanged, Muted, VolumeChanged
from voiced.core.ports.audio import Audio
from voiced.turn.controls import EarControls
from voiced.turn.manner import Manner

if TYPE_CHECKING:
    from voiced.engines.wyoming_wake import WyomingWake

log = logging.getLogger(__name__)


class Senses:
    """Sets them, and tells everybody.

    Args:
        config: the configuration.
        audio: the microphone and the speaker.
        manner: how loud it speaks.
        remote: the servers that hear wake words.
        bus: told what was set.
        at: seconds of audio time, for events.
        live: what it hears is live; a replayed file cannot hear what voiced plays.

    Attributes:
        controls: what the ear is told.
        muted: the microphone is closed.
    """

    def __init__(
        self,
        config: Config,
        audio: Audio,
        manner: Manner,
        remote: "Sequence[WyomingWake]",
        bus: Bus,
        at: Callable[[], float],
        *,
        live: bool,
    ) -> None:
        self._audio, self._manner, self._remote, self._bus, self._at = audio, manner, remote, bus, at
        self._answered = config.dialogue.follow_up_s > 0
        self.controls = EarControls(hears_speaker=live)
        self.controls.attend(Attention(follow_up=self._answered, sensitivity=config.wake.sensitivity))
        self.muted = False

    def listen(self) -> None:
        """See `Agent`."""
        if self.muted:
            raise AudioFailed("the microphone is muted", hint="Open it with `voiced unmute`.")
        status = self._audio.status()
        if not status.listening:
            raise AudioFailed(status.problem or "the microphone is not open yet", hint=status.hint or None)
        self.controls.listen()

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """See `Agent`."""
        self.muted = muted
        self._audio.set_muted(muted)
        self._let_out()
        self.controls.forget_listen()
        self._bus.emit(Muted(muted, at=self._at()))

    def set_volume(self, percent: int) -> None:
        """See `Agent`."""
        self._manner.set_volume(percent)
        self._bus.emit(VolumeChanged(percent, at=self._at()))

    def restart_audio(self) -> None:
        """See `Agent`."""
        log.info("the audio process is ended, as asked")
        self._audio.restart()

    def set_attention(self, **wanted: bool | int | None) -> Attention:
        """See `Agent`."""
        if wanted.get("follow_up") and not self._answered:
            raise ConfigInvalid(
                "it is configured never to listen for an answer",
                hint="Set dialogue.follow_up_s to some seconds, and start voiced anew.",
            )
        named = {name: value for name, value in wanted.items() if value is not None}
        attention = replace(self.controls.attention(), **named)
        self.controls.attend(attention)
        if "wake_word" in named:
            self._let_out()
        self._bus.emit(AttentionChanged(attention, at=self._at()))
        return attention

    def resume(self, attention: Attention, *, sensitivity: bool) -> None:
        """Attends to what it attended to before, as far as it is configured to at all.

        Args:
            attention: what that was.
            sensitivity: the sensitivity is to be the same again, too.
        """
        configured = self.controls.attention()
        wanted = replace(
            attention,
            follow_up=attention.follow_up and self._answered,
            sensitivity=attention.sensitivity if sensitivity else configured.sensitivity,
        )
        if wanted != configured:
            self.set_attention(**asdict(wanted))

    def _let_out(self) -> None:
        """No sound leaves the box for a word that nobody wants to be heard."""
        for each in self._remote:
            each.set_muted(self.muted or not self.controls.attention().wake_word)
