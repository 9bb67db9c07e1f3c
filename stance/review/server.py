"""Serves the review page to this machine alone.

It listens on 127.0.0.1, answers only paths that begin with a random token, only a Host that is itself, writes only for
its own Origin, takes small forms and nothing else, and hangs up on clients that take too long. Against programs that
run as the same user it protects nothing: they can read the files anyway."""

from __future__ import annotations

import http.server
import logging
import secrets
import socket
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stance.errors import InputError
from stance.report.page import content_policy
from stance.review.page import Review, open_review, page_script, page_style

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
BODY = 16 * 1024  # bytes of a form
FIELDS = 12
CLIENTS = 32  # at once
PATIENCE = 20.0  # seconds for a whole request


class ReviewServer(http.server.ThreadingHTTPServer):
    """`url` is where the page is; anything else is refused."""

    request_queue_size = 2 * CLIENTS
    daemon_threads = True
    block_on_close = False

    def __init__(self, review: Review, port: int = 0, patience: float = PATIENCE) -> None:
        self.review, self.patience, self.token = review, patience, secrets.token_urlsafe(24)
        self._free = threading.BoundedSemaphore(CLIENTS)
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise InputError(f"port {port}: cannot be used ({error}); leave --port out to take a free one") from None

    def server_bind(self) -> None:
        # HTTPServer would ask the name service who 127.0.0.1 is.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, str]:
        return f"{HOST}:{self.server_port}", f"localhost:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        (log.debug if isinstance(error, OSError) else log.error)("a request failed: %r", error)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: ReviewServer
    server_version, sys_version = "stance", ""
    error_message_format, error_content_type = "%(message)s\n", "text/plain; charset=utf-8"

    def setup(self) -> None:
        self.request.settimeout(self.server.patience)
        super().setup()
        # A client that sends a byte now and then never meets the timeout of one read.
        self._hang_up = threading.Timer(self.server.patience, self._shut)
        self._hang_up.daemon = True
        self._hang_up.start()

    def finish(self) -> None:
        self._hang_up.cancel()
        super().finish()

    def _shut(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # gone already

    def do_GET(self) -> None:
        path = self._admitted()
        if path == "":
            page = parse_qs(urlsplit(self.path).query).get("page", ["1"])[0]
            number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
            own = content_policy(page_style(), page_script())
            self._answer(200, self.server.review.page_html(number), "text/html",
                         f"{own}; connect-src 'self'; frame-ancestors 'none'")
        elif path == "report.html":
            self._send_report(self.server.review.file.with_name("report.html"))
        elif path is not None:
            self._refuse(404, "nothing here")

    def do_POST(self) -> None:
        path = self._admitted(writing=True)
        if path is None:
            return
        length = self.headers.get("Content-Length", "")
        if path != "corrections":
            self._refuse(404, "nothing here")
        elif self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            self._refuse(411, "the length is missing")
        elif len(length) > 9 or int(length) > BODY:
            self._refuse(413, "too much at once")
        elif self.headers.get_content_type() != "application/x-www-form-urlencoded":
            self._refuse(415, "a form is expected")
        else:
            self._record(self.rfile.read(int(length)), int(length))

    def _record(self, body: bytes, length: int) -> None:
        try:
            if len(body) != length:
                raise ValueError("cut short")
            sent = parse_qs(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
                            max_num_fields=FIELDS)
        except ValueError:
            self._refuse(400, "not a form")
            return
        try:
            row = self.server.review.record({name: values[-1] for name, values in sent.items()})
        except InputError as error:
            self._refuse(400, str(error))
            return
        self._answer(200, self.server.review.row_html(row), "text/html", "default-src 'none'")

    def _refuse_method(self) -> None:
        self._refuse(405, "only GET and POST")

    do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse_method

    def _admitted(self, writing: bool = False) -> str | None:
        """The path behind the token; None, and refused, where the request may not come in."""
        hosts, origins = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        token, slash, path = urlsplit(self.path).path.removeprefix("/").partition("/")
        if len(hosts) != 1 or hosts[0] not in self.server.hosts:
            self._refuse(403, "this page is for this machine alone")
        elif ((origins or writing) and origins != [f"http://{hosts[0]}"]) or self.headers.get(
            "Sec-Fetch-Site", "none"
        ) not in ("none", "same-origin"):
            self._refuse(403, "only this page itself may ask")
        elif not slash or not secrets.compare_digest(token.encode("utf-8", "replace"), self.server.token.encode()):
            self._refuse(403, "use the whole address that stance review printed")
        else:
            return path
        return None

    def _send_report(self, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self._refuse(404, "there is no report.html in this folder")
            return
        # The report may be anybody's: in a sandbox of its own it cannot write corrections.
        self._answer(200, text, "text/html", "sandbox allow-scripts allow-modals; connect-src 'none'")

    def _answer(self, status: int, text: str, kind: str, policy: str) -> None:
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(data)),
            "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY", "Connection": "close",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _refuse(self, status: int, why: str) -> None:
        self._answer(status, why, "text/plain", "default-src 'none'")

    def log_message(self, format: str, *args: Any) -> None:
        log.debug("%s", args)


def serve_review(folder: Path, annotator: str = "", port: int = 0) -> None:
    """Serve the review of a comparison until interrupted; prints the address first. Raises InputError where the folder
    holds no comparison or the port is taken."""
    with ReviewServer(open_review(folder, annotator), port) as server:
        print(server.url, flush=True)
        log.info("review: open that address in a browser on this machine; stop with Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.info("review: stopped; corrections are in %s", server.review.file)
