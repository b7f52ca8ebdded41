"""A mirror of the Hugging Face Hub on this machine: repositories in memory, and what can go wrong on the way.

It answers as the Hub does for `…/resolve/REVISION/PATH`: HEAD with commit, size and digest, GET with ranges.
"""

import hashlib
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import unquote

_PATH = re.compile(r"/(?P<source>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
_PIECE = 256 * 1024
LARGE = 1000
"""From so many bytes on, a file is a large one, whose SHA-256 the Hub tells."""


@dataclass
class Served:
    """A GET: what was asked for, from which byte on, and how much of it went out.

    Noted before the answer begins, and counted before it goes out: whoever has the bytes finds them here.
    """

    path: str
    first: int
    sent: int = 0


class HubMirror:
    """The mirror; a context manager. `url` is its address.

    Attributes:
        served: every GET.
        commits: of each repository: commit to path to bytes.
        branches: of each repository: name to commit.
        stall_after: bytes after which a GET waits until `go_on` is set.
        spoil: what is sent instead of what was stored, from what was stored.
    """

    def __init__(self) -> None:
        self.served: list[Served] = []
        self.commits: dict[str, dict[str, dict[str, bytes]]] = {}
        self.branches: dict[str, dict[str, str]] = {}
        self.stall_after: int | None = None
        self.go_on = threading.Event()
        self.spoil = lambda data: data
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def commit(self, source: str, files: dict[str, bytes], branch: str = "main") -> str:
        """Stores a new state of a repository; returns its commit."""
        name = hashlib.sha1(repr((source, sorted(files.items()))).encode()).hexdigest()  # noqa: S324 (a name)
        self.commits.setdefault(source, {})[name] = dict(files)
        self.branches.setdefault(source, {})[branch] = name
        return name

    def sent(self) -> int:
        """Bytes that went out since the last call."""
        total = sum(each.sent for each in self.served)
        self.served.clear()
        return total

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, mirror: HubMirror) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mirror = mirror


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        mirror, match = self.server.mirror, _PATH.fullmatch(unquote(self.path.split("?")[0]))
        assert match, self.path
        commits = mirror.commits.get(match["source"], {})
        commit = mirror.branches.get(match["source"], {}).get(match["revision"], match["revision"])
        data = commits.get(commit, {}).get(match["path"])
        if data is None:
            self._head(404, {"X-Error-Code": "EntryNotFound" if commit in commits else "RevisionNotFound"}, 0)
            return
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        digest = hashlib.sha256(data) if len(data) >= LARGE else hashlib.sha1(data)  # noqa: S324 (as git does)
        fields = {"X-Repo-Commit": commit, "ETag": f'"{digest.hexdigest()}"'}
        if asked:
            fields["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
        served = Served(match["path"], first)
        if body:
            mirror.served.append(served)
        self._head(206 if asked else 200, fields, len(data) - first)
        if body:
            self._send(served, mirror.spoil(data)[first:])

    def _head(self, status: int, fields: dict[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in {**fields, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, served: Served, data: bytes) -> None:
        mirror = self.server.mirror
        try:
            for start in range(0, len(data), _PIECE):
                if mirror.stall_after is not None and served.sent >= mirror.stall_after:
                    mirror.go_on.wait()
                piece = data[start : start + _PIECE]
                served.sent += len(piece)
                self.wfile.write(piece)
        except OSError:
            self.close_connection = True
