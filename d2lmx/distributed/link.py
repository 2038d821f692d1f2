"""The line between a worker and the launcher that started it: its stdin and stdout.

Both are pipes, which ssh carries to other machines as well. A message is a line of JSON
behind MARK; other lines on the worker's stdout are its log. Where the line breaks, the
launcher is gone, and the worker's whole process group ends at once.
"""
import json
import os
import queue
import signal
import sys
import threading
import time

MARK = '\x1ed2lmx '
BEAT = 1.0  # seconds between signs of life


class Link:
    """A worker's end of the line; takes stdin and stdout, prints go to stderr."""

    def __init__(self):
        sys.stdout.flush()
        self._in, self._out = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        self._answers = queue.Queue()
        self._beaten = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, **message) -> None:
        """Send one message to the launcher."""
        self._beaten = time.monotonic()
        line = memoryview(f'{MARK}{json.dumps(message)}\n'.encode())
        while line:
            line = line[os.write(self._out, line):]

    def beat(self) -> None:
        """Show a sign of life, where the last one is a while ago."""
        if time.monotonic() - self._beaten > BEAT:
            self.send(beat=True)

    def sum(self, values: list) -> list:
        """Sums over the workers, by the launcher, in double precision."""
        self.send(sum=[float(value) for value in values])
        return self._answers.get()

    def _listen(self):
        buffer = b''
        while chunk := os.read(self._in, 65536):
            *lines, buffer = (buffer + chunk).split(b'\n')
            for line in lines:
                message = json.loads(line)
                if 'sum' in message:
                    self._answers.put(message['sum'])
                else:  # Ctrl-C
                    os.kill(os.getpid(), signal.SIGINT)
        os.killpg(0, signal.SIGKILL)
