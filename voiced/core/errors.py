"""What can go wrong, in words for the person who has to mend it.

Every error carries a code for programs, a message for people, and a hint that says what to do. Libraries' own
exceptions become one of these at the edge, in the file that wraps the library, with `translate`.
"""

from collections.abc import Generator
from contextlib import contextmanager


class VoicedError(Exception):
    """The parent of all errors of voiced.

    Args:
        message: what happened, in one sentence.
        code: the same for programs, kebab-case; the class's own unless given.
        hint: what to do about it.
        wait_s: seconds after which the same may succeed, where that is known; the class's own unless given.

    Attributes:
        retriable: the same may succeed a moment later.
    """

    code = "internal"
    hint = ""
    retriable = False
    wait_s: float | None = None

    def __init__(
        self, message: str, *, code: str | None = None, hint: str | None = None, wait_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.hint = hint if hint is not None else self.hint
        self.wait_s = wait_s if wait_s is not None else self.wait_s


class Told(VoicedError):
    """What is told to the user, too, in the language of the house; logs and programs get it in English.

    Args:
        text: the message, with places in braces.
        code: see `VoicedError`.
        hint: see `VoicedError`.
        fields: what stands in the places.
    """

    def __init__(self, text: str, *, code: str | None = None, hint: str | None = None, **fields: object) -> None:
        super().__init__(text.format(**fields) if fields else text, code=code, hint=hint)
        self.text = text
        self.fields = fields


class ConfigInvalid(VoicedError):
    """The configuration cannot be used."""

    code = "config-invalid"
    hint = "Run `voiced config check` after the change."


class ListenFailed(VoicedError):
    """An address cannot be listened at."""

    code = "listen-failed"
    hint = "It is tried again every few seconds; `ss -tlnp` tells who listens where."


class KeyMissing(VoicedError):
    """Nobody could show a key that is in force."""

    code = "no-key"
    hint = (
        "Make one, such as `voiced keys add phone --scope talk --expires-in 90d`;"
        " or listen at 127.0.0.1: see [http] in the configuration."
    )


class Busy(VoicedError):
    """Others are served first, or wait already."""

    code = "busy"
    hint = "Try again in a moment."
    retriable = True
    wait_s = 1.0


class InputInvalid(VoicedError):
    """A file, a request or a message cannot be used as it is."""

    code = "input-invalid"


class WireBroken(VoicedError):
    """The other side of a socket sent something that is no frame, or too large a one."""

    code = "wire-broken"


class AudioFailed(VoicedError):
    """The microphone or the speaker does not work."""

    code = "audio-failed"
    hint = "Run `voiced devices` to see what there is, and `voiced doctor` to test it."


class WakeFailed(VoicedError):
    """A wake word cannot be listened for."""

    code = "wake-failed"


class VadFailed(VoicedError):
    """The voice activity detector does not work."""

    code = "vad-failed"


class SttFailed(VoicedError):
    """Speech could not be transcribed."""

    code = "stt-failed"


class IntentsInvalid(VoicedError):
    """The sentence templates cannot be used."""

    code = "intents-invalid"


class SkillFailed(Told):
    """A skill could not do what it was asked."""

    code = "skill-failed"


class SearchFailed(Told):
    """Nothing could be looked up."""

    code = "search-failed"
    hint = "See [search] in the configuration."
    retriable = True


class HomeFailed(Told):
    """The home could not be asked, or did not do what it was asked."""

    code = "home-failed"


class HomeUnreachable(HomeFailed):
    """The broker or Home Assistant cannot be reached."""

    code = "home-unreachable"
    hint = "`voiced home status` tells what voiced is connected to, and why not."
    retriable = True


class TtsFailed(VoicedError):
    """Text could not be spoken."""

    code = "tts-failed"


class StoreFailed(VoicedError):
    """What is kept cannot be read or written."""

    code = "store-failed"
    hint = "Run `voiced db check`."


class StoreBusy(StoreFailed):
    """Somebody else uses the file, or too much is waiting to be written."""

    code = "store-busy"
    hint = "Try again in a moment."
    retriable = True
    wait_s = 1.0


class StoreFull(StoreFailed):
    """There is no room left."""

    code = "store-full"
    hint = "Make room on the disk; what is said meanwhile is answered, but not kept."
    retriable = True


class StoreBroken(StoreFailed):
    """The disk does not do what it is asked: an I/O error, or a disk that can only be read."""

    code = "store-io"
    hint = "Look at the disk: `dmesg` tells more. A memory card that fails once will fail again: back up now."
    retriable = True


class StoreDamaged(StoreFailed):
    """The file is not what was written."""

    code = "store-damaged"
    hint = "The next start of the daemon saves what can be read, and keeps the original beside it."


class StoreNewer(StoreFailed):
    """The file was written by a newer version."""

    code = "store-newer"
    hint = "Update voiced; or move the file away, and bring back a backup of the older version with `voiced restore`."


class StoreForeign(StoreFailed):
    """The file is another program's."""

    code = "store-foreign"
    hint = "Choose another place with store.folder, or move the file away."


class StoreLocked(StoreFailed):
    """The file is encrypted, and its key is not at hand."""

    code = "store-locked"
    hint = "Say with store.encryption where its key comes from; `voiced encryption status` shows what it needs."


class StoreKeyWrong(StoreFailed):
    """A key, a passphrase or a key file that is not the one of the file: nothing was touched."""

    code = "store-key-wrong"
    hint = "Try the passphrase again, or bring the right key. Nothing was changed."


class StorePlain(StoreFailed):
    """The file is not encrypted, though it is to be."""

    code = "store-plain"
    hint = "Run `voiced encryption on`, or set store.encryption to off."


class StoreHeld(StoreFailed):
    """Another process of voiced uses the file."""

    code = "store-held"
    hint = "There is one voiced to a file: use the daemon that has it, stop it, or wait until a command is done."
    retriable = True


class StoreRefused(StoreFailed):
    """A rule of the file forbids it: never tried again."""

    code = "store-refused"
    hint = "This is a fault of voiced: please report it."


class NotFound(StoreFailed):
    """There is nothing of that name."""

    code = "not-found"
    hint = "List what there is, and use its id."


class KeyRefused(VoicedError):
    """A key opens nothing."""

    code = "key-refused"
    hint = "`voiced keys` lists those that do; `voiced keys add` makes one."


class ScopeMissing(VoicedError):
    """A key is for something else."""

    code = "scope-missing"
    hint = "Use another key: `voiced keys add --scope` tells what it is for."


class TooManyRequests(VoicedError):
    """Somebody asks more than is his share."""

    code = "rate-limited"
    hint = "Wait as long as the header Retry-After says; see [http] in the configuration."
    retriable = True


class HostRefused(VoicedError):
    """A request was meant for somebody else."""

    code = "host-refused"
    hint = "Use an IP address, or name this name in http.names."


class BudgetSpent(VoicedError):
    """No more may be spent for now."""

    code = "budget-spent"
    hint = "`voiced usage budget` tells when it begins anew; see [usage] in the configuration."


class EngineMissing(ConfigInvalid):
    """An engine's package is not installed, or cannot be loaded."""

    code = "engine-missing"
    hint = "Install the package that brings it; for one of voiced's own, `voiced doctor` tells the command."


class LlmFailed(VoicedError):
    """A language model has no (further) answer."""

    code = "llm-failed"
    hint = "See the log; `voiced doctor` tries the model."


class EmbedFailed(VoicedError):
    """A text could not be turned into a vector."""

    code = "embed-failed"
    hint = "See the log; `voiced doctor` tries the model."


class TooPrivate(VoicedError):
    """A text may not leave this machine."""

    code = "too-private"
    hint = "A language model on this machine can answer it; privacy.remote in the configuration tells what may leave."


class ModelMissing(VoicedError):
    """An engine's model is not on this machine."""

    code = "model-missing"
    hint = "`voiced models list` shows what there is, and `voiced models pull` brings it."


class ModelBroken(VoicedError):
    """A model file is damaged, or not what it is taken for."""

    code = "model-broken"
    hint = "Bring it again with `voiced models pull`: `voiced models list` tells its name."


class RemoteUnreachable(VoicedError):
    """An engine on another machine does not answer."""

    code = "remote-unreachable"
    hint = "Is it switched on, and its address right? See engines.remote in the configuration."


class EngineDied(VoicedError):
    """A child process ended, or was ended."""

    code = "engine-died"
    hint = "It is started again by itself; if this comes back, see the log."


class DeadlinePassed(VoicedError):
    """An engine took too long and was ended."""

    code = "deadline-passed"
    hint = "A smaller model or a faster machine answers in time."


class NotReady(VoicedError):
    """The daemon lives, but cannot do its work."""

    code = "not-ready"
    hint = "`voiced doctor` tells more; what hangs is started again by itself."
    retriable = True


class DaemonRunning(VoicedError):
    """Another daemon holds the socket."""

    code = "daemon-running"
    hint = "There can be one at a time. Use it with `voiced status`, or stop it first."


class DaemonUnreachable(VoicedError):
    """No daemon answers on the socket."""

    code = "daemon-unreachable"
    hint = "Start one with `voiced run`."


@contextmanager
def translate(
    *foreign: type[BaseException], to: type[VoicedError], message: str, hint: str | None = None
) -> Generator[None]:
    """Turns a library's exceptions into one of ours, with the original as its cause.

    Args:
        foreign: the library's exceptions.
        to: ours.
        message: what failed; the library's own words are added.
        hint: what to do about it.
    """
    try:
        yield
    except foreign as error:
        raise to(f"{message}: {error}", hint=hint) from error
