"""A local web server, and files to serve."""
import hashlib
import http.server
import threading
import time

import pytest

from d2lmx.files import transfer

CONTENT = bytes(range(256)) * 64  # 16 kB
SHA1 = hashlib.sha1(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """The first part of the path says how the answer goes wrong, if it does."""

    def do_GET(self):
        way = self.path.split('/')[1]
        self.server.requests.append(way)
        if way == 'flaky':  # cut off the first time only
            way = 'cut' if self.server.requests.count('flaky') == 1 else 'good'
        getattr(self, way)()

    def send_start(self, length):
        self.send_response(200)
        self.send_header('Content-Length', str(length))
        self.end_headers()

    def good(self):
        self.send_start(len(CONTENT))
        self.wfile.write(CONTENT)

    def cut(self):
        self.send_start(len(CONTENT))
        self.wfile.write(CONTENT[:5000])

    def wrong(self):
        self.send_start(len(CONTENT))
        self.wfile.write(CONTENT[::-1])

    def missing(self):
        self.send_error(404)

    def silent(self):
        self.server.over.wait(10)

    def stalled(self):
        self.send_start(len(CONTENT))
        self.wfile.write(CONTENT[:5000])
        self.wfile.flush()
        self.server.over.wait(10)

    def trickle(self):
        self.send_start(len(CONTENT))
        self.trickle_on()

    def trickle_on(self):
        end = time.monotonic() + 10
        while not self.server.over.wait(.05) and time.monotonic() < end:
            self.wfile.write(b'x')
            self.wfile.flush()

    def crawl(self):
        """Much at once, and then a trickle."""
        self.send_start(len(CONTENT))
        self.wfile.write(CONTENT[:5000])
        self.trickle_on()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(monkeypatch):
    """A local server: `server.url + 'cut/name'` is cut off, and so on."""
    monkeypatch.setenv('NO_PROXY', '127.0.0.1')
    monkeypatch.setattr(transfer, 'CONNECT_SECONDS', 1)
    monkeypatch.setattr(transfer, 'ANSWER_SECONDS', 1)
    monkeypatch.setattr(transfer, 'READ_SECONDS', 1)
    web = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    web.daemon_threads = True
    web.requests, web.over = [], threading.Event()
    web.url = f'http://127.0.0.1:{web.server_port}/'
    threading.Thread(target=web.serve_forever, args=(.01,), daemon=True).start()
    yield web
    web.over.set()
    web.shutdown()
    web.server_close()
