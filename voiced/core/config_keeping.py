"""The part of the configuration that is about what is kept: where, how long, at what cost, and who may see it."""

from typing import Annotated, Literal

from msgspec import Meta, field

from voiced.core.config_section import Section, Share
from voiced.core.history import Privacy


class StoreConfig(Section, frozen=True, kw_only=True):
    """What is kept: conversations, timers, alarms and reminders, in one file."""

    folder: Annotated[
        str, Meta(description="The folder of the file and its backups; empty: /var/lib/voiced, or the user's own.")
    ] = ""
    encryption: Annotated[
        str,
        Meta(
            pattern="^(off|credential|keyfile|passphrase)$",
            description="Where the key of the file comes from: off (it is plain), credential, keyfile or passphrase.",
        ),
    ] = "off"
    key_file: Annotated[
        str, Meta(description="For keyfile: at least 32 random bytes that only voiced can read, not beside the file.")
    ] = ""
    passphrase_fd: Annotated[
        int,
        Meta(ge=-1, le=1023, description="The passphrase comes from this open file; -1: systemd or the terminal."),
    ] = -1
    space: Annotated[
        str, Meta(min_length=1, max_length=200, description="Where this box stands: what is said belongs to it.")
    ] = "home"
    patience_s: Annotated[
        float, Meta(ge=0, le=600, description="A file that cannot be opened at the start is tried again for so long.")
    ] = 10.0
    check_s: Annotated[
        float,
        Meta(ge=0, le=60, description="The check at the start takes no longer; the rest follows later."),
    ] = 1.0
    backup_hours: Annotated[
        float, Meta(ge=0, le=8760, description="Hours between backups; 0: only when asked to (`voiced backup`).")
    ] = 24.0
    backups: Annotated[int, Meta(ge=1, le=1000, description="Backups that are kept; the oldest go first.")] = 7
    continue_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Talk after a shorter pause belongs to the conversation before it.")
    ] = 300.0
    answers_mb: Annotated[
        int, Meta(ge=0, le=100_000, description="Room for answers of searches that are kept for a while.")
    ] = 20
    audit_days: Annotated[
        int, Meta(ge=1, le=36_500, description="Days for which the audit log is kept (`voiced audit`).")
    ] = 365


class PriceConfig(Section, frozen=True, kw_only=True):
    """What a model costs, in any currency. The name of the table is the model's."""

    tokens_in: Annotated[float, Meta(ge=0, le=1e6, description="A million tokens of prompts.")]
    tokens_out: Annotated[float, Meta(ge=0, le=1e6, description="A million tokens of answers.")]


class UsageConfig(Section, frozen=True, kw_only=True):
    """What may be spent: where a budget is spent, no language model is asked until it begins anew."""

    cost_per_day: Annotated[
        float, Meta(ge=0, le=1e9, description="Cost a local day, in the currency of the prices; 0: no limit.")
    ] = 0.0
    cost_per_month: Annotated[float, Meta(ge=0, le=1e9, description="The same a month; 0: no limit.")] = 0.0
    tokens_per_day: Annotated[
        int, Meta(ge=0, le=10**15, description="Tokens of prompts and answers a local day; 0: no limit.")
    ] = 0
    prices: Annotated[dict[str, PriceConfig], Meta(description="What models cost; others cost nothing.")] = field(
        default_factory=dict[str, PriceConfig]
    )


Days = Annotated[float, Meta(ge=0, le=36_500)]


class KeepConfig(Section, frozen=True, kw_only=True):
    """How long things are kept in one space."""

    message_days: Annotated[Days, Meta(description="What was said is forgotten after so many days; 0: never.")] = 0.0
    note_days: Annotated[Days, Meta(description="What was to be remembered, likewise.")] = 0.0
    document_days: Annotated[Days, Meta(description="Documents, likewise.")] = 0.0


class RetentionConfig(KeepConfig, frozen=True, kw_only=True):
    """How long things are kept. Words of them may stay in unused parts of the file and in backups: see `forget`."""

    spaces: Annotated[
        dict[str, KeepConfig], Meta(description="For what belongs to one space, instead of all of the above.")
    ] = field(default_factory=dict[str, KeepConfig])


class MemoryConfig(Section, frozen=True, kw_only=True):
    """What is remembered: notes, documents, and all that was said."""

    prompt_tokens: Annotated[
        int,
        Meta(ge=0, le=100_000, description="Memories take no more tokens of a prompt, by estimate; 0: there are none."),
    ] = 200
    deadline_s: Annotated[
        float, Meta(gt=0, le=10, description="To find them for a prompt takes no longer: what is late is left out.")
    ] = 0.15
    similarity: Annotated[
        Share, Meta(description="From this likeness to a question upwards, a memory belongs to it whatever its words.")
    ] = 0.35


Limit = Privacy | Literal["none"]
FarLimit = Literal["none", "public", "personal"]
"""What is sensitive or secret leaves the box by no setting."""


class PrivacyConfig(Section, frozen=True, kw_only=True):
    """What may be done with text, by how private it is: none, public, personal, sensitive, or secret and so any."""

    log: Annotated[Limit, Meta(description="The most private text that may be written into a log.")] = "personal"
    cache: Annotated[
        Limit, Meta(description="The most private answer whose sound is kept, to be spoken again from the disk.")
    ] = "personal"
    embed: Annotated[
        Limit, Meta(description="The most private text that is turned into a vector, to be found by its meaning.")
    ] = "sensitive"
    remote: Annotated[
        FarLimit, Meta(description="The most private text that a language model on another machine may see.")
    ] = "public"
    search: Annotated[FarLimit, Meta(description="The most private text that may be looked up on the web.")] = "public"
    folder: Annotated[
        str, Meta(description="A folder with rules of your own; empty: the folder privacy beside the configuration.")
    ] = ""
