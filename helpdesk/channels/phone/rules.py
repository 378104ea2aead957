"""What a key means in the menu, what a number is, and which news of a leg is newer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)


class LegState(StrEnum):
    """Where a leg is."""

    MENU = "menu"
    QUEUED = "queued"
    RINGING = "ringing"
    CONNECTED = "connected"
    HELD = "held"
    ENDED = "ended"


LANGUAGE_KEYS: Mapping[str, str] = {"1": "sv", "2": "fi", "3": "en"}
"""The first question's keys. No key means the first."""

AREA_KEYS: Mapping[str, str | None] = {
    "1": None,
    "2": "bygga-bo-miljo",
    "3": "stod-omsorg",
    "4": "barn-utbildning",
}
"""The second question's keys: an area of the catalogue, 1 for everything else. Two levels and four keys, not more: a menu
that took a minute of key presses was cut elsewhere."""

FIRST = "1"
"""The key that stands for no key."""

COUNTRY = "SE"
"""Numbers without a country code are read as numbers of this country."""

ORDER = (
    LegState.MENU,
    LegState.QUEUED,
    LegState.RINGING,
    LegState.CONNECTED,
    LegState.HELD,
    LegState.ENDED,
)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a key press means: the choice, or that the question is to be asked once more."""

    choice: str
    is_understood: bool


def understand(keys: str, known: Mapping[str, object]) -> Pressed:
    """Say what was chosen. No key is the first choice; a key without a meaning is not understood."""
    key = keys.strip()[:1] or FIRST
    return Pressed(key, True) if key in known else Pressed(FIRST, False)


def international(number: str | None) -> str | None:
    """Return a number in international form (``+46701740601``); None for none, a hidden one, or what is no number."""
    try:
        read = parse(number or "", COUNTRY)
    except NumberParseException:
        return None
    return format_number(read, PhoneNumberFormat.E164) if is_possible_number(read) else None


def is_news(before: LegState, after: LegState) -> bool:
    """Say whether a leg's reported state is later than the known one. Reports come late and out of order; no leg goes back."""
    return ORDER.index(after) > ORDER.index(before)


LEG_STATES: Mapping[str, LegState] = {
    "queued": LegState.RINGING,
    "initiated": LegState.RINGING,
    "ringing": LegState.RINGING,
    "in-progress": LegState.CONNECTED,
    "completed": LegState.ENDED,
    "busy": LegState.ENDED,
    "failed": LegState.ENDED,
    "no-answer": LegState.ENDED,
    "canceled": LegState.ENDED,
}
"""What each of Twilio's call states means for a leg that we rang up."""
