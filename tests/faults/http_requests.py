"""Requests that fit the API's own description, and such as do not, by schemathesis (R16): none is a fault of ours."""

import random
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import httpx
import psutil
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, generation, openapi, python, transport
from schemathesis.specs import openapi as specification
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.faults.daemon_kills import Life, kill
from tests.faults.outcome import Outcome, trial

# Late imports deep inside a property: Python 3.11 fails to compile one now and then.
for _part in (generation, python, transport, specification):
    for _module in walk_packages(_part.__path__, f"{_part.__name__}."):
        import_module(_module.name)

EXAMPLES = 20
"""Requests to a route, at most, before the next one has its turn: the first ones are the simplest."""
CONFORMS = [content_type_conformance, response_schema_conformance]
GROWTH = 16 * 1024 * 1024
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def run(seed_: int, times: int) -> Outcome:
    """Sends so many requests to one daemon."""
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        process, _ = life.start()
        try:
            with life.http() as http:
                return _Sender(http, psutil.Process(process.pid)).send(seed_, times)
        finally:
            kill(process)


class _Sender:
    def __init__(self, http: httpx.Client, daemon: psutil.Process) -> None:
        self._http, self._daemon, self._examples = http, daemon, EXAMPLES
        described = http.get("http://voiced/schema").json()
        for each in (each for methods in described["paths"].values() for each in methods.values()):
            del each["security"]  # A key that was made up would be refused, and nothing else be looked at.
        self._operations = [each.ok() for each in openapi.from_dict(described).get_all_operations()]
        self._pid = http.get("/status").json()["pid"]
        self.outcome = Outcome(wrong={"fault": 0, "form": 0, "cut": 0, "gone": 0, "growth": 0})

    def send(self, seed_: int, times: int) -> Outcome:
        warm, ways = 0, [(operation, mode) for operation in self._operations for mode in MODES]
        self._examples = min(EXAMPLES, max(2, times // len(ways)))
        chance = random.Random(seed_)
        while self.outcome.times < times:
            for operation, mode in chance.sample(ways, len(ways)):
                if self.outcome.times < times:
                    self._some(operation, mode, chance.getrandbits(32))
            # By then it has loaded whatever any route needs.
            warm = warm or self._rss()
        grown = self._rss() - warm
        self.outcome += Outcome(
            wrong={"growth": int(grown > GROWTH), "gone": int(self._http.get("/status").json()["pid"] != self._pid)},
            counted={"grown_kb": grown // 1024},
        )
        return self.outcome

    def _some(self, operation: Any, mode: GenerationMode, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=self._examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: Case) -> None:
            self.outcome += self._one(case)

        with suppress(Unsatisfiable):  # There is nothing that could be wrong about it.
            each()

    def _one(self, case: Case) -> Outcome:
        sent = case.as_transport_kwargs(base_url="http://voiced")
        named = {name: sent[name] for name in ("method", "url", "params", "headers", "json") if name in sent}
        try:
            request = self._http.build_request(**named, content=sent.get("data"))
            response = self._http.send(request, stream=True)
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):
            return Outcome()  # No client can say that.
        try:
            endless = response.headers.get("content-type", "").startswith("text/event-stream")
            if not endless:
                response.read()
            return self._judged(case, response, endless=endless)
        except httpx.TransportError as error:
            return trial(_told(case), cut=[f"{response.status_code}: {error}"])
        finally:
            response.close()

    def _judged(self, case: Case, response: httpx.Response, *, endless: bool) -> Outcome:
        fault, form = [], []
        if not endless and (
            response.status_code == httpx.codes.INTERNAL_SERVER_ERROR or b'"internal"' in response.content
        ):
            fault.append(response.text[:300])
        if response.is_error and response.headers.get("content-type") != "application/problem+json":
            form.append(f"{response.status_code} {response.headers.get('content-type')}")
        if not (fault or form or endless):
            try:
                case.validate_response(response, checks=CONFORMS)
            except Exception as error:  # noqa: BLE001 (a group of whatever does not conform)
                form.append(str(getattr(error, "exceptions", error))[:400])
        return trial(_told(case), fault=fault, form=form)

    def _rss(self) -> int:
        return self._daemon.memory_info().rss


def _told(case: Case) -> str:
    return f"{case.method} {case.formatted_path} {case.query} {str(case.body)[:200]}"
