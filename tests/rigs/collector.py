"""A collector of OpenTelemetry: it takes in traces over HTTP, and may hang or refuse."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What has come in so far.

    Attributes:
        url: its address.
        raw: all bytes that came.
    """

    def __init__(self) -> None:
        self.status = 200
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Semaphore(0)
        self.raw = b""
        self.resource: dict[str, str] = {}
        self._spans: list[Span] = []
        self._changed = threading.Condition()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.asked.release()
                collector.answers.wait(20)
                if collector.status == 200 and self.path == "/v1/traces":
                    collector._take(body)
                self.send_response(collector.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self, count: int) -> list[Span]:
        """Waits until so many have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._spans) >= count, 30), f"{len(self._spans)} of {count}"
            return list(self._spans)

    def _take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        with self._changed:
            self.raw += body
            for one in request.resource_spans:
                self.resource = {each.key: each.value.string_value for each in one.resource.attributes}
                self._spans += [span for scope in one.scope_spans for span in scope.spans]
            self._changed.notify_all()


@contextmanager
def collecting() -> Generator[Collector]:
    """A collector on this machine until the block ends."""
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever, args=(0.05,), name="collector")
    thread.start()
    try:
        yield collector
    finally:
        collector.answers.set()
        collector.server.shutdown()
        thread.join()
        collector.server.server_close()
