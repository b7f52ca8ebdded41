"""A real Home Assistant: started once, let in as its owner, with its demo devices."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from tests.conftest import recordings_folder
from tests.rigs.background import until
from tests.rigs.mosquitto import free_port

FOLDER = "VOICED_HOME_ASSISTANT"
"""The variable with the folder of its environment, which `scripts/proof home-assistant` makes and sets."""
START_S = 120.0
"""It takes a quarter of that on a machine that does nothing else."""
DEMO = "conversation:\ndemo:\ninput_boolean:\n  hall:\n    name: Hall switch\n"


class Real(NamedTuple):
    """It runs.

    Attributes:
        url: where.
        token: a long-lived one of its owner.
        folder: with what it writes.
        restart: ends it, and starts it again as it was.
    """

    url: str
    token: str
    folder: Path
    restart: Callable[[], None] = lambda: None

    def dump(self) -> dict[str, Any]:
        """What it knows, as of a second ago; empty before that."""
        with suppress(OSError):
            return json.loads((self.folder / "home" / "config" / "dump.json").read_text())
        return {"states": [], "devices": []}

    def log(self) -> str:
        """What it has complained about."""
        return (self.folder / "log").read_text()

    def ask(self, kind: str, **fields: Any) -> Any:
        """Sends one command over its WebSocket."""
        with self._asked(kind, **fields) as socket:
            answer = json.loads(socket.recv())
            assert answer["success"], answer
            return answer["result"]

    def run_pipeline(self, sound: bytes = b"", **fields: Any) -> dict[str, Any]:
        """Runs one of its voice pipelines; gives what it tells, by the kind of event.

        Args:
            sound: s16le, 16 kHz, mono, for a pipeline that hears; as fast as it is spoken.
            fields: of its command.
        """
        told = dict[str, Any]()
        with self._asked("assist_pipeline/run", **fields) as socket:
            while "run-end" not in told:
                answer = json.loads(socket.recv(60))
                assert answer.get("success", True), answer
                if event := answer.get("event"):
                    told[event["type"]] = event["data"]
                if sound and "run-start" in told:
                    mark = bytes([told["run-start"]["runner_data"]["stt_binary_handler_id"]])
                    for at in range(0, len(sound), 2048):
                        socket.send(mark + sound[at : at + 2048])
                        time.sleep(0.064)  # What comes at once is over before a wake word in it is told.
                    socket.send(mark)
                    sound = b""
            socket.send(json.dumps({"id": 2, "type": "ping"}))
            socket.recv(60)  # Whoever hangs up before keeps it from noting that the conversation goes on.
        return told

    def get(self, path: str) -> httpx.Response:
        """Gets something of it over HTTP."""
        return httpx.get(f"{self.url}{path}", headers=self._headers, timeout=30).raise_for_status()

    def integrate(self, domain: str, **data: Any) -> dict[str, Any]:
        """Adds an integration as its owner would, in the dialogue for it; gives what that ends with."""
        flows = "/api/config/config_entries/flow"
        begun = self._post(flows, {"handler": domain})
        return self._post(f"{flows}/{begun['flow_id']}", data)

    def _post(self, path: str, what: dict[str, Any]) -> Any:
        return httpx.post(f"{self.url}{path}", json=what, headers=self._headers, timeout=30).raise_for_status().json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @contextmanager
    def _asked(self, kind: str, **fields: Any) -> Generator[Connection]:
        with connect(f"ws{self.url.removeprefix('http')}/api/websocket", max_size=None) as socket:
            socket.recv()
            socket.send(json.dumps({"type": "auth", "access_token": self.token}))
            socket.recv()
            socket.send(json.dumps({"id": 1, "type": kind, **fields}))
            yield socket


@contextmanager
def running(folder: Path, broker: int | None = None) -> Generator[Real]:
    """Starts it; skips loudly where there is none.

    Args:
        folder: for a copy of the rig, and its configuration.
        broker: the port of the broker on which it looks for devices; None: there is none.
    """
    given, rig = os.environ.get(FOLDER), recordings_folder() / "rigs" / "home_assistant"
    if not given or not (Path(given) / "venv" / "bin" / "hass").exists() or not rig.is_dir():
        pytest.skip("there is no Home Assistant to test with: scripts/proof home-assistant makes one")
    shutil.copytree(rig, folder / "rig", copy_function=shutil.copyfile)
    start = folder / "rig" / "start"
    start.write_text(start.read_text().replace("statedump:\nYAML", f"statedump:\n{DEMO}YAML"))
    home, http = folder / "home", free_port()
    home.mkdir()
    (home / "venv").symlink_to(Path(given) / "venv")
    processes: list[subprocess.Popen[bytes]] = []
    url = f"http://127.0.0.1:{http}"

    def begin(command: list[str]) -> None:
        with (folder / "log").open("ab") as log:
            processes.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))
        until(lambda: _answers(url), "Home Assistant answers", START_S)

    def end() -> None:
        os.killpg(processes[-1].pid, signal.SIGTERM)
        processes[-1].wait(60)

    def restart() -> None:
        end()
        begin([str(home / "venv" / "bin" / "hass"), "-c", str(home / "config"), "--skip-pip"])

    try:
        begin(["bash", str(start), str(home), str(broker or free_port()), str(http)])
        yield Real(url, _token(url), folder, restart)
    finally:
        end()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/onboarding", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _token(url: str) -> str:
    owner = {"client_id": f"{url}/", "name": "O", "username": "o", "password": "not-a-secret", "language": "en"}
    code = httpx.post(f"{url}/api/onboarding/users", json=owner, timeout=30).json()["auth_code"]
    grant = {"grant_type": "authorization_code", "code": code, "client_id": f"{url}/"}
    short = httpx.post(f"{url}/auth/token", data=grant, timeout=30).json()
    return Real(url, short["access_token"], Path()).ask(
        "auth/long_lived_access_token", client_name="voiced", lifespan=1
    )
