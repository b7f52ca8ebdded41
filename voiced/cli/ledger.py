"""Verbs that show what was done and used, and the answers that are kept for a while."""

import time
from datetime import datetime
from typing import TYPE_CHECKING

from cyclopts import App
from rich.text import Text

from voiced.cli.kept import Limit, moment, size, using
from voiced.cli.moments import Duration
from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, table
from voiced.core.ports.audit import Entry
from voiced.core.speech_en import counted
from voiced.core.usage import By, Sum

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

PAGE = 500
usage = App(name="usage", help="Show what was used, and what is left of budgets.")
cache = App(name="cache", help="Look at the answers that are kept for a while.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    app.command(audit)
    usage.default(used)
    usage.command(budget)
    app.command(usage)
    cache.default(status)
    cache.command(clear)
    app.command(cache)


def audit(*, since: Duration | None = None, limit: Limit = 100, options: Options | None = None) -> None:
    """Show who changed what over the socket, the newest at the bottom.

    Args:
        since: Only what was done in the last 2h, 7d, ….
        limit: At most so many.
        options: What every verb understands.
    """
    options = options or Options()
    begin = time.time() - since if since else 0.0

    async def work(kept: "Kept") -> list[Entry]:
        found: list[Entry] = []
        cursor: str | None = None
        while len(found) < limit:
            page = await kept.audit.entries(begin, min(PAGE, limit - len(found)), cursor)
            found += page.items
            if page.next is None:
                break
            cursor = page.next
        return found[::-1]

    found = using(options, work)
    if options.json:
        for each in found:
            line(each)
    elif found:
        rows = [
            (moment(each.at, options.zone), each.who, each.action, plain(each.subject), each.result) for each in found
        ]
        table(["when", "who", "did", "to", "result"], rows)
    else:
        people.print(Text("Nothing was changed.", "dim"))


def used(*, by: By = "day", since: Duration | None = None, options: Options | None = None) -> None:
    """Show what was used.

    Args:
        by: What is put together: what was used on a day, by a model, in a conversation, or with a key.
        since: Only of the last 2h, 7d, ….
        options: What every verb understands.
    """
    options = options or Options()
    begin = time.time() - since if since else 0.0
    found = using(options, lambda kept: kept.usage.sums(by, begin))
    if options.json:
        for each in found:
            line(each)
    elif found:
        columns = [by, "turns", "tokens in", "cached", "tokens out", "heard", "spoken", "inference", "cost"]
        table(columns, [_row(each) for each in found])
    else:
        people.print(Text("Nothing was used.", "dim"))


def budget(*, options: Options | None = None) -> None:
    """Show what is left of each budget, and when it begins anew."""
    options = options or Options()
    found = using(options, lambda kept: kept.usage.limits())
    if options.json:
        for each in found:
            line(each)
    elif found:
        columns = ["budget", "key", "limit", "spent", "begins anew"]
        rows = [
            (each.name, each.key or "", f"{each.limit:g}", f"{each.spent:g}", _whole(each.until, options))
            for each in found
        ]
        table(columns, rows)
    else:
        people.print(Text("No budget is set: see [usage] in the configuration.", "dim"))


def status(*, options: Options | None = None) -> None:
    """Count the answers of searches that are kept for a while."""
    options = options or Options()
    found = using(options, lambda kept: kept.answers.status())
    if options.json:
        line(found)
        return
    room = f"{size(found.bytes)} of {size(found.limit)}"
    people.print(f"Answers: {found.answers or 'none'}; {room}; {found.hits} hits.")


def clear(*, options: Options | None = None) -> None:
    """Remove all answers that are kept."""
    options = options or Options()
    removed = using(options, lambda kept: kept.answers.clear())
    if options.json:
        line({"removed": removed})
    else:
        people.print(f"Removed: {counted(removed, 'answer') or 'nothing'}.")


def _row(each: Sum) -> tuple[str, ...]:
    seconds = (each.heard_s, each.spoken_s, each.inference_s)
    tokens = (each.turns, each.tokens_in, each.tokens_cached, each.tokens_out)
    return (plain(each.name) or "none", *map(str, tokens), *(f"{some:.1f} s" for some in seconds), f"{each.cost:.4g}")


def _whole(at: float, options: Options) -> str:
    return f"{datetime.fromtimestamp(at, options.zone):%Y-%m-%d %H:%M}"
