"""What visitors choose between, in words and signs: errands, needs in the room, languages; and what places are called."""

from dataclasses import dataclass

from flask_babel import LazyString, force_locale, gettext
from flask_babel import lazy_gettext as _l

from helpdesk.channels.walk_in.rules import Letter, Want, wants_of
from helpdesk.contacts.stages import EndedAs
from helpdesk.web.languages import LANGUAGES

STAFF_LANGUAGE = "sv"


@dataclass(frozen=True, slots=True)
class Topic:
    """A box on the kiosk's first screen. ``area`` is the area of the catalogue that it belongs to."""

    key: str
    icon: str
    title: LazyString
    words: LazyString
    letter: Letter = Letter.QUESTION
    area: str | None = None

    @property
    def for_staff(self) -> str:
        """Return the title as the contact keeps it: in the language of the staff."""
        with force_locale(STAFF_LANGUAGE):
            return str(self.title)


TOPICS = (
    Topic("question", "message-circle-question-mark", _l("Ask a question"), _l("About anything in the municipality")),
    Topic("booked", "calendar-check", _l("Booked time"), _l("Tell us that you are here"), Letter.BOOKED),
    Topic("paper", "inbox", _l("Hand in or fetch"), _l("Form, key, document")),
    Topic("help", "eservice", _l("Help with an e-service"), _l("Computer, e-ID, printing"), Letter.HELP),
    Topic(
        "building",
        "house",
        _l("Building, housing and environment"),
        _l("Building permit, water, waste"),
        area="bygga-bo-miljo",
    ),
    Topic("school", "backpack", _l("Preschool and school"), _l("Place, fee, school transport"), area="barn-utbildning"),
    Topic("care", "heart-handshake", _l("Support and care"), _l("Home care, support, relatives"), area="stod-omsorg"),
    Topic("street", "car", _l("Streets and parking"), _l("Permits, fault reports"), area="trafik-infrastruktur"),
)
"""The boxes of the kiosk: eight fit without scrolling. Whoever is unsure takes the first one."""

LETTERS = {
    Letter.QUESTION: _l("Question or errand"),
    Letter.BOOKED: _l("Booked time"),
    Letter.HELP: _l("Help with an e-service"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """A box on the kiosk's second screen."""

    want: Want
    icon: str
    title: LazyString
    words: LazyString | None = None


NEEDS = (
    Need(Want.SEAT, "armchair", _l("Seat near the desk")),
    Need(Want.LOOP, "ear", _l("Hearing loop")),
    Need(Want.LOW_DESK, "accessibility", _l("Low desk"), _l("For a wheelchair")),
    Need(Want.INTERPRETER, "languages", _l("Interpreter"), _l("We call an interpreter")),
    Need(Want.READING, "book-open-text", _l("Help to read and write")),
    Need(Want.QUIET, "volume-x", _l("Quiet room")),
    Need(Want.FETCH, "bell-ring", _l("Fetch me in the waiting room"), _l("No screen to watch")),
    Need(Want.PRIVATE, "shield-check", _l("Talk in private"), _l("My errand is not called out")),
)
NEED_OF = {one.want: one for one in NEEDS}


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language of the kiosk in its own name. ``welcome``: for those that the pages themselves do not speak."""

    code: str
    name: str
    direction: str = "ltr"
    welcome: str | None = None


TONGUES = (
    Tongue("sv", "Svenska"),
    Tongue("fi", "Suomi"),
    Tongue("en", "English"),
    Tongue("ar", "العربية", "rtl", "المس مربعاً. سنساعدك بلغتك."),
    Tongue("so", "Soomaali", "ltr", "Taabo sanduuq. Waxaan kugu caawin doonnaa luqaddaada."),
    Tongue("uk", "Українська", "ltr", "Торкніться поля. Ми допоможемо вам вашою мовою."),
)

SPOKEN = {
    "sv": _l("Swedish"),
    "fi": _l("Finnish"),
    "en": _l("English"),
    "ar": _l("Arabic"),
    "so": _l("Somali"),
    "uk": _l("Ukrainian"),
    "fa": _l("Persian"),
    "prs": _l("Dari"),
    "ti": _l("Tigrinya"),
    "ru": _l("Russian"),
    "pl": _l("Polish"),
    "es": _l("Spanish"),
    "th": _l("Thai"),
    "fit": _l("Meänkieli"),
    "se": _l("Northern Sami"),
    "swl": _l("Swedish Sign Language"),
}
"""The languages that the reception chooses between."""


def tongue_of(code: str | None) -> Tongue:
    """Return the chosen language of the kiosk, Swedish when none was chosen. What another visitor chose does not count."""
    return next((one for one in TONGUES if one.code == code), TONGUES[0])


def page_language(tongue: Tongue) -> str:
    """Return the language that the pages speak for a visitor: their own, or English."""
    return tongue.code if tongue.code in LANGUAGES else "en"


def topic_of(key: str | None) -> Topic | None:
    """Return the errand with a key."""
    return next((one for one in TOPICS if one.key == key), None)


def notes_of(asked_for: str) -> list[tuple[str, str]]:
    """Return what a visitor asked for in the room, as signs and words."""
    return [(NEED_OF[one].icon, str(NEED_OF[one].title)) for one in wants_of(asked_for)]


def place(desk: str | None) -> str:
    """Return what a desk is called: a bare number is said as a desk, any other name as it is (``Room 2``)."""
    if desk is None or desk.isdigit():
        return str(gettext("Desk %(number)s", number=desk or "1"))
    return desk


def ending(ended_as: EndedAs | None) -> str:
    """Return what the visitor's page says when the visit is over."""
    if ended_as is EndedAs.LEFT:
        return str(gettext("Your place in the queue has ended."))
    if ended_as is EndedAs.NO_SHOW:
        return str(gettext("We called your number and you were not there."))
    return str(gettext("Your visit is over. Thank you for coming."))
