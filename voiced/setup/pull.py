"""Brings a model: fetched or copied beside, compared with its digest, looked at, and only then put in its place.

Whatever ends it, the model that was there before stays. What was fetched stays too: the next try goes on from there.
"""

from datetime import UTC, datetime
from pathlib import Path

from voiced.core.config import Config
from voiced.core.disk import leave_room
from voiced.core.errors import ModelBroken, StoreFull
from voiced.core.models import Pulled, Tell
from voiced.setup import modelfolder
from voiced.setup.catalogue import Entry, WantedFile
from voiced.setup.hub import Hub, HubFailed, Remote
from voiced.setup.modelcheck import Progress, digest, meter, structure
from voiced.setup.models import Installed, LockedFile, read_lock
from voiced.setup.modelstore import again, discard, full, held, note, noted, put, staging
from voiced.setup.places import models_folder


def pull(config: Config, entry: Entry, tell: Tell, source: Path | None = None) -> Pulled:
    """Brings a model, unless it is here and whole.

    Args:
        config: the configuration.
        entry: the model.
        tell: told how far it is.
        source: a folder to copy from; None to fetch it from the Hub.

    Raises:
        HubFailed: it did not come.
        InputInvalid, ModelMissing: the folder does not have it.
        ModelBroken: what came is not what was published, or not sound.
        ModelsFailed: the disk is full or fails, or another command is at it.
    """
    folder = models_folder(config)
    with held(folder):
        before = read_lock(folder).models.get(entry.name)
        work = _Pull(folder, entry, before, tell)
        if before and (kept := work.whole(before)):
            note(folder, {entry.name: kept})  # Its times may have changed: it was copied, or restored.
            return _pulled(folder, entry.name, kept, new=False)
        brought = work.copied(source) if source else work.fetched(Hub(config.models.mirror, entry.name))
    return _pulled(folder, entry.name, brought, new=True)


class _Pull:
    def __init__(self, folder: Path, entry: Entry, before: Installed | None, tell: Tell) -> None:
        self._folder = folder
        self._entry = entry
        self._before = before
        self._tell = tell

    def whole(self, before: Installed) -> Installed | None:
        """The model that is here, with its times as they are now; None if it is not the one that is wanted."""
        stated = {file.name: file.sha256 for file in self._entry.files}
        settled = all(stated.values()) or before.revision in ("", self._entry.revision)
        if not settled or {file.name for file in before.files} != stated.keys():
            return None
        for file in before.files:
            path = self._folder / before.folder / file.name
            if not path.is_file() or path.stat().st_size != file.size:
                return None
            if self._digest(path) != (stated[file.name] or file.sha256):
                return None
        return again(self._folder, before)

    def copied(self, source: Path) -> Installed:
        """Copies it from a folder."""
        found = modelfolder.find(self._entry, source)
        self._make_room(sum(path.stat().st_size for path in found))
        staged = staging(self._folder, self._entry.name, "copied")
        files: list[LockedFile] = []
        for wanted, path in zip(self._entry.files, found, strict=True):
            target = staged / wanted.name
            modelfolder.copy(path, target, self._meter(wanted.name, "copying"))
            files.append(noted(target, self._digest(target)))
            if wanted.sha256 and files[-1].sha256 != wanted.sha256:
                discard(staged)
                raise _other(str(path), "Copy it again, from where it was published.")
        return self._put(staged, files, str(source.absolute()), "", "")

    def fetched(self, hub: Hub) -> Installed:
        """Fetches it from the Hub: at the commit at which it was fetched before, if there is one."""
        entry, before = self._entry, self._before
        known = before if before and (before.source, before.revision) == (entry.source, entry.revision) else None
        first = self._asked(hub, known.commit if known else entry.revision, entry.files[0])
        remotes = [first, *(self._asked(hub, first.commit, wanted) for wanted in entry.files[1:])]
        staged = staging(self._folder, entry.name, first.commit)
        here = sum(path.stat().st_size for path in staged.iterdir())
        self._make_room(max(0, sum(remote.size for remote in remotes) - here))
        pinned = {file.name: file.sha256 for file in known.files} if known and known.commit == first.commit else {}
        files: list[LockedFile] = []
        for wanted, remote in zip(entry.files, remotes, strict=True):
            expected = wanted.sha256 or pinned.get(wanted.name) or remote.sha256
            files.append(self._fetch(hub, remote, staged / wanted.name, expected))
        return self._put(staged, files, entry.source, entry.revision, first.commit)

    def _asked(self, hub: Hub, revision: str, wanted: WantedFile) -> Remote:
        """What a file is, looked at before anything is fetched."""
        try:
            remote = hub.file(self._entry.source, revision, wanted.path)
        except HubFailed as error:
            if error.code == "hub-missing" and revision != self._entry.revision:
                hint = f"`voiced models remove {self._entry.name}`, and the next pull takes what is there now."
                raise HubFailed(error.message, code=error.code, hint=hint) from error
            raise
        if wanted.sha256 and remote.sha256 and remote.sha256 != wanted.sha256:
            raise _other(f"{wanted.path} of {self._entry.source}", "Check models.mirror; a newer voiced may know it.")
        return remote

    def _fetch(self, hub: Hub, remote: Remote, path: Path, expected: str) -> LockedFile:
        """Fetches a file. What a power cut left of an earlier try may be wrong: then it is fetched once more, whole."""
        resumed = path.exists()
        hub.fetch(remote, path, self._meter(path.name, "downloading"))
        sha256 = self._digest(path)
        if sha256 == (expected or sha256):
            return noted(path, sha256)
        path.unlink()
        if not resumed:
            raise _other(path.name, "Try again; if it stays so, check models.mirror and report it.")
        return self._fetch(hub, remote, path, expected)

    def _put(self, staged: Path, files: list[LockedFile], source: str, revision: str, commit: str) -> Installed:
        """Looks at what came, and puts it in its place."""
        entry = self._entry
        try:
            structure(entry.engine, staged / files[0].name)
        except ModelBroken:
            discard(staged)
            raise
        now = datetime.now(UTC).replace(microsecond=0)
        model = Installed(entry.engine, "", files, source, revision, commit, entry.licence, now)
        return put(self._folder, entry.name, staged, model)

    def _make_room(self, size: int) -> None:
        try:
            leave_room(self._folder, size)
        except StoreFull as error:
            raise full(f"there is no room for {self._entry.name} in {self._folder}: {error.message}") from error

    def _digest(self, path: Path) -> str:
        return digest(path, self._meter(path.name, "checking"))

    def _meter(self, file: str, doing: str) -> Progress:
        return meter(self._tell, self._entry.name, file, doing)


def _other(what: str, hint: str) -> ModelBroken:
    return ModelBroken(f"{what} is not what was published: it has another digest", code="digest-mismatch", hint=hint)


def _pulled(folder: Path, name: str, model: Installed, *, new: bool) -> Pulled:
    path = folder / model.folder / model.files[0].name
    size = sum(file.size for file in model.files)
    return Pulled(name, str(path), size, model.source, model.commit, new)
