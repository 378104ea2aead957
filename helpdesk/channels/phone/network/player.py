"""The network itself: it connects calls, interrupts them, ends them, and says so."""

from collections.abc import Callable

from helpdesk.channels.phone.network import life, rooms
from helpdesk.channels.phone.network.calls import Call, Habits, Jump, Person, new_sid
from helpdesk.channels.phone.network.post import Post, call_fields, status_fields
from helpdesk.channels.phone.network.world import Clock, Unheard, World


class Network(World):
    """A telephone network with one customer, whose account it is. ``people`` says who answers at a number."""

    def __init__(
        self,
        post: Post,
        clock: Clock,
        account: str,
        log: Callable[[str], None],
        habits: Habits | None = None,
        people: Callable[[str], Person] | None = None,
    ) -> None:
        super().__init__(post, clock, log, habits or Habits())
        self.account = account
        self.people = people or (lambda _number: Person())

    def ring_in(self, caller: str, called: str, person: Person, status_url: str = "") -> Call:
        """Let somebody call the customer's number; the voice webhook is asked what to do."""
        with self.lock:
            call = self._new_call(caller, called, "inbound", person)
            call.status, call.status_callback = "ringing", status_url
            self.log(f"{caller} calls {called}")
            self.start(call, Jump(self.post.public_url + "/twilio/voice"))
        return call

    def ring_out(self, caller: str, called: str, jump: Jump, callback: str = "", events: str = "completed") -> Call:
        """Ring somebody up for the customer; when they answer, the call goes on at ``jump``."""
        with self.lock:
            call = self._new_call(caller, called, "outbound-api", self.people(called))
            call.status_callback, call.status_events = callback, frozenset(events.split())
            self._tell(call, "initiated", "initiated")
            self.later(1, lambda: self._ringing(call, jump))
        return call

    def _new_call(self, caller: str, called: str, direction: str, person: Person) -> Call:
        call = Call(new_sid("CA"), self.account, caller, called, direction, person, self.clock.now())
        call.keys_left = person.keys
        self.calls[call.sid] = call
        return call

    def _ringing(self, call: Call, jump: Jump) -> None:
        if call.is_over:
            return
        call.status = "ringing"
        self.log(f"it rings at {call.called}")
        self._tell(call, "ringing", "ringing")
        if call.person.answers_after is None:
            self.later(30, lambda: self.end(call, "no-answer"))
        else:
            self.later(call.person.answers_after, lambda: self._answered(call, jump))

    def _answered(self, call: Call, jump: Jump) -> None:
        if not call.is_over:
            self.log(f"{call.called} answers")
            call.status = "in-progress"
            self.start(call, jump)
            self._tell(call, "answered", "in-progress")

    def start(self, call: Call, jump: Jump) -> None:
        """Let a call go on at another document; whatever it was doing is over."""
        call.life = life.live(self, call, jump)
        call.answered_at = call.answered_at or self.clock.now()
        self.wake(call)

    def redirect(self, call: Call, jump: Jump) -> None:
        """Take a call out of what it is doing and let it go on elsewhere, as a REST request can."""
        with self.lock:
            self._notify(call, life.leave_line(self, call, "redirected"))
            rooms.leave(self, call)
            self.start(call, jump)

    def hang_up(self, call: Call) -> None:
        """The person puts down the receiver."""
        with self.lock:
            if not call.is_over:
                self.log(f"{call.caller if call.direction == 'inbound' else call.called} hangs up")
                self.end(call, "completed")

    def end(self, call: Call, status: str) -> None:
        """End a call, whatever it is doing, and tell so."""
        if call.is_over:
            return
        call.status, call.ended_at = status, self.clock.now()
        self._notify(call, life.leave_line(self, call, "hangup"))
        rooms.leave(self, call)
        call.life = None
        self._tell(call, "completed", status)

    def _notify(self, call: Call, jump: Jump | None) -> None:
        """Tell the product that a call left its queue; what it answers is not followed."""
        if jump is None:
            return
        try:
            self.deliver(jump.url, call_fields(call) | jump.extra)
        except Unheard as error:
            self.complaints.append(str(error))

    def _tell(self, call: Call, event: str, status: str) -> None:
        if call.status_callback and event in call.status_events:
            self.deliver_later(call.status_callback, status_fields(call, status, self.clock.now()))
        call.sequence += 1
