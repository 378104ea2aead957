"""How fast pages may go: what each connection, each conversation and each address has left.

Connections and conversations are measured in this process; beginnings are counted per address where Flask-Limiter keeps
its counts, so in every process when there is Redis.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from flask import current_app, request
from limits import parse

from helpdesk.channels.chat.rules import (
    EVENTS_AT_ONCE,
    EVENTS_PER_SECOND,
    STARTS_AT_ONCE,
    STARTS_PER_ADDRESS,
    STARTS_PER_SECOND,
    WORDS_AT_ONCE,
    WORDS_PER_SECOND,
    Bucket,
    TooFast,
    neighbourhood,
)

PER_ADDRESS = parse(STARTS_PER_ADDRESS)
FORMS_PER_CONVERSATION = parse("30 per minute")
"""What may be said in one conversation with plain forms."""
REMEMBERED = 20_000
"""How many conversations are measured at once; the one that was silent longest is forgotten first."""


@dataclass(slots=True)
class Connection:
    """One open page: how fast it may go on, and when the desk last heard that somebody writes there."""

    events: Bucket = field(default_factory=lambda: Bucket.full(EVENTS_AT_ONCE, EVENTS_PER_SECOND, time.monotonic()))
    starts: Bucket = field(default_factory=lambda: Bucket.full(STARTS_AT_ONCE, STARTS_PER_SECOND, time.monotonic()))
    typing_told_at: float = 0.0


class Conversations:
    """How fast each conversation may go on, whichever connection it comes by."""

    def __init__(self) -> None:
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

    def count(self, public_id: str, at: float) -> None:
        """Count one more thing that is said. Raises TooFast."""
        bucket = self.buckets.get(public_id)
        if bucket is None:
            bucket = self.buckets[public_id] = Bucket.full(WORDS_AT_ONCE, WORDS_PER_SECOND, at)
            if len(self.buckets) > REMEMBERED:
                self.buckets.popitem(last=False)
        else:
            self.buckets.move_to_end(public_id)
        if not bucket.take(at):
            raise TooFast


def may_start() -> bool:
    """Say whether one more conversation may begin from the address of this request, and count it."""
    address = neighbourhood(request.remote_addr)
    (limiter,) = current_app.extensions["limiter"]
    return address is None or bool(limiter.limiter.hit(PER_ADDRESS, "chat-start", address))


def may_say(public_id: str) -> bool:
    """Say whether one more thing may be said in a conversation by a form, and count it."""
    (limiter,) = current_app.extensions["limiter"]
    return bool(limiter.limiter.hit(FORMS_PER_CONVERSATION, "chat-say", public_id))
