"""What a caller hears: our answers to the telephone network, as TwiML, in the caller's language.

This is the one file that writes TwiML; twiml.py holds it to the grammar. Addresses are absolute, because a document that
is sent along with a REST request has no address of its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from flask_babel import force_locale, format_datetime, gettext

VOICES: Mapping[str, str] = {"sv": "sv-SE", "fi": "fi-FI", "en": "en-GB"}
KEY_PATIENCE_S = 6
"""How long the menu waits for a key, in seconds."""
PLACE_EVERY_S = 25
"""How long a waiting caller is left in peace before their place is said again, in seconds."""
LINE_NAME = "servicecenter"
"""The network's own queue. It only holds the callers; who is next is decided here."""
CONFERENCE_EVENTS = "start end join leave hold"


@dataclass(frozen=True, slots=True)
class Speech:
    """Writes answers for one installation, known to the world as ``base`` and to callers as ``centre``."""

    base: str
    centre: str

    def ask_language(self, again: bool = False) -> str:
        """Greet, name 112 first, and ask for the language; no key goes on as the first choice."""
        response = Element("Response")
        question = gather(response, f"{self.base}/twilio/menu?step=language" + ("&again=1" if again else ""))
        with speaking("sv"):
            if not again:
                say(question, "sv", gettext("Welcome to %(centre)s.", centre=self.centre))
                say(question, "sv", gettext("If a life is in danger, hang up and call 112."))
            say(question, "sv", gettext("For Swedish, press 1."))
        with speaking("fi"):
            say(question, "fi", gettext("For Finnish, press 2."))
        with speaking("en"):
            say(question, "en", gettext("For English, press 3."))
        SubElement(response, "Redirect").text = f"{self.base}/twilio/menu?step=language&none=1"
        return written(response)

    def ask_area(self, language: str, again: bool = False, greet: bool = False) -> str:
        """Ask what it is about; no key goes on as the first choice. ``greet``: this is the first that the caller hears."""
        response = Element("Response")
        question = gather(response, f"{self.base}/twilio/menu?step=area" + ("&again=1" if again else ""))
        with speaking(language):
            if greet:
                say(question, language, gettext("Welcome to %(centre)s.", centre=self.centre))
                say(question, language, gettext("If a life is in danger, hang up and call 112."))
            say(question, language, gettext("For building, housing and the environment, press 2."))
            say(question, language, gettext("For support and care, press 3."))
            say(question, language, gettext("For preschool and school, press 4."))
            say(question, language, gettext("For anything else, press 1 or wait."))
        SubElement(response, "Redirect").text = f"{self.base}/twilio/menu?step=area&none=1"
        return written(response)

    def wait_in_line(self, language: str, comes_back: bool = False) -> str:
        """Let the caller wait. ``comes_back``: they were promised somebody who did not answer, and keep their place."""
        response = Element("Response")
        with speaking(language):
            if comes_back:
                say(response, language, gettext("We are sorry. You keep your place, and the next of us will answer."))
            else:
                say(response, language, gettext("Thank you. Please hold, we answer as soon as we can."))
        line = SubElement(response, "Enqueue", waitUrl=f"{self.base}/twilio/wait", action=f"{self.base}/twilio/left")
        line.text = LINE_NAME
        return written(response)

    def say_place(self, language: str, place: int | None) -> str:
        """Tell a waiting caller where they stand; None when somebody is on their way."""
        response = Element("Response")
        with speaking(language):
            if place is None:
                say(response, language, gettext("We are connecting you now."))
            elif place == 1:
                say(response, language, gettext("You are next in line."))
            else:
                say(response, language, gettext("You are number %(place)s in line.", place=place))
        SubElement(response, "Pause", length=str(PLACE_EVERY_S))
        return written(response)

    def leave_line(self) -> str:
        """Let a caller out of the queue, because there is nothing left to wait for."""
        response = Element("Response")
        SubElement(response, "Leave")
        return written(response)

    def say_goodbye(self, language: str) -> str:
        """Thank for the call and end it."""
        response = Element("Response")
        with speaking(language):
            say(response, language, gettext("Thank you for calling. Goodbye."))
        SubElement(response, "Hangup")
        return written(response)

    def say_closed(self, language: str, opens_at: datetime | None) -> str:
        """Say that nobody answers now, and when somebody will if that is known, and end the call."""
        response = Element("Response")
        with speaking(language):
            say(
                response, language, gettext("You have reached %(centre)s. Our phone is closed now.", centre=self.centre)
            )
            say(response, language, gettext("If a life is in danger, hang up and call 112."))
            if opens_at is not None:
                when = format_datetime(opens_at, "EEEE d MMMM HH:mm")
                say(response, language, gettext("We open again %(when)s.", when=when))
        SubElement(response, "Hangup")
        return written(response)

    def confer(self, contact: str, label: str, starts: bool) -> str:
        """Put a leg into the conference that bears the contact's public id. Whoever leaves ends it."""
        response = Element("Response")
        conference = SubElement(
            SubElement(response, "Dial"),
            "Conference",
            beep="false",
            startConferenceOnEnter="true" if starts else "false",
            endConferenceOnExit="true",
            participantLabel=label,
            statusCallback=f"{self.base}/twilio/status",
            statusCallbackEvent=CONFERENCE_EVENTS,
        )
        conference.text = contact
        return written(response)


def answer_text_message(text: str | None) -> str:
    """Answer an SMS with another one, or with nothing."""
    response = Element("Response")
    if text:
        SubElement(response, "Message").text = text
    return written(response)


def silence() -> str:
    """Return the answer that asks for nothing."""
    return written(Element("Response"))


def gather(response: Element, action: str) -> Element:
    """Add a question for one key."""
    return SubElement(response, "Gather", numDigits="1", timeout=str(KEY_PATIENCE_S), action=action)


def say(parent: Element, language: str, text: str) -> None:
    """Add spoken words."""
    SubElement(parent, "Say", language=VOICES[language]).text = text


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let translations be those of the caller's language, whatever the request's."""
    with force_locale(language):
        yield


def written(response: Element) -> str:
    """Return the document as text."""
    return tostring(response, encoding="unicode")
