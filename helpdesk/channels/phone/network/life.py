"""The life of a call: it follows the TwiML that it is given, verb by verb, until a document ends or somebody hangs up."""

import math
from collections.abc import Generator

from helpdesk.channels.phone.network import rooms
from helpdesk.channels.phone.network.calls import Call, Jump, Line, Steps, new_sid
from helpdesk.channels.phone.network.post import call_fields, complete
from helpdesk.channels.phone.network.world import Unheard, World
from helpdesk.channels.phone.twiml import BadTwiml, read
from helpdesk.channels.phone.verbs import (
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Say,
    Verb,
)

LETTERS_A_SECOND = 15
"""How fast a voice speaks."""
KEY_AFTER = 2.0
"""How soon a caller who has a key to press does so, in seconds."""
LONGEST_SOUND = 10.0
"""How long a sound is taken to be, in seconds."""


class HungUp(Exception):
    """The document ended the call."""


class LeftQueue(Exception):
    """The document that a waiting caller hears let them out of the queue."""


def live(world: World, call: Call, jump: Jump | None) -> Generator[float, None, None]:
    """Follow documents, from one to the next. Yields the seconds until each next step."""
    try:
        while jump is not None:
            verbs = ask(world, call, jump)
            call.status = "in-progress"
            jump = yield from perform(world, call, verbs, jump.url)
    except HungUp:
        world.log("the service centre ends the call")
    except (BadTwiml, Unheard) as error:
        world.complaints.append(str(error))
        world.log(f"an application error has occurred: {error}")


def ask(world: World, call: Call, jump: Jump) -> tuple[Verb, ...]:
    """Return the verbs of the document to go on with."""
    if jump.verbs is not None:
        return jump.verbs
    return read(world.deliver(jump.url, call_fields(call) | jump.extra))


def perform(world: World, call: Call, verbs: tuple[Verb, ...], base: str) -> Steps:
    """Do one verb after the other; return where the call goes on, or None at the end of the document."""
    for verb in verbs:
        jump = None
        match verb:
            case Say() | Play() | Pause():
                yield from listen(world, verb)
            case Gather():
                jump = yield from gather(world, call, verb, base)
            case Redirect():
                jump = Jump(complete(base, verb.url))
            case Enqueue():
                jump = yield from wait_in_line(world, call, verb, base)
            case Dial():
                jump = yield from confer(world, call, verb, base)
            case Record():
                jump = yield from record(world, call, verb, base)
            case Hangup():
                raise HungUp
            case Leave():
                raise LeftQueue
        if jump is not None:
            return jump
    return None


def listen(world: World, verb: Say | Play | Pause) -> Generator[float, None, None]:
    """Hear one thing to its end."""
    match verb:
        case Say():
            world.log(f"[{verb.language}] {verb.text}")
            yield len(verb.text) / LETTERS_A_SECOND
        case Play():
            world.log(f"plays {verb.url}")
            yield LONGEST_SOUND
        case Pause():
            yield float(verb.length)


def gather(world: World, call: Call, verb: Gather, base: str) -> Steps:
    """Hear a question and press a key, if the caller has one to press: whoever knows the key need not hear it all."""
    wanted = verb.num_digits or len(call.keys_left)
    keys, call.keys_left = call.keys_left[:wanted], call.keys_left[wanted:]
    keys = keys.replace("-", "")
    for prompt in verb.prompts:
        if not keys:
            yield from listen(world, prompt)
        elif isinstance(prompt, Say):
            world.log(f"[{prompt.language}] {prompt.text}")
    action = complete(base, verb.action) if verb.action else base
    if keys:
        yield KEY_AFTER
        world.log(f"{call.caller} presses {keys}")
        return Jump(action, {"Digits": keys, "FinishedOnKey": "", "msg": "Gather End"})
    yield float(verb.timeout)
    return Jump(action, {"Digits": ""}) if verb.action_on_empty_result else None


def line_named(world: World, name: str) -> Line:
    """Return the queue of this name; Twilio opens it when the first caller comes."""
    if name not in world.lines:
        world.lines[name] = Line(new_sid("QU"), name, world.clock.now())
    return world.lines[name]


def wait_in_line(world: World, call: Call, verb: Enqueue, base: str) -> Steps:
    """Wait in the queue, hearing the waiting document again and again; patience may end."""
    line = line_named(world, verb.name)
    line.waiting.append(call)
    line.since[call.sid] = world.clock.now()
    call.line = line
    if verb.action:
        line.actions[call.sid] = Jump(complete(base, verb.action))
    if call.person.patience is not None:
        world.later(call.person.patience, lambda: lose_patience(world, call, line))
    world.log(f"{call.caller} waits in {verb.name}, as number {len(line.waiting)}")
    wait_url = complete(base, verb.wait_url) if verb.wait_url else ""
    try:
        while True:
            start = world.clock.now()
            jump: Jump | None = Jump(wait_url) if wait_url else None
            while jump is not None:
                told = Jump(jump.url, jump.extra | line_fields(world, call, line))
                jump = yield from perform(world, call, ask(world, call, told), told.url)
            if world.clock.now() <= start:
                yield 1.0
    except LeftQueue:
        return leave_line(world, call, "leave")


def lose_patience(world: World, call: Call, line: Line) -> None:
    """Hang up if the caller still waits."""
    if call.line is line:
        world.log(f"{call.caller} has no more patience")
        world.end(call, "completed")


def line_fields(world: World, call: Call, line: Line) -> dict[str, str]:
    """Return the parameters with which a waiting document is asked for."""
    return {
        "QueueSid": line.sid,
        "QueuePosition": str(line.waiting.index(call) + 1),
        "QueueTime": str(int((world.clock.now() - line.since[call.sid]).total_seconds())),
        "AvgQueueTime": "0",
        "CurrentQueueSize": str(len(line.waiting)),
    }


def leave_line(world: World, call: Call, result: str) -> Jump | None:
    """Take a call out of its queue, if it waits in one; return what its Enqueue wants asked now."""
    line = call.line
    if line is None:
        return None
    call.line = None
    line.waiting.remove(call)
    seconds = int((world.clock.now() - line.since.pop(call.sid)).total_seconds())
    action = line.actions.pop(call.sid, None)
    if action is None:
        return None
    return Jump(action.url, {"QueueResult": result, "QueueSid": line.sid, "QueueTime": str(seconds)})


def confer(world: World, call: Call, verb: Dial, base: str) -> Steps:
    """Sit in the conference until it is over, or somebody takes the call out of it."""
    room = rooms.enter(world, call, verb.conference, base)
    while call.room is room:
        yield math.inf
    return Jump(complete(base, verb.action), {"DialCallStatus": "answered"}) if verb.action else None


def record(world: World, call: Call, verb: Record, base: str) -> Steps:
    """Speak after the tone. Who says nothing goes on below."""
    seconds = min(len(call.person.says) / LETTERS_A_SECOND, verb.max_length)
    yield seconds + verb.timeout
    if not call.person.says:
        return None
    world.log(f"{call.caller} says after the tone: {call.person.says}")
    sid = new_sid("RE")
    return Jump(
        complete(base, verb.action) if verb.action else base,
        {
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{call.account}/Recordings/{sid}",
            "RecordingDuration": str(math.ceil(seconds)),
            "Digits": "hangup",
        },
    )
