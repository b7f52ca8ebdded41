"""The Hugging Face Hub, or a mirror of it: what a file is there, and its bytes, from where an earlier try ended.

`hf_hub_download` begins anew after it was killed (it writes to a file of a random name), so its own lower level is
used: `get_hf_file_metadata` and `http_get`. No token is sent, nothing is told about this machine.
"""

import errno
import io
import os
import re
from pathlib import Path
from typing import Any

from msgspec import Struct

from voiced import __version__
from voiced.core.errors import VoicedError
from voiced.setup.modelcheck import Progress
from voiced.setup.modelstore import full

_HUB = "https://huggingface.co"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SECONDS = 20.0
"""The Hub's first answer takes no longer."""
_PIECE = 1024 * 1024
"""Bytes written at once: huggingface_hub's own 10 MiB take a slow line over a minute, and are lost with the process."""
_NOT_FOUND = 404
_DENIED = (401, 403)


class HubFailed(VoicedError):
    """The Hub does not give what is asked for."""

    code = "hub-failed"
    hint = "Check the network, and models.mirror."
    retriable = True


class Remote(Struct, frozen=True):
    """A file on the Hub.

    Attributes:
        url: where its bytes are.
        commit: of the repository.
        size: bytes.
        sha256: as the Hub says; empty for a small file, of which it does not.
    """

    url: str
    commit: str
    size: int
    sha256: str


class Hub:
    """The Hub.

    Args:
        mirror: the address of a mirror; empty for the Hub itself.
        model: what is to be fetched, for whoever has to bring it another way.
    """

    def __init__(self, mirror: str, model: str) -> None:
        self._by_hand = f"`voiced models pull {model} --from FOLDER`"
        self._endpoint = (mirror or _HUB).rstrip("/")
        self._library = _library()

    def file(self, source: str, revision: str, path: str) -> Remote:
        """Asks what a file is.

        Args:
            source: the repository, owner/name.
            revision: a commit or a branch.
            path: the file in it.

        Raises:
            HubFailed: there is no such file, or no answer.
        """
        url = self._library.hf_hub_url(source, path, revision=revision, endpoint=self._endpoint)
        try:
            found = self._library.get_hf_file_metadata(url, token=False, timeout=_SECONDS, endpoint=self._endpoint)
        except Exception as error:
            raise self._failed(error, f"{source}, {path} at {revision}") from error
        if not found.commit_hash or found.size is None:
            raise HubFailed(f"{self._endpoint} is no Hub: it tells no commit, or no size", hint="Check models.mirror.")
        etag = found.etag or ""
        return Remote(found.location, found.commit_hash, found.size, etag if _SHA256.fullmatch(etag) else "")

    def fetch(self, remote: Remote, path: Path, progress: Progress) -> None:
        """Fetches a file, or what is missing of it.

        Args:
            remote: what it is.
            path: where it goes; what is there already is its beginning.
            progress: told how far it is.

        Raises:
            HubFailed: it did not come whole; what came stays.
        """
        if path.exists() and path.stat().st_size > remote.size:
            path.unlink()
        headers = self._library.build_hf_headers(
            token=False, library_name="voiced", library_version=__version__, headers={"Accept-Encoding": "identity"}
        )
        try:
            with _Counted(path, remote.size, progress) as file:
                self._library.http_get(
                    remote.url, file, resume_size=file.tell(), headers=headers, expected_size=remote.size
                )
        except Exception as error:
            raise self._failed(error, path.name) from error

    def _failed(self, error: Exception, what: str) -> VoicedError:
        """The library has dozens of exceptions, of three families: what matters is the status, or the disk."""
        status = getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return full(f"there is no room left for {what}")
        if status == _NOT_FOUND:
            hint = "It was moved or renamed there, or models.mirror does not have it."
            return HubFailed(f"{self._endpoint} does not have {what}", code="hub-missing", hint=hint)
        if status in _DENIED:
            hint = f"Only who signed in there gets it: download it by hand, then {self._by_hand}."
            return HubFailed(f"{self._endpoint} does not give out {what}", code="hub-denied", hint=hint)
        words = str(error).strip().splitlines() or [type(error).__name__]
        hint = f"Check the network; or bring the files from elsewhere: {self._by_hand}."
        return HubFailed(f"{what} did not come from {self._endpoint}: {words[0]}", hint=hint)


class _Counted(io.BufferedWriter):
    """A file that is added to, and tells how long it is."""

    def __init__(self, path: Path, size: int, progress: Progress) -> None:
        super().__init__(io.FileIO(path, "ab"))
        self._size = size
        self._progress = progress

    def write(self, buffer: Any, /) -> int:  # noqa: ANN401 (any bytes-like)
        """Writes all of it."""
        written = super().write(buffer)
        self._progress(self.tell(), self._size)
        return written


def _library() -> Any:  # noqa: ANN401 (a module, whose own types are met nowhere else)
    """The library, told first to keep to itself: it reads these variables when it is imported."""
    os.environ |= {
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",  # It fetches in pieces of its own, and begins anew after it was killed.
        "HF_HUB_VERBOSITY": "error",
    }
    from huggingface_hub import constants, file_download  # noqa: PLC0415 (heavy, and only for a pull)

    constants.DOWNLOAD_CHUNK_SIZE = _PIECE
    return file_download
