"""A small portal on loopback for tests of the crawling: pages that can change, raw bytes for hostile answers."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Raw = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Serves what the Web holds, with validators, over kept connections."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Web

    def do_GET(self):
        web = self.server
        path = self.path.partition("?")[0]
        web.hits.append((path, time.monotonic(), dict(self.headers.items())))
        found = web.pages.get(path)
        if callable(found):
            found(self)
            self.close_connection = True
        elif found is None:
            self.answer(404, b"not here")
        else:
            self.answer(200, found)

    def answer(self, status: int, body: bytes, **headers: str):
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.send_response(status)
        if status != 304:
            kind = "text/xml" if self.path.endswith(".xml") else "text/html; charset=utf-8"
            self.send_header("Content-Type", headers.pop("Content_Type", kind))
            self.send_header("Content-Length", str(len(body)))
        if status in {200, 304} and self.server.validators:
            self.send_header("ETag", etag)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, *chunks: bytes, every: float = 0.0):
        """Send bytes as they are; the other side may hang up at any time."""
        try:
            for chunk in chunks:
                self.connection.sendall(chunk)
                time.sleep(every)
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Web(ThreadingHTTPServer):
    """The portal: `pages` by path, `hits` as (path, monotonic time, headers)."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, bytes | Raw] = {}
        self.hits: list[tuple[str, float, dict[str, str]]] = []
        self.validators = True
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def base(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def asked(self, path: str) -> int:
        return sum(hit[0] == path for hit in self.hits)

    def handle_error(self, *_):
        pass

    def end(self):
        self.shutdown()
        self.server_close()
        self._thread.join()


def status(code: int, **headers: str) -> Raw:
    """Answer with a status."""
    return lambda handler: handler.answer(code, b"<html>said by the server</html>", **headers)


def redirect(target: str, code: int = 302) -> Raw:
    """Lead elsewhere."""
    return status(code, Location=target)


def sent(*chunks: bytes, every: float = 0.0) -> Raw:
    """Send raw bytes, then hang up."""
    return lambda handler: handler.raw(*chunks, every=every)


def endless(head: bytes, chunk: bytes) -> Raw:
    """Send a head, then chunks for as long as anybody takes them."""

    def send(handler: Handler):
        try:
            handler.connection.sendall(head)
            while True:
                handler.connection.sendall(chunk)
        except OSError:
            pass

    return send


def stalled(seconds: float = 30.0) -> Raw:
    """Say nothing."""

    def wait(handler: Handler):
        handler.connection.settimeout(seconds)
        with contextlib.suppress(OSError):
            handler.connection.recv(1)

    return wait


FEED = "/gia/rss/general_en.xml"
NUMBERS = range(1, 1000)


def key(number: int) -> str:
    return f"info.gov.hk/P20261121{number:05d}"


def path(number: int) -> str:
    return f"/gia/general/202611/21/P20261121{number:05d}.htm"


def article(number: int, text: str = "The two departments discussed the service.") -> bytes:
    """Return a release page in the structure of info.gov.hk, with invented words."""
    title = f"Department of Harbours explains arrangement {number}"
    return f"""<html><head><title>{title}</title></head><body><div id="contentBody">
<div class="fontSize1" id="PRHeadline"><span id="PRHeadlineSpan">{title}</span></div><div id="starBar">*****</div>
<span id="pressrelease" class="fontSize1">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;Arrangement {number} begins next week.<br><br>
&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;{text}<br><div>&nbsp;</div><div class="mB15 f15">Ends/Saturday, November 21, 2026
<br>Issued at HKT 12:{number % 60:02d}<br></div></span></div></body></html>""".encode()


def feed(numbers, *, size: int = 0, tell: str = "") -> bytes:
    """Return a feed in the structure of info.gov.hk, padded to at least `size` bytes."""
    items = "".join(
        f"<item><guid>https://www.info.gov.hk{path(n)}</guid><title><![CDATA[Arrangement {n}]]></title>"
        f"<link>https://www.info.gov.hk{path(n)}</link><pubDate>Sat, 21 Nov 2026 12:{n % 60:02d}:00 +0800</pubDate>"
        f"<description><![CDATA[Arrangement {n} begins next week.{tell}]]></description></item>"
        for n in numbers
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
    return text.replace("</channel>", f"<!--{'x' * max(0, size - len(text))}--></channel>").encode()


def index(numbers) -> bytes:
    """Return a day's index in the structure of info.gov.hk."""
    rows = "".join(f'<li><a href="{path(n)}">Arrangement {n}</a></li>' for n in numbers)
    return (
        f'<html><body><div id="headerBanner">21-11-2026</div><div id="contentBody"><ul class="list fontSize1">{rows}'
        "</ul></div></body></html>"
    ).encode()
