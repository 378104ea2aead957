"""News between server processes, over Redis: in order, over one connection each way, and never in anyone's way.

The library's own manager publishes from whichever greenlet emits, over a connection for each at once (92 of them were
counted), and waits for Redis meanwhile. Here what is emitted goes into a bounded queue and one greenlet sends it on, many
at a time. While Redis is away the oldest is given up: live news are hints, a client that finds a gap asks the database.
"""

from typing import Any, Final

import click
import gevent
import redis
import socketio
from gevent.queue import Empty, Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

CHANNEL: Final = "helpdesk"
MAX_WAITING: Final = 10_000
BATCH: Final = 200
RETRY_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 5
"""How long Redis may take to answer, and how often (twice that) an idle connection is checked."""


class Relay(socketio.RedisManager):  # type: ignore[misc]
    """The Socket.IO client manager of a server process that is one of several."""

    def __init__(self, url: str) -> None:
        # One connection listens, one publishes, one is spare for a reconnect.
        super().__init__(
            url, channel=CHANNEL, redis_options={"max_connections": 3, "health_check_interval": 2 * ANSWER_SECONDS}
        )
        self.waiting: Queue[str] = Queue()
        self.publisher: gevent.Greenlet[[], None] | None = None
        self.lost = 0

    def _publish(self, message: dict[str, Any]) -> None:
        """Queue a message for the other processes. Never blocks; gives up the oldest when Redis has been away for long."""
        if self.waiting.qsize() >= MAX_WAITING:
            self.waiting.get_nowait()
            self.lost += 1
        self.waiting.put_nowait(self.json.dumps(message))
        if self.publisher is None:
            self.publisher = gevent.spawn(self.publish_for_ever)

    def publish_for_ever(self) -> None:
        """Send on what waits, over one connection. Runs in a greenlet of its own and outlives any absence of Redis."""
        line = redis.Redis.from_url(
            self.redis_url,
            max_connections=1,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),  # the loop below tries again
        )
        is_away = False
        while True:
            batch = self.next_batch()
            while True:
                try:
                    with line.pipeline(transaction=False) as pipe:
                        for message in batch:
                            pipe.publish(CHANNEL, message)
                        pipe.execute()
                except redis.RedisError as trouble:
                    if not is_away:
                        click.echo(
                            f"Redis does not answer ({type(trouble).__name__}); live news stay in this process.",
                            err=True,
                        )
                    is_away = True
                    gevent.sleep(RETRY_SECONDS)
                else:
                    break
            if is_away:
                click.echo(f"Redis answers again; {self.lost} live news were lost.", err=True)
                is_away, self.lost = False, 0

    def next_batch(self) -> list[str]:
        """Wait for the next message and return it with those behind it."""
        batch = [self.waiting.get()]
        while len(batch) < BATCH:
            try:
                batch.append(self.waiting.get_nowait())
            except Empty:
                break
        return batch


def outside_emitter(url: str) -> socketio.RedisManager:
    """Return what a worker or a command uses to emit to clients of the server processes: ``emit(event, …, namespace=, room=)``."""
    return socketio.RedisManager(
        url,
        channel=CHANNEL,
        write_only=True,
        redis_options={
            "max_connections": 2,
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
        },
    )
