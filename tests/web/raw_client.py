"""A Socket.IO client with nothing between the test and the wire, and the small server as a process of its own."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, RejectConnection, Request, TextMessage

TINY_SERVER = Path(__file__).with_name("tiny_server.py")
ROOT = Path(__file__).parents[2]


def until(condition, seconds=10, of="it"):
    """Return the first true answer of the condition, asked again and again within a bound."""
    end = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        assert time.monotonic() < end, f"{of} did not come within {seconds} s"
        time.sleep(0.02)


class TinyServer:
    """``tiny_server.py`` running as a process; a context manager that leaves nothing behind."""

    def __init__(self, *arguments, **environ):
        self.arguments = arguments or ("0",)
        self.environ = environ

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(TINY_SERVER), *self.arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environ},
            stderr=subprocess.PIPE,
            text=True,
        )
        first = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", first)
        if not found:
            self.process.kill()
            raise AssertionError(first + self.process.stderr.read())
        self.port = int(found[1])
        self.log = []
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()
        return self

    def read_on(self):
        """Keep what it writes to stderr, line by line, as long as it lives."""
        for line in self.process.stderr:
            self.log.append(line)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        if hasattr(self, "reader"):
            self.reader.join(20)
        self.process.stderr.close()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=15) as answer:
            return answer.read().decode()

    def facts(self):
        return json.loads(self.get("/facts"))

    def stop(self):
        """Ask it to stop; return the exit code and what else it wrote to stderr."""
        self.process.terminate()
        return self.ended()

    def ended(self):
        """Wait for its end; return the exit code and what else it wrote to stderr."""
        code = self.process.wait(20)
        self.reader.join(20)
        return code, "".join(self.log)


class RawClient:
    """One websocket connection that speaks Engine.IO 4 and Socket.IO 5 by hand."""

    def __init__(self, port, receive_buffer=None):
        self.line = socket.socket()
        if receive_buffer:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.line.settimeout(15)
        self.line.connect(("127.0.0.1", port))
        self.wire = WSConnection(ConnectionType.CLIENT)
        self.inbox = []
        self.closed_with = None
        self.partial = ""

    def __enter__(self):
        return self.upgrade().join()

    def __exit__(self, *_):
        self.line.close()

    def upgrade(self, headers=()):
        """Ask for a websocket; keep the raw answer."""
        target = "/socket.io/?EIO=4&transport=websocket"
        self.line.sendall(self.wire.send(Request(host="127.0.0.1", target=target, extra_headers=list(headers))))
        self.answer = b""
        while b"\r\n\r\n" not in self.answer:
            self.answer += self.line.recv(1)
        self.wire.receive_data(self.answer)
        self.take_events()
        return self

    def join(self):
        """Join the default namespace."""
        assert self.packet().startswith("0{")
        self.send("40")
        assert self.packet().startswith("40{")
        return self

    def send(self, text):
        self.line.sendall(self.wire.send(TextMessage(text)))

    def emit(self, event, *arguments, ack=""):
        self.send(f"42{ack}" + json.dumps([event, *arguments]))

    def take_events(self):
        for event in self.wire.events():
            match event:
                case TextMessage():
                    self.partial += event.data
                    if event.message_finished:
                        self.inbox.append(self.partial)
                        self.partial = ""
                case CloseConnection():
                    self.closed_with = event.code
                case AcceptConnection():
                    self.extensions = event.extensions
                case RejectConnection():
                    self.closed_with = event.status_code

    def read(self):
        """Read once; return whether the line is still open."""
        try:
            piece = self.line.recv(65536)
        except ConnectionResetError:
            piece = b""
        if not piece:
            self.closed_with = self.closed_with or "line"
            return False
        self.wire.receive_data(piece)
        self.take_events()
        return True

    def packet(self):
        """Return the next Engine.IO packet, answering pings; None when the connection has ended."""
        while True:
            while not self.inbox:
                if self.closed_with or not self.read():
                    return None
            packet = self.inbox.pop(0)
            if packet != "2":
                return packet
            self.send("3")

    def event(self):
        """Return the next event as [name, argument…], or an answer as [number, value…]; None at the end."""
        packet = self.packet()
        if packet is None or packet[:2] not in {"42", "43"}:
            return packet and [packet]
        start = packet.index("[")
        return ([int(packet[2:start])] if packet[1] == "3" else []) + json.loads(packet[start:])
