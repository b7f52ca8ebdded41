"""Who comes in over TCP: nobody without a key, nobody for too much, and no page that should not."""

import asyncio
import gc
import socket
import ssl
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.fakes.agent import ScriptedAgent
from tests.fakes.machine import FakeMachine
from tests.rigs.awaiting import until
from tests.rigs.certificates import self_signed
from tests.rigs.control import answering, networked
from voiced.control.api import application
from voiced.control.browsers import check_host, own_names
from voiced.control.door import FAILURES, NOTES
from voiced.control.protocol import Protocol
from voiced.core.commands import Answered
from voiced.core.config_http import HttpConfig
from voiced.core.errors import ConfigInvalid, HostRefused
from voiced.core.events import Muted
from voiced.core.keys import MadeKey, NewKey
from voiced.core.tasks import ended
from voiced.network import Network

CONFIG = HttpConfig(listen=["127.0.0.1:0"], origins=["https://panel.example.org"], names=["Voice.Example.org"])


class Telling(ScriptedAgent):
    """Whatever it is asked happens: `say true`."""

    async def ask(self, text: str, **more: Any) -> Answered:
        self.bus.emit(Muted(text.endswith("true"), at=0.0))
        return await super().ask(text, **more)


@pytest.fixture
def agent(tmp_path: Path) -> Telling:
    return Telling(folder=tmp_path)


@contextmanager
def visiting(agent: ScriptedAgent, config: HttpConfig = CONFIG) -> Generator[httpx.Client]:
    with networked(agent, config) as network:
        base = f"http://127.0.0.1:{network.listeners[0].port}/api/v1"
        with httpx.Client(base_url=base, timeout=60) as http:
            yield http
    gc.collect()


@pytest.fixture
def http(agent: ScriptedAgent) -> Generator[httpx.Client]:
    with visiting(agent) as http:
        yield http


def made(agent: ScriptedAgent, *scopes: Any, **more: Any) -> MadeKey:
    return asyncio.run(agent.keys.add(NewKey(label="phone", scopes=list(scopes) or ["admin"], **more)))


def shown(key: MadeKey) -> dict[str, str]:
    return {"authorization": f"Bearer {key.token}"}


def noted(agent: ScriptedAgent) -> list[tuple[str, str, str]]:
    return [(entry.who, entry.action, entry.result) for entry in agent.audit.all]


EVERYTHING = [
    ("GET", "/status"),
    ("GET", "/events"),
    ("POST", "/ask"),
    ("POST", "/nowhere"),
    ("DELETE", "/status"),
    ("OPTIONS", "/status"),
    ("GET", "/health/live/"),
    ("POST", "/health/live"),
    ("GET", "/../../v1/models"),
    ("GET", "/../../schema"),
    ("GET", "/../../"),
]


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_without_a_key_nobody_learns_even_what_there_is(http: httpx.Client, method: str, path: str):
    told = http.request(method, path)
    assert (told.status_code, "key-refused" in told.text) == (401, True)


def test_whether_there_is_somebody_may_be_asked_without_a_key(http: httpx.Client):
    assert http.get("/health/live").status_code not in (401, 403)


def test_nobody_says_that_he_is_of_this_machine(http: httpx.Client, agent: ScriptedAgent):
    for name in ("x-forwarded-for", "forwarded", "x-real-ip"):
        told = http.post("/voice/say", json={"text": "hello"}, headers={name: "uid:0"})
        assert told.status_code == 401
    assert {who for who, *_ in noted(agent)} == {"ip:127.0.0.1"}


def test_what_is_changed_is_noted_with_key_and_address_and_so_is_what_was_refused(
    http: httpx.Client, agent: ScriptedAgent
):
    talk, over = made(agent, "talk"), made(agent, "talk")
    asyncio.run(agent.keys.revoke(over.id))
    me = f"key:{talk.id} ip:127.0.0.1"
    http.post("/ask", json={"text": "say secret"}, headers=shown(talk))
    http.get("/messages", headers=shown(talk))
    http.delete("/cache", headers=shown(talk))
    http.post("/ask", json={"text": "say secret"}, headers=shown(over))
    http.delete("/conversations/my secret words", headers=shown(over))
    http.get("/status", headers=shown(over))
    assert noted(agent) == [
        (me, "POST /ask", "200"),
        (me, "DELETE /cache", "403"),
        ("ip:127.0.0.1", "POST /ask", "401"),
        ("ip:127.0.0.1", "DELETE ?", "401"),
    ]


def test_errors_have_the_form_of_what_was_asked_for(http: httpx.Client):
    assert http.get("/../../v1/models").json()["error"]["type"] == "authentication_error"
    assert http.get("/status").json()["code"] == "key-refused"


def test_a_key_has_its_share_and_is_told_so(agent: ScriptedAgent):
    one, other = made(agent, "read"), made(agent, "read")
    with visiting(agent, replace(CONFIG, requests_per_minute=3)) as http:
        found = [http.get("/status", headers=shown(one)) for _ in range(4)]
        assert http.get("/status", headers=shown(other)).status_code == 200
    assert [each.status_code for each in found] == [200, 200, 200, 429]
    assert [each.headers["ratelimit-policy"] for each in found] == ['"key";q=3;w=60'] * 4
    assert [each.headers["ratelimit"].split(";")[:2] for each in found] == [
        ['"key"', f"r={left}"] for left in (2, 1, 0, 0)
    ]
    assert 1 <= int(found[-1].headers["retry-after"]) <= 20
    assert found[-1].json()["code"] == "rate-limited"
    assert "retry-after" not in found[0].headers


def test_a_key_may_have_a_quota_of_a_day_and_is_told_so(agent: ScriptedAgent):
    key = made(agent, "read", requests_per_day=2)
    with visiting(agent) as http:
        found = [http.get("/status", headers=shown(key)) for _ in range(3)]
        refused = http.post("/voice/mute", headers=shown(key))
    assert [each.status_code for each in found] == [200, 200, 429]
    assert [each.headers["ratelimit-policy"] for each in found] == ['"key";q=600;w=60, "day";q=2;w=86400'] * 3
    assert [each.headers["ratelimit"].partition(", ")[2] for each in found] == [
        f'"day";r={left};t=3601' for left in (1, 0, 0)
    ]
    assert [each.headers.get("retry-after") for each in found] == [None, None, "3601"]
    assert (found[-1].json()["code"], "a day" in found[-1].json()["detail"]) == ("rate-limited", True)
    assert refused.status_code == 429
    assert noted(agent) == [("key:" + key.id + " ip:127.0.0.1", "POST /voice/mute", "429")]


def test_an_address_has_its_share_with_all_keys_and_without_one(agent: ScriptedAgent):
    keys = [made(agent, "read") for _ in range(4)]
    with visiting(agent, replace(CONFIG, requests_per_minute_from_address=3)) as http:
        found = [http.get("/status", headers=shown(key)).status_code for key in keys]
        last = http.get("/health/live")
    assert found == [200, 200, 200, 429]
    assert (last.status_code, last.headers["ratelimit-policy"]) == (429, '"address";q=3;w=60')


def test_who_guesses_keys_is_not_heard_for_a_while_even_with_a_good_one(http: httpx.Client, agent: ScriptedAgent):
    good = made(agent)
    for number in range(FAILURES):
        assert http.post("/voice/say", headers={"authorization": f"Bearer vk_x_{number}"}).status_code == 401
    told = http.post("/voice/say", json={"text": "hello"}, headers=shown(good))
    assert (told.status_code, told.headers["ratelimit-policy"]) == (429, f'"failures";q={FAILURES};w=60')
    assert int(told.headers["retry-after"]) >= 1
    assert agent.said == []
    assert http.get("/health/live").status_code == 200
    assert len(noted(agent)) == NOTES


def test_a_long_answer_ends_with_its_key(http: httpx.Client, agent: Telling):
    key, other = made(agent, "read"), made(agent, "talk")
    with http.stream("GET", "/events", headers=shown(key)) as told:
        events = told.iter_lines()
        http.post("/ask", json={"text": "say true"}, headers=shown(other))
        assert any("true" in line for line in events)
        asyncio.run(agent.keys.revoke(key.id))
        http.post("/ask", json={"text": "say false"}, headers=shown(other))
        assert not [line for line in events if "false" in line]


def test_pages_of_others_are_not_let_in(http: httpx.Client, agent: ScriptedAgent):
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    for origin, may in (("https://panel.example.org", True), ("https://evil.example.org", False), ("null", False)):
        before = http.options("/ask", headers={"origin": origin, **asks})
        after = http.get("/status", headers={"origin": origin, **shown(made(agent))})
        refused = http.get("/status", headers={"origin": origin})
        assert (before.status_code, after.status_code, refused.status_code) == (204, 200, 401)
        for told in (before, after, refused):
            assert told.headers.get("access-control-allow-origin") == (origin if may else None)
            assert told.headers["vary"] == "Origin"
            assert "access-control-allow-credentials" not in told.headers
        assert "authorization" in before.headers["access-control-allow-headers"]


def test_no_page_is_named_unless_its_owner_does(agent: ScriptedAgent):
    with visiting(agent, replace(CONFIG, origins=[])) as http:
        told = http.get("/status", headers={"origin": "https://panel.example.org", **shown(made(agent))})
    assert not [name for name in told.headers if name.startswith("access-control")]


def test_a_page_whose_name_was_made_to_point_here_is_refused(http: httpx.Client, agent: ScriptedAgent):
    key = made(agent)
    found = [
        http.get("/status", headers={"host": host, **shown(key)}).status_code
        for host in ("voice.example.org", "localhost:8760", "192.168.1.5", "evil.example.org", "127.0.0.1.evil.org")
    ]
    assert found == [200, 200, 200, 421, 421]


@pytest.mark.parametrize(
    "host", [b"", b"evil", b"localhost@evil", b"localhost:x", b"localhost:65536", b"[::1", b"1.2.3", b"\xff", b"a b"]
)
def test_what_is_no_name_of_ours_is_refused(host: bytes):
    with pytest.raises(HostRefused):
        check_host(host, own_names([]))


@pytest.mark.parametrize("host", ["a:abc", "127.0.0.1:99999", "[::1", "127.0.0.1:x"])
def test_a_host_that_is_none_is_refused_and_no_fault_of_ours(
    http: httpx.Client, agent: ScriptedAgent, host: str, caplog: pytest.LogCaptureFixture
):
    found = [http.get(path, headers={"host": host}) for path in ("/status", "/../../v1/models")]
    path = str(agent.folder / "voiced.sock")
    with answering(Path(path), agent), httpx.Client(transport=httpx.HTTPTransport(uds=path)) as here:
        found.append(here.get("http://x/api/v1/nowhere", headers={"host": host}))
    assert [each.status_code for each in found] == [421, 421, 404]
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("host", [b"LOCALHOST", b"localhost.:80", b"127.0.0.1:8760", b"[::1]:8760", b"[fe80::1]"])
def test_names_and_addresses_of_ours(host: bytes):
    check_host(host, own_names([]))


def test_no_part_of_an_answer_waits_for_another(agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch):
    found: list[int] = []
    made_ = Protocol.connection_made

    def connection_made(self: Protocol, transport: Any) -> None:
        found.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made_(self, transport)

    monkeypatch.setattr(Protocol, "connection_made", connection_made)
    with visiting(agent) as http:
        http.get("/health/live")
    assert found == [1]


def trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certificate)
    return context


def test_it_is_encrypted_and_a_new_certificate_is_shown_without_a_restart(agent: ScriptedAgent, tmp_path: Path):
    first, second, key = tmp_path / "1", tmp_path / "2", made(agent)
    first.mkdir()
    second.mkdir()
    self_signed(first)
    later = self_signed(second)
    files = {"certificate": str(first / "server.pem"), "private_key": str(first / "server.key")}
    config = replace(CONFIG, **files)
    with networked(agent, config) as network:
        address = f"https://127.0.0.1:{network.listeners[0].port}/api/v1/status"
        old = trusting(first / "server.pem")
        assert httpx.get(address, headers=shown(key), verify=old).status_code == 200
        for name in ("server.pem", "server.key"):
            (first / name).write_bytes((second / name).read_bytes())
        show_it = network.renew()
        assert httpx.get(address, headers=shown(key), verify=old).status_code == 200
        show_it()
        assert httpx.get(address, headers=shown(key), verify=trusting(later.file)).status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(address, verify=old)
        (first / "server.key").write_text("no key")
        with pytest.raises(ConfigInvalid, match="cannot be used"):
            network.renew()
        assert httpx.get(address, headers=shown(key), verify=trusting(later.file)).status_code == 200


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1"])
def test_nobody_else_is_listened_to_before_there_is_a_key_that_is_in_force(
    agent: ScriptedAgent, listen: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("voiced.control.listening.RETRY_S", 0.01)
    asyncio.run(agent.keys.revoke(made(agent).id))
    agent.keys._all["old"] = replace(next(iter(agent.keys._all.values())), id="old", revoked_at=None, expires_at=1.0)

    async def run() -> None:
        network = Network(HttpConfig(listen=["127.0.0.1:0", listen]), agent, application(agent, FakeMachine()))
        here, elsewhere = network.listeners
        serving = asyncio.create_task(network.run())
        await until(lambda: here.port and elsewhere.status.problem)
        await asyncio.sleep(0.1)
        assert elsewhere.port is None
        assert ("no key is in force" in elsewhere.status.problem, "keys add" in elsewhere.status.hint) == (True, True)
        await agent.keys.add(NewKey(label="phone", scopes=["read"]))
        await until(lambda: elsewhere.port or "assign" in elsewhere.status.problem)
        await ended([serving])

    asyncio.run(run())
    assert [record.levelname for record in caplog.records if "no key is in force" in record.message] == ["ERROR"]


def test_others_are_listened_to_with_a_key(agent: ScriptedAgent):
    key = made(agent, "read", expires_at=time.time() + 3600)
    with networked(agent, HttpConfig(listen=["0.0.0.0:0"])) as network:
        told = httpx.get(f"http://127.0.0.1:{network.listeners[0].port}/api/v1/status", headers=shown(key))
    assert told.status_code == 200
