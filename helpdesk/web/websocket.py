"""The websocket under the one socket: whole frames, a bounded message in, a bounded queue out.

Flask-SocketIO stands on python-engineio, which stands on simple-websocket. Under gevent that pair has five gaps, each
of them reproduced against the stock libraries and closed here, in one file, by two subclasses that :func:`install`
puts in place of the originals before the first connection:

* A frame was sent with ``send()`` and its return value ignored: to a slow reader half a frame left and the stream was
  broken for good. Here ``sendall()`` under a semaphore.
* A message of any size was taken into memory before its size was looked at. Here it is refused after 1 MB.
* permessage-deflate was always accepted: a hundred kilobytes for each client. Here it is not offered.
* What a client does not read was kept without bound. Here a client is cut when too much waits for it.
* What a client sends too fast was kept without bound, and it kept everyone else waiting. Here reading pauses, so that
  TCP holds the sender back.
"""

import errno
import socket
import time
from typing import Any, Final

import engineio.socket
import gevent
import simple_websocket
from engineio.packet import PING, Packet
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from wsproto.utilities import RemoteProtocolError

MAX_MESSAGE_BYTES: Final = 1_000_000
"""The largest message that a client may send."""

MAX_WAITING_PACKETS: Final = 500
MAX_WAITING_BYTES: Final = 1_000_000
"""A client for whom this much waits unread is cut. One more packet of any size may be on top of it."""

LINGER_SECONDS: Final = 3
"""How long a closed connection may take to hand over its last words before the line is cut."""

INBOX_PAUSE: Final = 16
INBOX_RESUME: Final = 4
"""Reading from a client pauses while this many of its messages wait to be handled, and resumes at the lower figure."""

NOT_A_WEBSOCKET: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class WholeFrames:
    """A connection that sends a frame entirely, and one frame at a time, whoever sends it."""

    __slots__ = ("line", "turn")

    def __init__(self, line: Any) -> None:
        self.line = line
        self.turn = BoundedSemaphore()

    def send(self, frame: bytes) -> int:
        """Send all bytes of a frame, waiting for a slow reader. Returns their number; raises OSError on a lost line."""
        with self.turn:
            self.line.sendall(frame)
        return len(frame)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


class SteadyServer(simple_websocket.Server):  # type: ignore[misc]
    """simple-websocket's server side with the gaps closed that are described at the top of this file."""

    def __init__(self, environ: dict[str, Any], **options: Any) -> None:
        options["max_message_size"] = options.get("max_message_size") or MAX_MESSAGE_BYTES
        self.room_in_inbox = Event()
        self.hang_up: gevent.Greenlet[..., None] | None = None
        self.is_over = False
        super().__init__(environ, **options)

    def handshake(self) -> None:
        """Accept the connection without compression. A request that is no websocket request is answered with a 400."""
        self.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        self.sock: Any = WholeFrames(self.sock)
        try:
            super().handshake()
        except RemoteProtocolError as malformed:
            self.sock.send(NOT_A_WEBSOCKET)
            # pywsgi ends a request quietly on this one error, and there is nobody else to tell.
            raise BrokenPipeError(errno.EPIPE, "not a websocket request") from malformed

    def receive(self, timeout: float | None = None) -> Any:
        """Return the next message; let the reader go on when it had paused and there is room again."""
        message = super().receive(timeout)
        if len(self.input_buffer) <= INBOX_RESUME:
            self.room_in_inbox.set()
        return message

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Say goodbye, and make sure that the line is cut when the other side does not answer."""
        try:
            super().close(reason, message)
        except OSError:
            self.abort()
        else:
            self.event.set()  # who waits for a message need not wait for the other side's goodbye
            self.hang_up_soon()

    def hang_up_soon(self) -> None:
        """Cut the line in a few seconds, so that last words still arrive but nobody can hold the connection open."""
        if self.hang_up is None and not self.is_over:
            self.hang_up = gevent.spawn_later(LINGER_SECONDS, self.abort)

    def abort(self) -> None:
        """Cut the line now and wake everyone who waits for it. May be called at any time and more than once."""
        self.connected = False
        self.event.set()
        self.room_in_inbox.set()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was quicker

    def _thread(self) -> None:
        """Read until the line is gone; what was planned for it is called off, so that nothing keeps us in memory."""
        super()._thread()
        self.is_over = True
        if self.hang_up is not None:
            self.hang_up.kill(block=False)

    def _handle_events(self) -> bool:
        """Take in what has arrived. After a refusal or a goodbye nothing more is read: the web server must not see it."""
        going_on: bool = super()._handle_events()
        if not going_on:
            self.abort()
        elif len(self.input_buffer) >= INBOX_PAUSE:
            self.room_in_inbox.clear()
            self.room_in_inbox.wait()
        return going_on


class BoundedSocket(engineio.socket.Socket):  # type: ignore[misc]
    """An Engine.IO connection that is cut when its client does not read.

    Every packet to a client goes through :meth:`send`, which counts what waits; :meth:`poll` hands packets to the line,
    and the next call of it means that they have been written. The count is therefore exact between calls and at most
    one batch too high during one.
    """

    def __init__(self, server: Any, sid: str) -> None:
        super().__init__(server, sid)
        self.line: SteadyServer | None = None
        self.waiting_packets = 0
        self.waiting_bytes = 0
        self.handed_packets = 0
        self.handed_bytes = 0
        self.is_cut = False
        self.last_ping: float | None = time.time()
        self.next_ping: gevent.Greenlet[..., None] | None = None

    def send(self, pkt: Packet) -> None:
        """Put a packet in the queue, or cut a client for whom too much waits already. Never blocks."""
        if self.is_cut:
            return
        if self.waiting_packets >= MAX_WAITING_PACKETS or self.waiting_bytes >= MAX_WAITING_BYTES:
            self.cut()
            return
        self.waiting_packets += 1
        self.waiting_bytes += weight(pkt)
        super().send(pkt)

    def poll(self) -> list[Packet]:
        """Wait for packets and hand them to the line."""
        self.waiting_packets = max(0, self.waiting_packets - self.handed_packets)
        self.waiting_bytes = max(0, self.waiting_bytes - self.handed_bytes)
        self.handed_packets = self.handed_bytes = 0
        packets: list[Packet] = super().poll()
        self.handed_packets += len(packets)
        self.handed_bytes += sum(map(weight, packets))
        return packets

    def cut(self) -> None:
        """Cut the line. The handlers of ``disconnect`` run in a greenlet of their own: the caller may be in the middle of anything."""
        self.is_cut = True
        if self.line is not None:
            self.line.abort()
        self.server.start_background_task(self.close, wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Close in good order, without ever waiting for a client that does not read: its line is cut a little later.

        The session is forgotten at once: the server answers a request for a closed one that it still knows with a 500.
        """
        if self.line is not None:
            self.line.hang_up_soon()
        super().close(wait=False, abort=abort, reason=reason)
        self.server.sockets.pop(self.sid, None)
        if self.next_ping is not None and self.next_ping is not gevent.getcurrent():
            self.next_ping.kill(block=False)

    def schedule_ping(self) -> None:
        """Ask for a sign of life after a while. Unlike the original this is called off when the client leaves."""
        if self.last_ping:
            self.last_ping = None
            self.next_ping = gevent.spawn_later(self.server.ping_interval, self.ping)

    def ping(self) -> None:
        """Ask for a sign of life now."""
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.send(Packet(PING))

    def _websocket_handler(self, ws: Any) -> Any:
        self.line = ws.ws
        return super()._websocket_handler(ws)


def weight(pkt: Packet) -> int:
    """Return roughly how many bytes a packet occupies while it waits."""
    return len(pkt.data) if isinstance(pkt.data, str | bytes) else 0


def install() -> None:
    """Put the two subclasses in place of the originals. Call it before the first connection; again is harmless."""
    simple_websocket.Server = SteadyServer
    engineio.socket.Socket = BoundedSocket
