"""Promises through the whole pipeline: set by voice, rung, stopped, snoozed, missed and told, on a clock that jumps."""

import asyncio
from datetime import UTC, datetime

from msgspec.structs import replace

from tests.fakes.engines import ScriptedStt
from tests.fakes.promises import FaultyPromises
from tests.home.households import INTENTS
from tests.pipeline.playbook import Play, asks, does, says_nothing, speaks, wakes
from tests.sentences import rules
from voiced.core.answers import load_speech
from voiced.core.commands import Say, Stop
from voiced.core.config import PromisesConfig
from voiced.core.errors import AudioFailed
from voiced.core.events import Failed, Interrupted, PromiseMissed, PromiseRang, Speaking, Spoken
from voiced.core.promises import Promise, Schedule
from voiced.core.types import Earcon, Purpose
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.snooze import SnoozeSkill
from voiced.skills.timers import TimersSkill
from voiced.turn.dialogue import Dialogue
from voiced.turn.earcons import earcons
from voiced.turn.scheduler import Scheduler

SEVEN = datetime(2026, 11, 25, 7, 0, tzinfo=UTC).timestamp()
DONE = "Your timer is done."


class Household(Play):
    """A pipeline with a scheduler; it begins at seven on a Wednesday morning."""

    def __init__(
        self,
        *heard: str,
        store: FaultyPromises | None = None,
        length: float = 30.0,
        language: str = "en",
        **config: float,
    ) -> None:
        super().__init__(ScriptedStt(*heard), length=length)
        speech = load_speech(INTENTS, language)
        self.length = length
        self.audio._began = SEVEN
        self.store = store or FaultyPromises()
        self.promises = Scheduler(
            self.audio,
            self.bus,
            self.store,
            self.inbox.put,
            sound=earcons()[Earcon.ALARM],
            at=self.audio.monotonic,
            config=PromisesConfig(**config),
            speech=speech,
        )
        skills = [
            TimersSkill(self.promises, speech),
            AlarmsSkill(self.promises, self.audio.now, speech),
            RemindersSkill(self.promises, self.audio.now, speech),
            SnoozeSkill(self.promises, speech),
        ]
        self.parts = replace(
            self.parts,
            dialogue=Dialogue(rules(language).understand),
            speech=speech,
            skills={intent: skill for skill in skills for intent in skill.intents},
        )

    async def live(self, *script):
        ringing = asyncio.create_task(self.promises.run())
        try:
            await self.run(script, self.length)
        finally:
            ringing.cancel()
            await asyncio.wait([ringing])
        return self

    def all(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def said(self):
        return [event.text for event in self.all(Speaking)]

    @property
    def rows(self):
        return list(self.store._kept.values())


def household(*script, heard=(), **options):
    async def run():
        return await Household(*heard, **options).live(*script)

    return asyncio.run(run())


def kept(*promises):
    store = FaultyPromises()
    store._kept = {promise.id: promise for promise in promises}
    return store


def missed_timer():
    return Promise(
        id="t",
        kind="timer",
        made_at=SEVEN - 3600,
        changed_at=SEVEN - 3600,
        due=SEVEN - 3300,
        seconds=300,
        boot="another",
    )


def test_a_timer_set_by_voice_rings_until_the_wake_word():
    lived = household(
        wakes(0.5, "a"),
        speaks(0.8, 2.0, "a"),
        wakes(15.0, "b"),
        says_nothing(19.0, "b"),
        heard=["set a timer for five seconds"],
    )
    assert lived.said[0] == "Timer set for 5 seconds."
    assert set(lived.said[1:]) == {DONE}
    assert len(lived.said) > 2
    assert [event.by for event in lived.all(Interrupted)] == ["hey_jarvis"]
    assert max(event.at for event in lived.all(Speaking)) < 15
    assert [(row.state, row.unheard) for row in lived.rows] == [("done", None)]


def test_a_german_timer_is_set_rings_and_is_snoozed_in_german():
    lived = household(
        wakes(0.5, "a"),
        speaks(0.8, 2.0, "a"),
        wakes(12.0, "b"),
        speaks(12.3, 13.0, "b"),
        asks(16.0, "wie lange läuft der Timer noch?"),
        asks(20.0, "erinnere mich in zehn Minuten daran, meine Nudeln abzugießen"),
        heard=["Stell einen Pizza-Timer auf fünf Sekunden.", "schlummern"],
        language="de",
        length=35.0,
    )
    spoken = list(dict.fromkeys(lived.said))
    assert spoken[:3] == [
        "Pizza-Timer gestellt auf 5 Sekunden.",
        "Dein Pizza-Timer ist abgelaufen.",
        "Ich melde mich wieder in 9 Minuten.",
    ]
    assert spoken[3].startswith("Noch 8 Minuten und ")
    assert spoken[4] == "Ich erinnere dich in 10 Minuten daran, deine Nudeln abzugießen."


def test_a_bare_stop_ends_a_ring():
    lived = household(
        asks(0.5, "set a timer for one second", aloud=False),
        speaks(6.0, 6.4, "x", Purpose.INTERRUPTION),
        heard=["stop"],
    )
    assert [event.by for event in lived.all(Interrupted)] == ["stop"]
    assert [row.state for row in lived.rows] == ["done"]


def test_a_bare_snooze_lets_it_ring_again_later():
    lived = household(
        asks(0.5, "set a tea timer for one second", aloud=False),
        speaks(6.0, 6.4, "x", Purpose.INTERRUPTION),
        does(28.0, Stop("control")),
        heard=["snooze"],
        snooze_s=10.0,
    )
    assert "Snoozed for 10 seconds." in lived.said
    first, second = lived.all(PromiseRang)
    assert (first.name, second.name) == ("tea", "tea")
    assert second.at - first.at > 10
    assert [row.state for row in lived.rows] == ["done", "done"]
    snoozed = lived.said.index("Snoozed for 10 seconds.")
    quiet = [event.at for event in lived.all(Speaking)][snoozed : snoozed + 2]
    assert quiet[1] - quiet[0] > 9


def test_a_bare_snooze_means_nothing_where_nothing_rings():
    talk = does(1.0, Say("word " * 20)), speaks(3.0, 3.4, "x", Purpose.INTERRUPTION)
    assert not household(*talk, heard=["snooze it"]).all(Interrupted)
    assert household(*talk, heard=["stop it"]).all(Interrupted)


def test_after_the_wake_word_it_can_be_snoozed_too():
    lived = household(
        asks(0.5, "set a timer for one second", aloud=False),
        wakes(6.0, "a"),
        speaks(6.3, 7.0, "a"),
        heard=["snooze for twenty minutes"],
    )
    assert lived.said[-1] == "Snoozed for 20 minutes."
    assert sorted(row.state for row in lived.rows) == ["active", "done"]


def test_a_ring_that_nobody_stops_ends():
    lived = household(asks(0.5, "set a timer for one second", aloud=False), ring_s=10.0)
    assert 10 < max(event.at for event in lived.all(Spoken)) < 18
    assert [row.state for row in lived.rows] == ["done"]


def test_what_was_missed_is_told_once_and_is_over_when_it_was_told():
    lived = household(store=kept(missed_timer()))
    assert lived.said == ["Your five-minute timer rang at 6:05."]
    assert [row.state for row in lived.rows] == ["done"]
    assert len(lived.all(PromiseMissed)) == 1


def test_it_stays_untold_until_it_was_said_to_its_end():
    lived = household(store=kept(missed_timer()), length=1.0)
    assert not lived.all(Spoken)[-1].complete
    assert [row.unheard for row in lived.rows] == [SEVEN - 3300]


def test_the_wake_word_ends_the_telling():
    lived = household(wakes(1.0), says_nothing(5.0), store=kept(missed_timer()))
    assert len(lived.said) == 1
    assert [row.state for row in lived.rows] == ["done"]


def test_a_fresh_alarm_rings_until_it_is_stopped():
    alarm = Promise(
        id="a", kind="alarm", made_at=0, changed_at=0, due=SEVEN - 300, schedule=Schedule("06:55", "2026-11-25")
    )
    lived = household(does(20.0, Stop("control")), store=kept(alarm))
    assert set(lived.said) == {"Your alarm rang at 6:55."}
    assert len(lived.said) > 2
    assert [row.state for row in lived.rows] == ["done"]


def broken_until(lived, second):
    play = lived.audio.play

    async def playing(clips, progress):
        if lived.audio.monotonic() < second:
            raise AudioFailed("there is no speaker")
        await play(clips, progress)

    lived.audio.play = playing
    return lived


def test_a_ring_is_heard_as_soon_as_the_speaker_is_back(caplog):
    async def run():
        lived = broken_until(Household(), 12.0)
        return await lived.live(asks(0.5, "set a timer for one second", aloud=False), does(25.0, Stop("control")))

    lived = asyncio.run(run())
    assert lived.all(Speaking)[0].at < 16
    assert set(lived.said) == {DONE}
    assert [row.state for row in lived.rows] == ["done"]
    assert len(caplog.records) == 1, "a speaker that fails is told once in a ring"


def test_what_was_cut_short_before_it_sounded_is_told_again():
    async def run():
        lived = Household(store=kept(missed_timer()), length=60.0)
        play = lived.audio.play

        async def playing(clips, progress):
            await lived.audio.sleep(max(0.0, 3.0 - lived.audio.monotonic()))
            await play(clips, progress)

        lived.audio.play = playing
        return await lived.live(does(1.0, Stop("control")))

    lived = asyncio.run(run())
    assert lived.said == ["Your five-minute timer rang at 6:05."]
    assert [row.state for row in lived.rows] == ["done"]


def test_what_was_missed_is_told_when_the_speaker_is_back():
    async def run():
        return await broken_until(Household(store=kept(missed_timer()), length=60.0), 20.0).live()

    lived = asyncio.run(run())
    assert lived.said == ["Your five-minute timer rang at 6:05."]
    assert [row.state for row in lived.rows] == ["done"]
    assert [message.content for message in lived.heap.messages] == lived.said


def test_what_cannot_be_kept_is_told():
    store = FaultyPromises()
    store.full = True
    lived = household(wakes(0.5, "a"), speaks(0.8, 2.0, "a"), heard=["set a timer for five seconds"], store=store)
    assert [event.code for event in lived.all(Failed)] == ["store-full"]
    assert lived.said == ["Sorry, I cannot keep that: it is not set."]


def test_calling_off_in_writing_silences_what_rings():
    lived = household(
        asks(0.5, "set a timer for one second", aloud=False),
        asks(8.0, "cancel the timer", aloud=False),
    )
    assert max(event.at for event in lived.all(Speaking)) < 8
    assert [row.state for row in lived.rows] == ["cancelled"]


def test_a_question_comes_before_everything_that_rings():
    lived = household(
        asks(0.5, "set an egg timer for one second", aloud=False),
        asks(0.5, "set a tea timer for one second", aloud=False),
        asks(8.0, "what are my timers"),
        does(16.0, Stop("control")),
    )
    said = lived.said
    question = next(index for index, text in enumerate(said) if "left on" in text)
    assert set(said[:question]) == {"Your egg timer is done."}
    assert said[question + 1] == "Your egg timer is done.", "it goes on"
    assert said[-1] == "Your tea timer is done."
