"""Bringing models from a Hub on this machine, with all that can go wrong on the way."""

import errno
import hashlib
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from tests.rigs.hub import HubMirror
from tests.rigs.model_files import catalogue as write
from tests.rigs.model_files import entry, gguf
from voiced.core.config import Config
from voiced.core.errors import ModelBroken, ModelMissing, VoicedError
from voiced.core.models import Pulled, Step, Verified
from voiced.setup import hub as hub_file
from voiced.setup.catalogue import catalogue
from voiced.setup.hub import HubFailed
from voiced.setup.models import path_of, read_lock
from voiced.setup.modelstore import ModelsFailed, held, remove
from voiced.setup.pull import pull
from voiced.setup.verify import verify

MEGABYTES = 3 * 1024 * 1024


@pytest.fixture
def hub() -> Generator[HubMirror]:
    with HubMirror() as mirror:
        yield mirror


class Box(NamedTuple):
    """A machine: its settings, and what is done with its models."""

    home: Path
    config: Config

    @property
    def models(self) -> Path:
        return self.home / "models"

    def pull(self, table: str, source: Path | None = None, tell: Callable[[Step], None] = lambda _: None) -> Pulled:
        write(self.home / "config.toml", table)
        return pull(self.config, catalogue(self.home / "config.toml")["noise"], tell, source)

    def read(self) -> bytes:
        return path_of(self.config, "llama", "noise").read_bytes()

    def verify(self) -> list[Verified]:
        return list(verify(self.config, [], lambda _: None))


@pytest.fixture
def box(hub: HubMirror, tmp_path: Path) -> Box:
    values = {"models": {"folder": str(tmp_path / "models"), "mirror": hub.url}}
    return Box(tmp_path, msgspec.convert(values, Config))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_a_model_is_brought_and_noted(hub: HubMirror, box: Box):
    data = gguf(1, MEGABYTES)
    commit = hub.commit("someone/noise", {"noise.gguf": data})
    told: list[Step] = []
    pulled = box.pull(entry("noise", sha256=sha256(data), size=len(data)), tell=told.append)
    assert box.read() == data
    assert (pulled.new, pulled.bytes, pulled.commit) == (True, len(data), commit)
    noted = read_lock(box.models).models["noise"]
    assert (noted.source, noted.revision, noted.commit) == ("someone/noise", "main", commit)
    assert (noted.files[0].sha256, noted.files[0].size) == (sha256(data), len(data))
    assert {step.doing for step in told} == {"downloading", "checking"}
    assert told[-1].done == told[-1].total == len(data)
    assert box.verify() == [Verified("noise", good=True)]


def test_what_is_here_and_whole_is_not_fetched_again(hub: HubMirror, box: Box):
    hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    box.pull(entry("noise"))
    hub.sent()
    os.utime(path_of(box.config, "llama", "noise"), ns=(1, 1))
    assert not box.pull(entry("noise")).new
    assert hub.served == []
    assert box.read() == gguf(1), "its time counts again"


def test_files_of_one_commit_lie_beside_each_other(hub: HubMirror, box: Box):
    more = '[[models.files]]\npath = "deep/noise.gguf.json"\n'
    first = hub.commit("someone/noise", {"noise.gguf": gguf(1), "deep/noise.gguf.json": b"{}"})
    box.pull(entry("noise") + more)
    path = path_of(box.config, "llama", "noise")
    assert path.with_name("noise.gguf.json").read_bytes() == b"{}"
    assert read_lock(box.models).models["noise"].commit == first


def test_a_pull_that_broke_goes_on_where_it_ended(hub: HubMirror, box: Box):
    data = gguf(1, MEGABYTES)
    hub.commit("someone/noise", {"noise.gguf": data})

    class Killed(BaseException):
        pass

    def kill(step: Step) -> None:
        if step.done >= 2 * 1024 * 1024:
            raise Killed

    with pytest.raises(Killed):
        box.pull(entry("noise"), tell=kill)
    with pytest.raises(ModelMissing):
        box.read()
    hub.sent()
    box.pull(entry("noise"))
    assert box.read() == data
    assert hub.served[0].first >= 1024 * 1024
    assert hub.sent() <= len(data) - 1024 * 1024


def test_what_a_power_cut_left_of_a_pull_is_fetched_once_more(hub: HubMirror, box: Box):
    data = gguf(1, MEGABYTES)
    commit = hub.commit("someone/noise", {"noise.gguf": data})
    part = box.models / ".part" / "noise" / commit
    part.mkdir(parents=True)
    (part / "noise.gguf").write_bytes(data[:100] + bytes(5000))
    box.pull(entry("noise"))
    assert box.read() == data
    assert [each.first for each in hub.served] == [5100, 0]


@pytest.mark.parametrize("left", [0, 1, -1, 10])
def test_whatever_is_left_of_an_earlier_pull_it_ends_well(hub: HubMirror, box: Box, left: int):
    """A part of no, one, nearly all or more bytes than there are; and one of another commit, which goes."""
    data = gguf(1)
    commit = hub.commit("someone/noise", {"noise.gguf": data})
    for folder in (commit, "another"):
        part = box.models / ".part" / "noise" / folder
        part.mkdir(parents=True)
        (part / "noise.gguf").write_bytes((data + bytes(10))[: left if left >= 0 else len(data) + left])
    if left == 10:
        (box.models / ".part" / "noise" / commit / "noise.gguf").write_bytes(data + bytes(10))
    box.pull(entry("noise"))
    assert box.read() == data
    assert list((box.models / ".part" / "noise").iterdir()) == []


@pytest.mark.parametrize("stated", ["by the catalogue", "by the Hub", "at the first pull"])
def test_a_flipped_byte_is_refused_and_the_old_model_stays(hub: HubMirror, box: Box, stated: str):
    small = stated == "at the first pull"
    old, new = gguf(1, 64 if small else 4096), gguf(2, 64 if small else 4096)
    hub.commit("someone/noise", {"noise.gguf": old})
    box.pull(entry("noise"))
    if small:
        path_of(box.config, "llama", "noise").write_bytes(b"damaged")
    else:
        hub.commit("someone/noise", {"noise.gguf": new}, "next")
    hub.spoil = flipped
    with pytest.raises(ModelBroken) as raised:
        box.pull(
            entry("noise", revision="main" if small else "next", **{"sha256": sha256(new)} if "cat" in stated else {})
        )
    assert raised.value.code == "digest-mismatch"
    if not small:
        assert box.read() == old
    hub.spoil = lambda data: data
    box.pull(entry("noise", revision="main" if small else "next"))
    assert box.read() == (old if small else new)


def test_what_the_catalogue_does_not_know_is_refused_before_it_is_fetched(hub: HubMirror, box: Box):
    hub.commit("someone/noise", {"noise.gguf": gguf(2)})
    with pytest.raises(ModelBroken) as raised:
        box.pull(entry("noise", sha256=sha256(gguf(1))))
    assert raised.value.code == "digest-mismatch"
    assert hub.served == []


def test_a_model_that_is_whole_but_not_sound_is_refused(hub: HubMirror, box: Box):
    hub.commit("someone/noise", {"noise.gguf": gguf(1)[:-4]})
    with pytest.raises(ModelBroken, match="cut off"):
        box.pull(entry("noise"))
    assert not list(box.models.glob("**/*.gguf"))


def test_a_branch_that_moved_does_not_change_what_was_brought(hub: HubMirror, box: Box):
    hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    box.pull(entry("noise"))
    path_of(box.config, "llama", "noise").unlink()
    hub.commit("someone/noise", {"noise.gguf": gguf(2)})
    assert box.pull(entry("noise")).new
    assert box.read() == gguf(1), "the commit of the first pull"
    remove(box.models, "noise")
    box.pull(entry("noise"))
    assert box.read() == gguf(2)


def test_a_commit_that_is_gone_upstream_is_told(hub: HubMirror, box: Box):
    commit = hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    box.pull(entry("noise"))
    path_of(box.config, "llama", "noise").unlink()
    hub.commit("someone/noise", {"noise.gguf": gguf(2)})
    del hub.commits["someone/noise"][commit]
    with pytest.raises(HubFailed) as raised:
        box.pull(entry("noise"))
    assert raised.value.code == "hub-missing"
    assert "models remove noise" in raised.value.hint


def test_a_new_revision_in_the_catalogue_is_brought(hub: HubMirror, box: Box):
    first = hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    second = hub.commit("someone/noise", {"noise.gguf": gguf(2)})
    box.pull(entry("noise", revision=first))
    box.pull(entry("noise", revision=second))
    assert box.read() == gguf(2)
    assert len(list((box.models / "noise").iterdir())) == 1


def test_what_the_hub_does_not_have_is_told(hub: HubMirror, box: Box):
    with pytest.raises(HubFailed) as raised:
        box.pull(entry("noise"))
    assert raised.value.code == "hub-missing"
    assert hub.url in raised.value.message


def test_a_hub_that_does_not_answer_is_told(box: Box):
    config = msgspec.convert({"models": {"folder": str(box.models), "mirror": "http://127.0.0.1:9"}}, Config)
    with pytest.raises(HubFailed) as raised:
        Box(box.home, config).pull(entry("noise"))
    assert raised.value.code == "hub-failed"
    assert "`voiced models pull noise --from FOLDER`" in raised.value.hint


def test_no_room_is_told_before_anything_is_fetched(hub: HubMirror, box: Box, monkeypatch: pytest.MonkeyPatch):
    hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    free = os.statvfs_result((4096, 4096, 1000, 1000, 1000, 0, 0, 0, 0, 255))
    monkeypatch.setattr("voiced.core.disk.os.statvfs", lambda _: free)
    with pytest.raises(ModelsFailed) as raised:
        box.pull(entry("noise"))
    assert raised.value.code == "disk-full"
    assert "models.folder" in raised.value.hint
    assert hub.served == []


def test_a_disk_that_becomes_full_is_told_and_the_old_model_stays(
    hub: HubMirror, box: Box, monkeypatch: pytest.MonkeyPatch
):
    first = hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    second = hub.commit("someone/noise", {"noise.gguf": gguf(2)})
    box.pull(entry("noise", revision=first))

    def write(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(hub_file._Counted, "write", write)
        with pytest.raises(ModelsFailed) as raised:
            box.pull(entry("noise", revision=second))
    assert raised.value.code == "disk-full"
    assert box.read() == gguf(1)
    box.pull(entry("noise", revision=second))
    assert box.read() == gguf(2)


def test_two_pulls_at_once_are_refused(box: Box):
    with held(box.models), pytest.raises(ModelsFailed) as raised:
        box.pull(entry("noise"))
    assert raised.value.code == "models-held"


def test_a_damaged_model_is_found_and_brought_again(hub: HubMirror, box: Box):
    hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    box.pull(entry("noise"))
    path = path_of(box.config, "llama", "noise")
    before = path.stat()
    path.write_bytes(flipped(gguf(1)))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path_of(box.config, "llama", "noise") == path, "size and time are the same"
    (found,) = box.verify()
    assert not found.good
    assert "voiced models pull noise" in found.hint
    assert box.pull(entry("noise")).new
    assert box.read() == gguf(1)


def test_what_was_only_written_to_counts_again_once_it_is_verified(hub: HubMirror, box: Box):
    hub.commit("someone/noise", {"noise.gguf": gguf(1)})
    box.pull(entry("noise"))
    os.utime(path_of(box.config, "llama", "noise"), ns=(1, 1))
    with pytest.raises(ModelBroken, match="written to"):
        box.read()
    assert box.verify() == [Verified("noise", good=True)]
    assert box.read() == gguf(1)


def test_only_what_is_here_can_be_verified(box: Box):
    assert box.verify() == []
    with pytest.raises(ModelMissing):
        list(verify(box.config, ["noise"], lambda _: None))


@pytest.mark.parametrize("called", ["noise.gguf", "NOISE.GGUF", "deep/er/Noise.gguf", "file-with-another-name.gguf"])
def test_files_are_found_in_a_folder(hub: HubMirror, box: Box, tmp_path: Path, called: str):
    stick = tmp_path / "stick"
    (stick / called).parent.mkdir(parents=True)
    (stick / called).write_bytes(gguf(1))
    (stick / "noise.txt").write_text("not this one")
    table = entry("noise", file="x.gguf" if "noise" in called.lower() else "some/where/file-with-another-name.gguf")
    pulled = box.pull(table, stick)
    assert box.read() == gguf(1)
    assert pulled.source == str(stick)
    assert hub.served == []
    assert not box.pull(table).new, "it is not fetched either, afterwards"


@pytest.mark.parametrize("there", [[], ["a/noise.gguf", "b/noise.gguf"], None])
def test_a_folder_without_the_files_or_with_several_is_told(box: Box, tmp_path: Path, there: list[str] | None):
    for called in there or []:
        path = tmp_path / "stick" / called
        path.parent.mkdir(parents=True)
        path.write_bytes(gguf(1))
    if there is not None:
        (tmp_path / "stick").mkdir(exist_ok=True)
    with pytest.raises(VoicedError) as raised:
        box.pull(entry("noise"), tmp_path / "stick")
    assert raised.value.code == ("file-missing" if there is None else "model-missing")
    assert raised.value.hint


def test_a_copy_of_another_digest_is_refused(box: Box, tmp_path: Path):
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "noise.gguf").write_bytes(flipped(gguf(1)))
    with pytest.raises(ModelBroken) as raised:
        box.pull(entry("noise", sha256=sha256(gguf(1))), tmp_path / "stick")
    assert raised.value.code == "digest-mismatch"
    assert not list(box.models.glob("**/*.gguf"))


@pytest.mark.recordings
def test_the_real_embeddings_are_taken_from_the_folder_of_weights(box: Box, recordings: Path):
    model = catalogue(box.home / "config.toml")["all-minilm-l6-v2"]
    pulled = pull(box.config, model, lambda _: None, recordings / "models")
    assert path_of(box.config, "minilm", "all-minilm-l6-v2") == Path(pulled.path)
    tiny = recordings / "models" / "llm" / "stories260K-f32.gguf"
    assert path_of(box.config, "llama", str(tiny)) == tiny
