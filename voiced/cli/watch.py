"""The verb that shows what voiced does, as it does it: on a screen that stays, or line by line."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from enum import Enum
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING

from cyclopts import App
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from voiced.cli.daemon import rings
from voiced.cli.events import EventPrinter
from voiced.cli.options import Options
from voiced.cli.output import complaints, line, people, plain
from voiced.core.errors import VoicedError
from voiced.core.events import AnyEvent, Gap, Heard, NearMiss, Spoken, StateChanged
from voiced.core.stages import stages
from voiced.core.status import Status
from voiced.core.stories import Stories, Story

if TYPE_CHECKING:
    from voiced.control.client import Client

AGAIN_S = 1.0
"""Between two looks at the status, and two attempts to find a daemon that is gone."""
WAITING = 1_000
"""Events that may wait for the screen."""
TURNS = 5
WIDTH = 30
"""Characters of the longest bar."""
FLOOR_DB = -70.0
"""The level at which the bar is empty: a very quiet room."""
STYLES = {"idle": "dim", "listening": "cyan", "processing": "yellow", "responding": "green"}


class Connection(Enum):
    """Whether the daemon is there."""

    FOUND = "found"
    GONE = "gone"


Item = AnyEvent | Gap | Status | Connection


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(watch)


def watch(*, options: Options | None = None) -> None:
    """Watch what the daemon does, until interrupted; a daemon that is started again is found again.

    A terminal shows its state, the microphone's level, the last turns with their stages, and promises; elsewhere there
    is a line for each event, with --json an object.
    """
    options = options or Options()
    with options.client() as client:
        client.status()  # A daemon that is not there at all is an error; one that goes comes back.
    with suppress(KeyboardInterrupt):
        if people.is_terminal and not options.json:
            _on_screen(options)
        else:
            _line_by_line(options)


def _on_screen(options: Options) -> None:
    screen = Screen(options)
    with Live(get_renderable=screen.render, console=people, refresh_per_second=8):
        for item in follow(options.client, levels=True):
            screen.take(item)


def _line_by_line(options: Options) -> None:
    printer, there = EventPrinter(options), True
    for item in follow(options.client):
        if isinstance(item, Connection):
            if there != (item is Connection.FOUND):
                there = not there
                _tell(item, options)
        elif not isinstance(item, Status):
            printer.show(item)


def _tell(connection: Connection, options: Options) -> None:
    if options.json:
        line({"event": f"daemon_{connection.value}"})
    else:
        complaints.print(f"the daemon is {'there again' if connection is Connection.FOUND else 'gone'}", style="yellow")


def follow(connect: Callable[[], "Client"], *, levels: bool = False) -> Generator[Item]:
    """What happens, for ever: each thread waits for the daemon by itself, until nobody asks any more.

    Args:
        connect: finds the daemon.
        levels: tells its status every second, too, which has the microphone's level.
    """
    items: Queue[Item] = Queue(WAITING)
    over = threading.Event()
    for name, work in (("events", _listen), ("status", _look))[: 1 + levels]:
        threading.Thread(target=work, args=(connect, items, over), name=f"watch {name}", daemon=True).start()
    try:
        while True:
            with suppress(Empty):  # Waiting without an end, Python does not see Ctrl-C everywhere.
                yield items.get(timeout=AGAIN_S)
    finally:
        over.set()


def _listen(connect: Callable[[], "Client"], items: Queue[Item], over: threading.Event) -> None:
    while not over.is_set():
        with suppress(VoicedError), connect() as client, client.events() as stream:
            items.put(Connection.FOUND)
            for event in stream:
                items.put(event)
        items.put(Connection.GONE)
        over.wait(AGAIN_S)


def _look(connect: Callable[[], "Client"], items: Queue[Item], over: threading.Event) -> None:
    while not over.is_set():
        try:
            with connect() as client:
                item = client.status()
        except VoicedError:  # It may hang with its events still open.
            item = Connection.GONE
        with suppress(Full):
            items.put_nowait(item)
        over.wait(AGAIN_S)


class Screen:
    """What the screen shows.

    Args:
        options: what every verb understands.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._status: Status | None = None
        self._there = True
        self._state = ""
        self._near = ""
        self._turns: deque[Story] = deque(maxlen=TURNS)
        self._stories = Stories(self._turns.append)

    def take(self, item: Item) -> None:
        """Takes in what happened, or how it is."""
        match item:
            case Connection():
                self._there = item is Connection.FOUND
            case Status():
                self._status, self._state, self._there = item, item.state, True
            case StateChanged(state):
                self._state = state
            case NearMiss(word, score):
                self._near = f"almost {word.replace('_', ' ')} ({score:.2f})"
            case _:
                pass
        if not isinstance(item, (Connection, Status, Gap)):
            self._stories.take(item)

    def render(self) -> RenderableType:
        """All of it. Another thread than that of `take` asks for it."""
        parts: list[RenderableType] = [self._head()]
        if self._status and self._there:
            parts += [self._promises(self._status), self._ailing(self._status)]
        return Group(*parts, *(self._turn(story) for story in reversed(list(self._turns))))

    def _head(self) -> RenderableType:
        status = self._status
        if not self._there or status is None:
            return Text("the daemon is gone; it is looked for" if not self._there else "…", "yellow")
        audio = status.audio
        head = Text.assemble(("voiced ", "bold"), (f"{self._state:<11}", STYLES.get(self._state, "")))
        if status.muted:
            return head.append("muted", "yellow")
        if not audio.listening:
            return head.append(audio.problem or "hears nothing", "red")
        if not status.attention.wake_word:
            head.append("its wake word rests  ", "yellow")
        return head.append_text(level(audio.level_dbfs)).append(f"  {self._near}", "dim")

    def _promises(self, status: Status) -> RenderableType:
        told = [f"{each.kind} {rings(each, self._options.zone)}" for each in status.promises]
        return Text("\n".join(told), "yellow") if told else Text("nothing is promised", "dim")

    def _ailing(self, status: Status) -> RenderableType:
        told = [f"{each.kind} {each.engine}: {each.problem}" for each in status.engines if each.problem]
        return Text("\n".join([*told, *filter(None, [status.store.problem])]), "red")

    def _turn(self, story: Story) -> RenderableType:
        heard = next((event.text for event in story.events if isinstance(event, Heard)), "")
        spoken = next((event.text for event in reversed(story.events) if isinstance(event, Spoken)), "")
        title = Text.assemble(
            (f"{story.turn}  ", "dim"), (f"“{plain(heard)}” " if heard else "", "bold"), (plain(spoken), "green")
        )
        title.append(f"  {story.outcome.replace('_', ' ')}, by {story.route}", "dim")
        times = Table.grid(padding=(0, 1))
        gone = [stage for stage in stages(story.end.timeline) if stage.name not in {"wait", "speech", "speak"}]
        scale = WIDTH / max([0.001, *(stage.seconds for stage in gone)])
        for stage in gone:
            bar = "━" * round(stage.seconds * scale)
            times.add_row(Text(f"{stage.name:>10}", "dim"), Text(f"{stage.seconds * 1000:5.0f} ms"), Text(bar, "cyan"))
        return Group(title, times)


def level(dbfs: float | None) -> Text:
    """The microphone's level as a bar and a number."""
    if dbfs is None:
        return Text("–")
    full = round(WIDTH * max(0.0, min(1.0, 1 - dbfs / FLOOR_DB)))
    return Text.assemble(("█" * full, "green"), ("░" * (WIDTH - full), "dim"), f" {dbfs:4.0f} dBFS")
