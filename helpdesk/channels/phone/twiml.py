"""TwiML as we speak it: a strict reader of the answers that we give to the telephone network.

The simulator follows these documents and the tests hold every answer of ours against this grammar. It knows the verbs
that we use and their attributes as Twilio documents them (https://www.twilio.com/docs/voice/twiml), and refuses the rest:
an attribute that Twilio would silently ignore is a mistake of ours.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from helpdesk.channels.phone.verbs import (
    Conference,
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

MAX_LENGTH = 64 * 1024
"""Twilio reads no longer answer than this, in bytes."""


class BadTwiml(ValueError):
    """The document is not TwiML that we speak; the message says which verb and why."""


def read(document: bytes | str) -> tuple[Verb, ...]:
    """Return the verbs of a TwiML document, in order. Raises BadTwiml for anything that we do not speak."""
    raw = document.encode() if isinstance(document, str) else document
    if len(raw) > MAX_LENGTH:
        raise BadTwiml(f"{len(raw)} bytes are more than Twilio reads ({MAX_LENGTH})")
    if b"<!" in raw:
        raise BadTwiml("a document type, comment or CDATA has no place in TwiML")
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise BadTwiml(f"not well-formed XML: {error}") from error
    if root.tag != "Response" or root.attrib:
        raise BadTwiml(f"the root must be a plain <Response>, not <{root.tag}>")
    no_text(root)
    return tuple(verb(child, VERBS) for child in root)


def verb(element: Element, known: Mapping[str, Callable[[Element], Verb]]) -> Verb:
    """Read one verb with the reader that the surrounding element allows."""
    reader = known.get(element.tag)
    if reader is None:
        raise BadTwiml(f"<{element.tag}> is not allowed here (allowed: {', '.join(sorted(known))})")
    if (element.tail or "").strip():
        raise BadTwiml(f"loose text after <{element.tag}>")
    return reader(element)


class Attributes:
    """The attributes of one element, each asked for once by name and kind; :meth:`done` refuses those left over."""

    def __init__(self, element: Element) -> None:
        self.tag = element.tag
        self.left = dict(element.attrib)

    def text(self, name: str, default: str = "") -> str:
        """Return a text as it stands."""
        return self.left.pop(name, default)

    def one_of(self, name: str, values: tuple[str, ...], default: str) -> str:
        """Return one of the values that Twilio knows."""
        value = self.left.pop(name, default)
        if value not in values:
            raise BadTwiml(f"<{self.tag} {name}={value!r}> must be one of {', '.join(values)}")
        return value

    def method(self, name: str = "method") -> str:
        """Return the way to ask: GET or POST."""
        return self.one_of(name, ("GET", "POST"), "POST")

    def yes(self, name: str, default: bool) -> bool:
        """Return a truth value written ``true`` or ``false``."""
        return self.one_of(name, ("true", "false"), "true" if default else "false") == "true"

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number within its bounds."""
        value = self.left.pop(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            raise BadTwiml(f"<{self.tag} {name}={value!r}> must be a whole number from {low} to {high}")
        return int(value)

    def url(self, name: str, default: str = "") -> str:
        """Return an absolute http address, or a path (Twilio completes it with the document's own address)."""
        return address(self.tag, self.left.pop(name)) if name in self.left else default

    def done(self) -> None:
        """Raise BadTwiml for an attribute that the verb does not have."""
        if self.left:
            raise BadTwiml(f"<{self.tag}> has no attribute {', '.join(sorted(self.left))}")


def address(tag: str, value: str) -> str:
    """Return the address if it is one."""
    parts = urlsplit(value)
    absolute = parts.scheme in ("http", "https") and parts.netloc
    if not (absolute or (not parts.scheme and not parts.netloc and value.startswith("/"))):
        raise BadTwiml(f"<{tag}> leads to {value!r}, which is neither an http address nor a path")
    return value


def no_text(element: Element) -> None:
    """Refuse text where only elements belong."""
    if (element.text or "").strip():
        raise BadTwiml(f"loose text in <{element.tag}>")


def no_children(element: Element) -> str:
    """Return the text of an element that must have no elements in it."""
    if len(element):
        raise BadTwiml(f"<{element.tag}> holds text, not <{element[0].tag}>")
    return (element.text or "").strip()


def read_say(element: Element) -> Say:
    """Read words to be spoken."""
    has = Attributes(element)
    said = Say(no_children(element), has.text("language", "en-US"), has.number("loop", 1, 0, 1000))
    has.text("voice")
    has.done()
    if not said.text:
        raise BadTwiml("<Say> has nothing to say")
    return said


def read_play(element: Element) -> Play:
    """Read a sound."""
    has = Attributes(element)
    played = Play(address("Play", no_children(element)), has.number("loop", 1, 0, 1000))
    has.done()
    return played


def read_pause(element: Element) -> Pause:
    """Read a silence."""
    has = Attributes(element)
    no_children(element)
    pause = Pause(has.number("length", 1, 1, 600))
    has.done()
    return pause


def read_gather(element: Element) -> Gather:
    """Read a question that is answered with keys."""
    has = Attributes(element)
    no_text(element)
    has.one_of("input", ("dtmf",), "dtmf")
    digits = has.number("numDigits", 0, 1, 1000) if "numDigits" in element.attrib else None
    gather = Gather(
        prompts=tuple(verb(child, PROMPTS) for child in element),  # type: ignore[misc]
        action=has.url("action"),
        method=has.method(),
        num_digits=digits,
        timeout=has.number("timeout", 5, 1, 600),
        finish_on_key=has.text("finishOnKey", "#"),
        action_on_empty_result=has.yes("actionOnEmptyResult", False),
    )
    has.done()
    return gather


def read_enqueue(element: Element) -> Enqueue:
    """Read a place to wait."""
    has = Attributes(element)
    enqueue = Enqueue(
        name=no_children(element),
        wait_url=has.url("waitUrl"),
        wait_url_method=has.method("waitUrlMethod"),
        action=has.url("action"),
        method=has.method(),
    )
    has.done()
    if not enqueue.name:
        raise BadTwiml("<Enqueue> must name its queue")
    return enqueue


CONFERENCE_EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")


def read_conference(element: Element) -> Conference:
    """Read the room that a Dial leads to."""
    has = Attributes(element)
    events = tuple(has.text("statusCallbackEvent").split())
    if unknown := set(events) - set(CONFERENCE_EVENTS):
        raise BadTwiml(f"<Conference> has no event {', '.join(sorted(unknown))}")
    has.one_of("statusCallbackMethod", ("POST",), "POST")
    conference = Conference(
        name=no_children(element),
        start_on_enter=has.yes("startConferenceOnEnter", True),
        end_on_exit=has.yes("endConferenceOnExit", False),
        muted=has.yes("muted", False),
        beep=has.one_of("beep", ("true", "false", "onEnter", "onExit"), "true"),
        wait_url=has.url("waitUrl") if element.get("waitUrl") else has.text("waitUrl", "") or None,
        wait_method=has.method("waitMethod"),
        max_participants=has.number("maxParticipants", 250, 2, 250),
        status_callback=has.url("statusCallback"),
        status_callback_events=events,
        participant_label=has.text("participantLabel"),
    )
    has.done()
    if not conference.name or len(conference.name) > 128:
        raise BadTwiml("<Conference> needs a name of at most 128 characters")
    return conference


def read_dial(element: Element) -> Dial:
    """Read which conference a call is put into. We connect in no other way: every call is a conference."""
    has = Attributes(element)
    no_text(element)
    if [child.tag for child in element] != ["Conference"]:
        raise BadTwiml("<Dial> needs exactly one <Conference>")
    dial = Dial(read_conference(element[0]), has.url("action"), has.method())
    has.text("callerId")
    has.yes("answerOnBridge", False)
    has.done()
    return dial


def read_redirect(element: Element) -> Redirect:
    """Read where the call goes on."""
    has = Attributes(element)
    redirect = Redirect(address("Redirect", no_children(element)), has.method())
    has.done()
    return redirect


def read_record(element: Element) -> Record:
    """Read a request to speak after the tone."""
    has = Attributes(element)
    no_children(element)
    has.one_of("trim", ("trim-silence", "do-not-trim"), "trim-silence")
    has.url("recordingStatusCallback")
    record = Record(
        action=has.url("action"),
        method=has.method(),
        max_length=has.number("maxLength", 3600, 1, 14400),
        timeout=has.number("timeout", 5, 0, 600),
        finish_on_key=has.text("finishOnKey", "1234567890*#"),
        play_beep=has.yes("playBeep", True),
    )
    has.done()
    return record


def read_empty(kind: type[Hangup] | type[Leave]) -> Callable[[Element], Verb]:
    """Return the reader of a verb that says everything by its name."""

    def reader(element: Element) -> Verb:
        if no_children(element) or element.attrib:
            raise BadTwiml(f"<{element.tag}> is empty and has no attributes")
        return kind()

    return reader


PROMPTS: Mapping[str, Callable[[Element], Verb]] = {"Say": read_say, "Play": read_play, "Pause": read_pause}
VERBS: Mapping[str, Callable[[Element], Verb]] = {
    **PROMPTS,
    "Gather": read_gather,
    "Enqueue": read_enqueue,
    "Dial": read_dial,
    "Redirect": read_redirect,
    "Record": read_record,
    "Hangup": read_empty(Hangup),
    "Leave": read_empty(Leave),
}
