"""A house in which the daemon lives with all that it may have, and somebody who talks to it in every way there is."""

import asyncio
import io
import json
import subprocess
import threading
import time
import wave
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import aiomqtt
import httpx
import psutil

from tests.faults.daemon_kills import Life, kill
from tests.rigs.audio_server import AudioServer
from tests.rigs.background import until
from tests.rigs.mosquitto import Mosquitto, free_port
from tests.rigs.others import Transcribe, spoken, told

DEADLINE_S = 2
"""Of an engine: whoever is stopped is noticed after so long."""
RING_S = 1
"""From a promise to its ring."""
RATE = 22_050
"""Of eSpeak NG, samples a second."""
SETTINGS = """
[home.mqtt]
host = "127.0.0.1"
port = {broker}
discovery = true
transcripts = true
keepalive_s = 2
[wyoming]
listen = ["127.0.0.1:{wyoming}"]
[http]
listen = ["127.0.0.1:{http}"]
requests_per_minute = 1000000
requests_per_minute_from_address = 1000000
[engines.stt]
deadline_s = {deadline}
[engines.tts]
deadline_s = {deadline}
"""
REFUSALS = range(400, 500), {503}
"""What is honest to answer where something does not work; 500 is a fault of voiced."""


class House:
    """A daemon on an audio server and a broker, with its log and its events. A context manager.

    Attributes:
        process: the daemon's.
        log: its lines.
        events: what it told that happened.
        promised: the ids of what it promised.
        token: of a key that may do everything.
    """

    def __init__(self, folder: Path) -> None:
        self.broker, self.life, self.audio = Mosquitto(folder), Life(folder), AudioServer(folder)
        self.life.environment |= self.audio.environment | {"VOICED_LOG_LEVEL": "warning"}
        self.settings = folder / "config.toml"
        self.wyoming, self.tcp = free_port(), free_port()
        ports = {"broker": self.broker.port, "wyoming": self.wyoming, "http": self.tcp}
        self.settings.write_text(SETTINGS.format(deadline=DEADLINE_S, **ports))
        self.sound = _spoken("what time is it", folder)
        self.log: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.promised: list[str] = []
        self._over = threading.Event()
        self._asked = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.broker.start()
            stack.callback(self.broker.stop)
            self.audio.start()
            stack.callback(self.audio.stop)
            daemon, _ = self.life.start(subprocess.PIPE)
            self.process = psutil.Process(daemon.pid)
            stack.callback(kill, daemon)
            stack.callback(self._over.set)
            self.http = stack.enter_context(self.life.http())
            made = self.http.post("/keys", json={"label": "soak", "scopes": ["admin"]}).json()
            self.token = made["token"].encode()
            self._readers = [threading.Thread(target=read, args=(daemon,)) for read in (self._read_log, self._watch)]
            for reader in self._readers:
                reader.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        for reader in self._readers:
            reader.join()

    def status(self) -> dict[str, Any]:
        """What the daemon tells about itself."""
        return self.ask("GET", "/status").json()

    def pids(self) -> dict[str, int]:
        """The processes of engines that run, by their part."""
        return {each["kind"]: each["pid"] for each in self.status()["engines"] if each["pid"]}

    def ask(self, method: str, path: str, **words: Any) -> httpx.Response:
        """Asks over the socket; once more, where a flood of others has swept the connection away."""
        try:
            return self.http.request(method, path, **words)
        except httpx.TransportError:
            return self.http.request(method, path, **words)

    def works(self) -> bool:
        """Whether all is as it should be: it hears, can speak, keeps what it is told, and has its broker."""
        status = self.status()
        return (
            status["audio"]["listening"]
            and all(each["connected"] for each in status["home"]["connections"])
            and all(each["state"] in {"ready", "unloaded"} for each in status["engines"])
            and self.speaks() == self.hears() == ""
            and self.ask("POST", "/memory", json=[{"text": self.new("it works")}]).is_success
        )

    def new(self, words: str) -> str:
        """Words that were not said before, and so are in no cache."""
        self._asked += 1
        return f"{words} {self._asked}"

    def writes(self) -> str:
        """Asks a question in writing; gives what is wrong with the answer."""
        return answered(self.ask("POST", "/ask", json={"text": "what time is it"}))

    def speaks(self) -> str:
        """Has something spoken into a file; gives what is wrong."""
        return _refused(self.ask("POST", "/voice/tts", json={"text": self.new("number")}))

    def hears(self) -> str:
        """Has a recording understood; gives what is wrong."""
        return _refused(self.ask("POST", "/voice/stt", content=self.sound))

    def tells_others(self) -> str:
        """Has a recording understood over Wyoming; gives what is wrong."""
        came = asyncio.run(told(self.wyoming, Transcribe(), *spoken(_samples(self.sound), RATE), end="transcript"))
        return "" if came and came[-1].type == "transcript" else f"over Wyoming came {[each.type for each in came]}"

    def asks_by_mqtt(self) -> str:
        """Asks a question over MQTT, which is answered aloud; gives what is wrong."""
        text, since = self.new("question"), len(self.events)
        asyncio.run(_publish(self.broker.port, text))
        return self._ended(since, "a question over MQTT")

    def talks(self) -> str:
        """Has it listen, and talks into the microphone; gives what is wrong."""
        since = len(self.events)
        if problem := answered(self.ask("POST", "/voice/listen")):
            return problem
        self.audio.speak(bytes(RATE // 2) + _samples(self.sound) + bytes(RATE), RATE)
        return self._ended(since, "what was said in the room")

    def remembers(self) -> str:
        """Has it remember something, and looks for it; gives what is wrong."""
        text = self.new("the ladder stands in cellar")
        made = self.ask("POST", "/memory", json=[{"text": text}])
        if made.is_error:
            return answered(made)
        kept = self.ask("GET", f"/memory/{made.json()[0]['id']}")
        return answered(kept) or answered(self.ask("GET", "/memory/search", params={"q": text}))

    def promises(self) -> str:
        """Has it promise to ring soon; gives what is wrong."""
        made = self.ask("POST", "/promises", json={"kind": "timer", "seconds": RING_S, "name": self.new("timer")})
        if made.is_success:
            self.promised.append(made.json()["id"])
        return answered(made)

    def announces(self) -> str:
        """Has it announce something; gives what is wrong."""
        return answered(self.ask("POST", "/voice/announce", json={"text": self.new("dinner is ready")}))

    def quiet(self) -> bool:
        """Says that it is to stop; tells whether nothing rings, or is still to ring."""
        self.ask("POST", "/voice/stop")
        time.sleep(0.3)  # A ring that does not sound yet is not heard, and not over.
        return not self.ask("GET", "/promises").json()

    def not_kept(self) -> list[str]:
        """Promises that rang twice, or that nobody was told of."""
        events = list(self.events)
        rang = [each["promise"] for each in events if each["event"] == "promise_rang"]
        late = {each["promise"] for each in events if each["event"] == "promise_missed"}
        return [each for each in self.promised if rang.count(each) != 1 and (each in rang or each not in late)]

    def _ended(self, since: int, what: str) -> str:
        """Waits for the end of a turn."""
        with suppress(AssertionError):
            until(lambda: any(each["event"] == "turn_ended" for each in self.events[since:]), what)
            return ""
        return f"{what} was never answered"

    def _read_log(self, daemon: "subprocess.Popen[bytes]") -> None:
        assert daemon.stderr
        with daemon.stderr as lines:
            for line in lines:
                self.log.append(line.decode().rstrip())

    def _watch(self, _daemon: object) -> None:
        """Reads events; who was cut off takes them up where he was."""
        last = ""
        while not self._over.is_set():
            with suppress(httpx.HTTPError), self.life.http() as http:
                headers = {"Last-Event-ID": last} if last else {}
                with http.stream("GET", "/events", headers=headers) as stream:
                    for line in stream.iter_lines():
                        kind, _, rest = line.partition(": ")
                        if kind == "data":
                            self.events.append(json.loads(rest))
                        elif kind == "id":
                            last = rest
            time.sleep(0.05)


def answered(response: httpx.Response) -> str:
    """What is wrong with an answer: it is none, and no honest refusal either."""
    if response.is_success or (any(response.status_code in each for each in REFUSALS) and response.json().get("code")):
        return ""
    return f"{response.request.url.path} gave {response.status_code}: {response.text[:200]}"


def _refused(response: httpx.Response) -> str:
    return "" if response.is_success else response.text or "refused"


async def _publish(port: int, text: str) -> None:
    """Asks on the topic beside the state of the one voiced there is."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("voiced/+/state")
        topic = str((await anext(aiter(client.messages))).topic).removesuffix("state")
        await client.publish(f"{topic}ask/set", text, qos=1)


def _spoken(text: str, folder: Path) -> bytes:
    """A recording of eSpeak NG, as WAV."""
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", folder / "said.wav", text], check=True)
    return (folder / "said.wav").read_bytes()


def _samples(recording: bytes) -> bytes:
    with wave.open(io.BytesIO(recording)) as file:
        return file.readframes(file.getnframes())
