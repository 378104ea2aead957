"""A websocket client with as little in it as possible, and the three dialects that it speaks to servers under load.

Frames are masked with zeros, which is valid and costs nothing: the client must not be the slower side.
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
TEXT_LENGTH = 100
ID_LENGTH = 10

Answered = Callable[[int], None]


class Wire(asyncio.Protocol):
    """One raw websocket connection: sends a numbered text, reports the number that comes back."""

    path = "/"

    def __init__(self, host: str, port: int, answered: Answered, offers_deflate: bool = False) -> None:
        self.request = HANDSHAKE.format(path=self.path, host=host, port=port, more=DEFLATE if offers_deflate else "")
        self.answered = answered
        self.buffer = b""
        self.is_upgraded = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember it; whoever waits to be ready is told."""
        self.is_lost = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Cut what has arrived into frames."""
        buffer = self.buffer + data if self.buffer else data
        if not self.is_upgraded:
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self.buffer = head
                return
            if b" 101 " not in head[:20]:
                self.ready.set_exception(ConnectionError(head[:80].decode("latin-1")))
                self.transport.close()
                return
            self.is_upgraded = True
            self.upgraded()
        at, size = 0, len(buffer)
        while size - at >= 2:
            start, length = at + 2, buffer[at + 1]
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if start > size or size - start < length:
                break
            self.frame(buffer[at] & 15, buffer[start : start + length])
            at = start + length
        self.buffer = buffer[at:]

    def frame(self, kind: int, payload: bytes) -> None:
        """Take one frame: text is passed on, a ping answered, a goodbye obeyed."""
        if kind == 1:
            self.text(payload)
        elif kind == 9:
            self.write(payload, kind=0x8A)
        elif kind == 8:
            self.transport.close()

    def write(self, payload: bytes, kind: int = 0x81) -> None:
        """Send one frame."""
        length = len(payload)
        if length < 126:
            head = bytes((kind, 0x80 | length))
        else:
            head = (
                bytes((kind, 0xFE)) + length.to_bytes(2) if length < 65536 else bytes((kind, 0xFF)) + length.to_bytes(8)
            )
        self.transport.write(head + b"\0\0\0\0" + payload)

    def upgraded(self) -> None:
        """The websocket stands: a raw one is ready for use."""
        self.ready.set_result(None)

    def say(self, number: int) -> None:
        """Send the text with this number."""
        self.write(b"%0*d" % (ID_LENGTH, number) + b"x" * (TEXT_LENGTH - ID_LENGTH))

    def text(self, payload: bytes) -> None:
        """Report the number of the text that came back."""
        self.answered(int(payload[:ID_LENGTH]))


class SocketIO(Wire):
    """The same through Engine.IO 4 and Socket.IO 5: one ``msg`` event there, one back."""

    path = "/socket.io/?EIO=4&transport=websocket"
    namespace = b""

    def upgraded(self) -> None:
        """Not ready before the namespace is joined."""

    def say(self, number: int) -> None:
        """Send the event with this number in its text."""
        self.write(b'42["msg","%0*d%s"]' % (ID_LENGTH, number, b"x" * (TEXT_LENGTH - ID_LENGTH)))

    def text(self, payload: bytes) -> None:
        """Take one Engine.IO packet."""
        if payload.startswith(b"42"):
            self.event(payload)
        elif payload == b"2":
            self.write(b"3")
        elif payload.startswith(b"43"):
            self.answer(payload)
        elif payload.startswith(b"40"):
            self.joined()
        elif payload.startswith(b"0"):
            self.write(b"40" + (self.namespace + b"," if self.namespace else b""))
        elif payload.startswith(b"44"):
            self.ready.set_exception(ConnectionError(payload.decode()))

    def joined(self) -> None:
        """The namespace is joined: ready."""
        self.ready.set_result(None)

    def event(self, payload: bytes) -> None:
        """Report the number in the event."""
        self.answered(int(payload[10 : 10 + ID_LENGTH]))

    def answer(self, payload: bytes) -> None:
        """Take the acknowledgement of an event."""


class Visitor(SocketIO):
    """A citizen in the product's chat: ``start``, then ``say``. A text counts when its ``message`` reaches the other tab."""

    namespace = b"/chat"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.contact = self.token = ""
        self.refused = 0

    def call(self, event: str, body: dict[str, Any], number: int) -> None:
        """Send an event that is to be acknowledged."""
        self.write(f"42/chat,{number}{json.dumps([event, body])}".encode())

    def joined(self) -> None:
        """Begin a conversation."""
        self.call("start", {"client_id": str(uuid.uuid4()), "language": "sv", "text": "hej"}, 0)

    def say(self, number: int) -> None:
        """Say the text with this number; the number is the end of the client id as well."""
        text = f"{number:0{ID_LENGTH}d}".ljust(TEXT_LENGTH, "x")
        client_id = f"{uuid.uuid4()!s:.24}{number:012d}"
        self.call("say", {"contact": self.contact, "token": self.token, "client_id": client_id, "text": text}, 1)

    def answer(self, payload: bytes) -> None:
        """Take the acknowledgement: of ``start`` it makes us ready, of ``say`` only refusals are counted."""
        start = payload.index(b"[")
        said = json.loads(payload[start:])[0]
        if not said.get("ok"):
            self.refused += 1
            if not self.ready.done():
                self.ready.set_exception(ConnectionError(f"start was refused: {said.get('error')}"))
        elif not self.ready.done():
            self.contact, self.token = said["contact"], said["token"]
            self.ready.set_result(None)

    def event(self, payload: bytes) -> None:
        """What happens in one's own tab is not counted."""


class OtherTab(Visitor):
    """A second page on the same conversation: hears what was said, reports its number."""

    def __init__(self, *arguments: Any, visitor: Visitor, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.visitor = visitor

    def joined(self) -> None:
        """Follow the conversation of the other tab."""
        self.call("resume", {"contact": self.visitor.contact, "token": self.visitor.token, "after": 0}, 0)

    def answer(self, payload: bytes) -> None:
        """Ready when the conversation could be followed."""
        if not self.ready.done():
            said = json.loads(payload[payload.index(b"[") :])[0]
            if said.get("ok"):
                self.ready.set_result(None)
            else:
                self.ready.set_exception(ConnectionError(f"resume was refused: {said.get('error')}"))

    def event(self, payload: bytes) -> None:
        """Report a text of the citizen by the number it begins with."""
        name, body = json.loads(payload[payload.index(b"[") :])
        if name == "message" and (number := body["text"][:ID_LENGTH]).isdecimal():
            self.answered(int(number))
