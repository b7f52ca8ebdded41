"""Remembering, recalling and forgetting in words."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.fakes.kept import FakeConversations
from tests.fakes.memories import FakeMemories
from tests.home.households import INTENTS, speech
from tests.sentences import rules
from voiced.core.config_keeping import MemoryConfig
from voiced.core.errors import SkillFailed, StoreBusy
from voiced.core.history import Message, Privacy, Source
from voiced.core.memories import NewMemory, Scope
from voiced.core.ports.skill import Reply
from voiced.core.status import MemoryStatus
from voiced.core.types import Completeness, Understanding
from voiced.core.words import load_words
from voiced.recall.knowledge import OwnKnowledge
from voiced.recall.search import Search
from voiced.skills.memory import MemorySkill
from voiced.skills.skillwords import SkillWords
from voiced.skills.sources import SourcesSkill

RULES = rules()
NOTES = Scope(kinds=["note"])
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Person:
    """Somebody who says sentences at moments, as the rules understand them."""

    def __init__(self, config: MemoryConfig | None = None, language: str = "en") -> None:
        self.now = NOW
        self.rules, said = rules(language), speech(language)
        self.conversations = FakeConversations()
        self.memories = FakeMemories(self.conversations)
        self.search = search = Search(self.memories, [], lambda: "", config or MemoryConfig(deadline_s=10))
        self.knowledge = OwnKnowledge(self.memories, search, MemoryStatus, lambda: None, lambda _: "public")
        words, forget = load_words(INTENTS, language, "skills", SkillWords), self.knowledge.remove
        self.memory = MemorySkill(self.knowledge, search, lambda: self.now, "home", forget, said, words=words)
        sources = SourcesSkill(self.conversations, self.knowledge, lambda: self.now, "home", said)
        self.skills = {intent: skill for skill in (self.memory, sources) for intent in skill.intents}

    async def asks(self, text: str) -> Reply:
        understood = self.rules.understand(text)
        assert understood is not None, text
        return await self.skills[understood.intent].answer(understood)

    async def means(self, understood: Understanding) -> str:
        return (await self.skills[understood.intent].answer(understood)).text

    async def hears(self, text: str) -> str:
        return (await self.asks(text)).text

    async def says(self, role: str, text: str, *sources: Source, privacy: Privacy = "personal") -> None:
        id_, at = f"{role} {self.now} {text}", self.now.timestamp()
        message = Message(id=id_, role=role, content=text, at=at, sources=list(sources), privacy=privacy)
        await self.conversations.add([message])

    def waits(self, **long: float) -> None:
        self.now += timedelta(**long)

    async def notes(self) -> set[str]:
        return {each.text for each in (await self.knowledge.find(NOTES)).items}


def person(play: Callable[[Person], Awaitable[None]], language: str = "en") -> None:
    asyncio.run(play(Person(language=language)))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("remember that my bike is in the shed", "my bike is in the shed"),
        ("Remember: Anna's number is 555-1234, OK?", "Anna's number is 555-1234, OK?"),
        ("Remember that the Wi-Fi password is Tulip42!", "the Wi-Fi password is Tulip42!"),
        ("make a note that the filter is changed in May.", "the filter is changed in May"),
        ("make a note: buy milk", "buy milk"),
        ("note down the code is 5", "the code is 5"),
        ("don't forget that Bob comes at 5 p.m.", "Bob comes at 5 p.m."),
        ("please remember that dinner is at eight", "dinner is at eight"),
    ],
)
def test_what_is_to_be_remembered_is_kept_in_its_own_words(said: str, kept: str):
    async def play(one: Person) -> None:
        assert (await one.hears(said)).startswith("I will remember: ")
        assert await one.notes() == {kept}

    person(play)


def test_a_note_names_the_message_that_asked_for_it():
    async def play(one: Person) -> None:
        understood = RULES.understand("remember that my bike is in the shed")
        assert understood is not None
        await one.skills[understood.intent].answer(replace(understood, message="m1"))
        (note,) = (await one.knowledge.find(NOTES)).items
        assert note.source == Source("message", "m1")

    person(play)


def test_a_memory_that_cannot_be_searched_is_not_called_empty():
    async def play(one: Person) -> None:
        await one.hears("remember that my bike is in the shed")
        one.memories.failing = StoreBusy("busy")
        with pytest.raises(SkillFailed, match="cannot reach my memory"):
            await one.hears("what did I say about my bike")

    person(play)


def test_what_is_asked_for_is_found_though_models_are_told_of_nothing():
    async def play(one: Person) -> None:
        await one.hears("remember that my bike is in the shed")
        assert "in the shed" in await one.hears("what did I say about my bike")

    asyncio.run(play(Person(MemoryConfig(deadline_s=1e-9, prompt_tokens=0))))


def test_what_voiced_said_itself_does_not_stand_before_what_was_told_to_it():
    async def play(one: Person) -> None:
        await one.hears("remember that the oven runs hot by ten degrees")
        for _ in range(3):
            one.waits(minutes=1)
            await one.says("assistant", "the oven runs hot by ten degrees, the oven does.")
        assert "you told me to remember" in await one.hears("what did I say about the oven")

    person(play)


def test_a_note_is_told_with_its_time_and_its_source():
    async def play(one: Person) -> None:
        assert await one.hears("remember that my bike is in the shed") == ("I will remember: your bike is in the shed.")
        one.waits(days=1)
        reply = await one.asks("what do you know about my bike?")
        assert reply.text == "Yesterday at 12 PM you told me to remember: your bike is in the shed."
        assert [(source.kind, source.title) for source in reply.sources] == [("note", "my bike is in the shed")]
        assert await one.hears("what did I say about my bike") == reply.text
        assert await one.hears("what do you know about my boat") == "I remember nothing about your boat."

    person(play)


def test_what_was_said_is_told_but_not_what_was_asked():
    async def play(one: Person) -> None:
        await one.says("user", "my sister moves to Bern in June")
        await one.says("assistant", "Your sister will like Bern.")
        one.waits(days=7)
        await one.says("user", "what did I say about Bern")
        assert await one.hears("what did I say about Bern") == (
            "On November 25th at 12 PM you said: your sister moves to Bern in June."
        )
        assert "I said: Your sister will like Bern." in await one.hears("what do you remember about Bern")

    person(play)


def test_a_document_is_told_with_its_place():
    async def play(one: Person) -> None:
        source = Source("file", "/manual.pdf", "manual.pdf, page 3")
        piece = NewMemory(id="p", kind="document", text="The filter is changed in May.", source=source)
        await one.knowledge.add([piece])
        reply = await one.asks("what do you know about the filter")
        assert reply.text == "In manual.pdf, page 3: The filter is changed in May."
        assert reply.sources == (source,)

    person(play)


def test_forget_that_takes_back_the_last_note_of_just_now_and_no_other():
    async def play(one: Person) -> None:
        await one.asks("remember that the door code is 5")
        one.waits(minutes=1)
        await one.asks("remember that the cat is old")
        assert await one.hears("forget that") == "Forgotten."
        assert await one.notes() == {"the door code is 5"}
        one.waits(days=1)
        assert await one.hears("forget that") == ""
        assert await one.notes() == {"the door code is 5"}

    person(play)


def test_a_topic_is_forgotten_once_it_is_confirmed():
    async def play(one: Person) -> None:
        for text in ("remember that the wifi password is a", "remember that the wifi is slow", "remember that I am"):
            await one.asks(text)
        asked = await one.asks("forget what I said about the wifi")
        assert asked.text.startswith("I have 2 notes about it, such as: ")
        assert len(await one.notes()) == 3
        assert asked.asks
        assert asked.asks.yes
        assert await one.means(replace(asked.asks.yes, confirmed=True)) == "2 notes forgotten."
        assert await one.notes() == {"I am"}
        assert await one.means(replace(asked.asks.yes, confirmed=True)) == "Nothing forgotten."
        assert await one.hears("forget everything about the wifi") == "I have no note about the wifi."

    person(play)


def test_what_is_told_of_a_memory_is_as_private_as_it_was_kept():
    async def play(one: Person) -> None:
        await one.knowledge.add([NewMemory(text="the wifi is called tulip", at=1.0, privacy="secret")])
        for said in ("what did I tell you about the wifi", "forget everything about the wifi"):
            reply = await one.asks(said)
            assert "tulip" in reply.text
            assert reply.privacy == "secret", said
        assert (await one.asks("remember that it rains")).privacy == "personal"

    person(play)


def test_where_an_answer_came_from_is_as_private_as_the_answer():
    async def play(one: Person) -> None:
        await one.says("assistant", "Tulip.", Source("file", "/tulip.pdf", "tulip.pdf"), privacy="sensitive")
        assert (await one.asks("where do you know that from")).privacy == "sensitive"

    person(play)


def test_the_last_answer_tells_where_it_came_from():
    async def play(one: Person) -> None:
        assert await one.hears("where do you know that from") == "I have not said anything yet."
        await one.asks("remember that the wifi is slow")
        (note,) = (await one.knowledge.find(NOTES)).items
        await one.says("user", "the router is new")
        said = (await one.conversations.recent(1)).items[0]
        await one.says(
            "assistant",
            "Slow, with a new router.",
            Source("note", note.id, "the wifi is slow"),
            Source("message", said.id, "the router is new"),
            Source("file", "/manual.pdf", "manual.pdf, page 3"),
        )
        one.waits(days=1)
        reply = await one.asks("Where do you know that from?")
        assert reply.text == (
            "From your note yesterday at 12 PM, “the wifi is slow”, what you said yesterday at 12 PM, "
            "“the router is new” and manual.pdf, page 3."
        )
        assert len(reply.sources) == 3
        await one.knowledge.remove([note.id])
        assert "something that was forgotten since" in await one.hears("how do you know that")
        await one.says("assistant", "Hello.")
        assert "did not take that" in await one.hears("what is your source")

    person(play)


def test_a_store_that_fails_is_told():
    async def play(one: Person) -> None:
        one.memories.failing = StoreBusy("busy")
        for text in ("remember that I am", "forget that", "forget everything about the wifi"):
            with pytest.raises(SkillFailed, match="my memory"):
                await one.asks(text)

    person(play)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("merk dir, dass mein Rad im Schuppen steht", "mein Rad im Schuppen steht"),
        ("Merk dir: Annas Nummer ist 555-1234, ok?", "Annas Nummer ist 555-1234, ok?"),
        ("mach dir eine Notiz: Milch kaufen", "Milch kaufen"),
        ("notiere, dass der Code 5 ist", "der Code 5 ist"),
        ("schreib dir auf, dass der Filter im Mai gewechselt wird.", "der Filter im Mai gewechselt wird"),
        ("vergiss bitte nicht, dass Bob um 17 Uhr kommt", "Bob um 17 Uhr kommt"),
    ],
)
def test_what_is_to_be_remembered_in_german(said: str, kept: str):
    async def play(one: Person) -> None:
        assert (await one.hears(said)).startswith("Ich merke mir: ")
        assert await one.notes() == {kept}

    person(play, "de")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("was weißt du über mein Rad?", "Gestern um 12 Uhr sollte ich mir merken: dein Rad ist im Schuppen."),
        ("was habe ich dir über mein Rad gesagt", "Gestern um 12 Uhr sollte ich mir merken: dein Rad ist im Schuppen."),
        ("was weißt du über mein Boot", "Ich weiß nichts über dein Boot."),
        ("was habe ich über Bern gesagt", "Gestern um 12 Uhr hast du gesagt: deine Schwester zieht nach Bern."),
        ("was weißt du über Sahne", "Gestern um 12 Uhr habe ich gesagt: Zum Kuchen gehört Sahne."),
        ("woher weißt du das", "Aus deiner Notiz gestern um 12 Uhr, „mein Rad ist im Schuppen“."),
        ("vergiss alles über mein Boot", "Ich habe keine Notiz über dein Boot."),
        (
            "vergiss was ich dir über mein Rad gesagt habe",
            "Ich habe eine Notiz dazu: dein Rad ist im Schuppen. Soll ich sie vergessen?",
        ),
        ("vergiss das", ""),
    ],
)
def test_what_is_asked_of_the_memory_in_german(said: str, told: str):
    async def play(one: Person) -> None:
        await one.hears("merk dir: mein Rad ist im Schuppen")
        await one.says("user", "meine Schwester zieht nach Bern")
        (note,) = (await one.knowledge.find(NOTES)).items
        await one.says("assistant", "Zum Kuchen gehört Sahne.", Source("note", note.id, note.text))
        one.waits(days=1)
        assert await one.hears(said) == told

    person(play, "de")


def test_what_was_just_remembered_in_german_is_forgotten():
    async def play(one: Person) -> None:
        await one.hears("merk dir: mein Rad ist im Schuppen")
        assert await one.hears("vergiss das") == "Vergessen."
        assert await one.notes() == set()

    person(play, "de")


def test_nothing_of_it_is_in_the_grammar_but_what_was_there():
    for text in ("remember that x", "how do you know", "what is your source"):
        assert RULES.completeness(text) is Completeness.UNKNOWN
        assert RULES.understand(text)
    assert RULES.completeness("forget that") is Completeness.COMPLETE
    assert not {"remember", "note", "notes", "source"} & RULES.grammar.words


@pytest.mark.parametrize(
    ("language", "note", "question", "end"),
    [
        ("en", "remember the wifi password is on the fridge", "where is my wifi password", "fridge."),
        ("en", "remember that the keys are in the drawer", "where did I put the keys?", "drawer."),
        ("en", "remember Anna's birthday is on the third of May", "when is Anna's birthday", "May."),
        ("en", "remember that the capital is low", "what is the capital of France", ""),
        ("en", "remember the keys", "where are the keys", ""),
        ("en", "remember Anna does not like fish", "who is Anna", ""),
        ("en", "remember to open the wine an hour before dinner", "when does the store open", ""),
        ("en", "remember the keys are in the drawer", "what is it", ""),
        ("de", "merk dir dass der Schlüssel in der Schublade liegt", "wo habe ich den Schlüssel hingelegt", "liegt."),
        ("de", "merk dir dass der Schlüssel in der Schublade liegt", "wo liegt das Kabel", ""),
    ],
)
def test_a_note_answers_a_question_all_of_whose_words_it_has(language: str, note: str, question: str, end: str):
    async def play(one: Person) -> None:
        await one.hears(note)
        reply = await one.memory.recollect(question)
        assert (reply.text.split()[-1] if reply else "") == end
        assert reply is None or [source.kind for source in reply.sources] == ["note"]

    person(play, language)


def test_a_memory_that_cannot_be_reached_has_no_note():
    async def play(one: Person) -> None:
        await one.hears("remember the keys are in the drawer")
        one.memories.failing = StoreBusy("busy")
        assert await one.memory.recollect("where are the keys") is None

    person(play)


@pytest.mark.parametrize("said", [("forget that",), ("forget everything about PIN", "yes")])
def test_what_is_forgotten_is_not_left_in_what_was_said_about_it(said: tuple[str, ...]):
    async def play(one: Person) -> None:
        forgotten: list[str] = []

        async def forget(ids: Sequence[str]) -> int:
            forgotten.extend(ids)
            return len(ids)

        skill = MemorySkill(one.knowledge, one.search, lambda: one.now, "home", forget)
        asked = "remember that my PIN is 9876"
        await one.says("user", asked)
        understood = RULES.understand(asked)
        assert understood
        message = f"user {one.now} {asked}"
        told = (await skill.answer(replace(understood, message=message))).text
        quoting = "At noon you told me to remember: your PIN is 9876."
        for answer in (told, quoting, "It is noon."):
            await one.says("assistant", answer)
        (note,) = (await one.knowledge.find(NOTES)).items
        understood = RULES.understand(said[0])
        assert understood
        reply = await skill.answer(understood)
        if reply.asks and reply.asks.yes:
            await skill.answer(replace(reply.asks.yes, confirmed=True))
        assert set(forgotten) == {note.id, message, *(f"assistant {one.now} {each}" for each in (told, quoting))}

    person(play)


@pytest.mark.parametrize(("language", "said"), [("en", "remember that"), ("en", "remember it"), ("de", "merk dir das")])
def test_what_names_nothing_is_not_kept(language: str, said: str):
    async def play(one: Person) -> None:
        understood = one.rules.understand(said)
        assert understood is None or not one.memory.takes(understood)

    person(play, language)
