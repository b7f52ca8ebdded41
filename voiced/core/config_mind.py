"""The configuration of who answers, of the dialogue and of quiet: sections of `core.config`."""

from typing import Annotated, Literal

from msgspec import Meta, field

from voiced.core.config_section import Section

Share = Annotated[float, Meta(ge=0, le=1)]
Mode = Literal["auto", "local", "rules"]


class RouteConfig(Section, frozen=True, kw_only=True):
    """Questions that go to a certain language model first: those that fit all of it. Tables are looked at in order."""

    first: Annotated[str, Meta(min_length=1, description="The model, as it is called in engines.llm.engine.")]
    words: Annotated[int, Meta(ge=0, le=10_000, description="Questions of at least so many words.")] = 0
    patterns: Annotated[
        list[str], Meta(description="Questions in which one of these regular expressions is found; empty: all.")
    ] = field(default_factory=list[str])
    channel: Annotated[
        str, Meta(pattern="^(voice|text)?$", description="Only what is said (voice) or written (text); empty: both.")
    ] = ""


class RouterConfig(Section, frozen=True, kw_only=True):
    """Who answers what no rule knows: the models of engines.llm.engine in their order, but for what stands here."""

    mode: Annotated[
        Mode, Meta(description="auto, local (no model on another machine is asked) or rules (no model at all).")
    ] = "auto"
    confidence: Annotated[
        Share,
        Meta(description="Speech that was understood with less, by the recogniser's own scale, goes to no model."),
    ] = 0.0
    slow_s: Annotated[
        float,
        Meta(gt=0, le=600, description="A model whose last answer took longer to begin is asked after the others."),
    ] = 10.0
    rules: Annotated[dict[str, RouteConfig], Meta(description="Questions that go to a certain model first.")] = field(
        default_factory=dict[str, RouteConfig]
    )


class DialogueConfig(Section, frozen=True, kw_only=True):
    """Talk that goes on without the wake word, and what was asked back."""

    follow_up_s: Annotated[
        float,
        Meta(ge=0, le=30, description="After a spoken question of voiced's it listens for so many seconds; 0: never."),
    ] = 5.0
    follow_up_after: Annotated[
        Literal["asked", "questions"],
        Meta(description="After what it needs to know (asked), or whatever ends with a question mark (questions)."),
    ] = "questions"
    answer_s: Annotated[
        float,
        Meta(
            ge=1,
            le=60,
            description="What was asked back aloud can be answered for so many seconds, also after the wake word.",
        ),
    ] = 10.0
    written_s: Annotated[
        float, Meta(ge=1, le=3600, description="What was asked back in writing can be answered for so many seconds.")
    ] = 120.0
    context_s: Annotated[
        float,
        Meta(
            ge=0,
            le=600,
            description="“And in the bedroom?” belongs to what was said so many seconds before; 0: to nothing.",
        ),
    ] = 90.0


Percent = Annotated[int, Meta(ge=0, le=100)]


class QuietConfig(Section, frozen=True, kw_only=True):
    """When and how it is quieter."""

    hours: Annotated[
        str,
        Meta(
            pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$",
            description="Quiet hours in local time, such as 22:00-07:00; empty: none.",
        ),
    ] = ""
    volume: Annotated[Percent, Meta(description="Percent of the usual volume in quiet hours; 0: nothing is heard.")] = (
        50
    )
    ring_volume: Annotated[
        int, Meta(ge=5, le=100, description="The same for alarms, timers and reminders, which are always heard.")
    ] = 80
    do_not_disturb: Annotated[
        bool, Meta(description="Announcements wait until quiet hours are over, but for those of high priority.")
    ] = False
    whisper: Annotated[
        int, Meta(ge=1, le=100, description="Percent of the usual volume after somebody said “whisper”.")
    ] = 30
