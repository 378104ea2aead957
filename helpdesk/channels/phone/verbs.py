"""The verbs of TwiML that we use: what a telephone network does with a call, one small class each.

Attributes have the defaults that Twilio documents (https://www.twilio.com/docs/voice/twiml); durations are whole seconds.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Words to be spoken, in a language given as a BCP 47 tag."""

    text: str
    language: str = "en-US"
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    """A sound to be played."""

    url: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence, in seconds."""

    length: int = 1


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask for keys. Without one in ``timeout`` seconds after the prompts the document goes on below."""

    prompts: tuple[Say | Play | Pause, ...] = ()
    action: str = ""
    method: str = "POST"
    num_digits: int | None = None
    timeout: int = 5
    finish_on_key: str = "#"
    action_on_empty_result: bool = False


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait in a queue, listening to the document at ``wait_url`` again and again."""

    name: str
    wait_url: str = ""
    wait_url_method: str = "POST"
    action: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Conference:
    """A room for several telephones, by name."""

    name: str
    start_on_enter: bool = True
    end_on_exit: bool = False
    muted: bool = False
    beep: str = "true"
    wait_url: str | None = None
    wait_method: str = "POST"
    max_participants: int = 250
    status_callback: str = ""
    status_callback_events: tuple[str, ...] = ()
    participant_label: str = ""


@dataclass(frozen=True, slots=True)
class Dial:
    """Put the call into a conference."""

    conference: Conference
    action: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document at another address; what stands below is never reached."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Record:
    """Record what is said, up to ``max_length`` seconds."""

    action: str = ""
    method: str = "POST"
    max_length: int = 3600
    timeout: int = 5
    finish_on_key: str = "1234567890*#"
    play_beep: bool = True


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue and go on below the Enqueue that led here."""


Verb = Say | Play | Pause | Gather | Enqueue | Dial | Redirect | Record | Hangup | Leave
