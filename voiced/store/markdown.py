"""A conversation as Markdown, for people: what was said is shown as it was said, and never interpreted."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from voiced.core.history import Conversation, Message, Source

_MARKS = re.compile(r"[\\`*_\[\]~|]")
_LINE_MARKS = re.compile(r"^([#+=>-]|[0-9]+(?=[.)]))")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a screen does not show, or what turns the reading direction of all that follows."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_S = 253_402_000_000


def heading(conversation: Conversation, zone: tzinfo) -> str:
    """The beginning: what the conversation is called, when and where it was.

    Args:
        conversation: which.
        zone: of all times.
    """
    begun = local(conversation.made_at, zone)
    facts = [f"Begun: {begun:%Y-%m-%d %H:%M:%S %Z}", f"Space: {inline(conversation.space)}"]
    if conversation.user:
        facts.append(f"User: {inline(conversation.user)}")
    if conversation.tags:
        facts.append(f"Tags: {', '.join(inline(tag) for tag in conversation.tags)}")
    facts += [f"Status: {conversation.status}", f"Messages: {conversation.messages}"]
    title = inline(conversation.title) or f"Conversation of {begun:%Y-%m-%d %H:%M}"
    return f"# {title}\n\n" + "".join(f"- {fact}\n" for fact in facts)


def passage(message: Message, zone: tzinfo, day: str) -> tuple[str, str]:
    """A message, after the one that was said on a day.

    Args:
        message: which.
        zone: of all times.
        day: of the message before it; empty for the first one.

    Returns:
        The text, and this message's day.
    """
    at = local(message.at, zone)
    today = f"{at:%Y-%m-%d}"
    return "\n" + "\n".join(_passage(message, at, "" if today == day else today)), today


def _passage(message: Message, at: datetime, day: str) -> Iterator[str]:
    if day:
        yield f"## {day}\n"
    how = inline(", ".join(part for part in (message.channel, message.model or message.tier or "") if part))
    yield f"**{at:%H:%M:%S} {message.role}** ({how})\n"
    yield quote(message.content)
    if message.spoken is not None:
        yield "Interrupted; this was spoken:\n" if message.spoken else "Interrupted before anything was spoken.\n"
        if message.spoken:
            yield quote(message.spoken)
    if message.sources:
        yield "Sources:\n"
        yield "".join(f"- {_source(source)}\n" for source in message.sources)


def _source(source: Source) -> str:
    reference = f"{inline(source.kind)}: {inline(source.reference)}"
    return f"{inline(source.title)} ({reference})" if source.title else reference


def inline(text: str) -> str:
    """Any text as a part of a line, without a meaning in Markdown or HTML."""
    return _plain(_BREAKS.sub(" ", text).strip())


def quote(text: str) -> str:
    """Any text as a block quote that shows it line by line, and that nothing in it can end."""
    lines = [_quoted(each) for each in _BREAKS.split(text)]
    # Two spaces at the end of a line keep it apart from the next one.
    return "".join(f"> {each}  \n" if each else ">\n" for each in lines)


def local(at: float, zone: tzinfo) -> datetime:
    """A moment in seconds since 1970 (UTC) as local time; the nearest that a calendar knows."""
    return (_EPOCH + timedelta(seconds=min(max(at, 86_400.0), _LAST_S))).astimezone(zone)


def _quoted(text: str) -> str:
    bare = text.lstrip(" \t")
    # What stands far in would be taken for code: spaces that do not break look the same, and are no sign of that.
    indent = text[: len(text) - len(bare)].expandtabs(4).replace(" ", "\N{NO-BREAK SPACE}")
    return indent + _plain(bare.rstrip())


def _plain(text: str) -> str:
    text = _ENTITY.sub("&amp;", _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text))
    text = _MARKS.sub(r"\\\g<0>", text).replace("<", "&lt;")
    return _LINE_MARKS.sub(_escape_first, text)


def _escape_first(found: re.Match[str]) -> str:
    mark = found[0]
    return f"{mark}\\" if mark[0].isdigit() else f"\\{mark}"
