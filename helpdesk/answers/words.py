"""The words on screen for the closed lists of the library: areas, life events, forms, logins, handling."""

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

AREAS = {
    "barn-utbildning": _l("Children and education"),
    "stod-omsorg": _l("Support and care"),
    "bygga-bo-miljo": _l("Building, housing and environment"),
    "trafik-infrastruktur": _l("Traffic and streets"),
    "gora-uppleva": _l("Things to do and see"),
    "arbete-naringsliv": _l("Work and business"),
    "kommun-demokrati": _l("Municipality and democracy"),
}
AREA_ICONS = {
    "barn-utbildning": "backpack",
    "stod-omsorg": "heart-handshake",
    "bygga-bo-miljo": "house",
    "trafik-infrastruktur": "car",
    "gora-uppleva": "star",
    "arbete-naringsliv": "building-2",
    "kommun-demokrati": "landmark",
}
LIFE_EVENTS = {
    "fa-barn": _l("Having a child"),
    "skolstart": _l("Starting school"),
    "flytta": _l("Moving"),
    "bygga-hus": _l("Building a house"),
    "starta-foretag": _l("Starting a business"),
    "arrangera-evenemang": _l("Arranging an event"),
    "arbetslos": _l("Losing a job"),
    "separera": _l("Separating"),
    "funktionsnedsattning": _l("Living with a disability"),
    "aldre-stod": _l("Growing older"),
    "dodsfall": _l("When somebody dies"),
}
KINDS = {
    "e_service": _l("E-service"),
    "pdf": _l("PDF form"),
    "word": _l("Word form"),
    "article": _l("Answer"),
}
LOGINS = {
    "none": _l("No login"),
    "bankid": _l("BankID"),
    "e-id-school": _l("The school's e-ID"),
    "platform-account": _l("Another account"),
}
LOGIN_ICONS = {"none": "unlock", "bankid": "idcard", "e-id-school": "key-round", "platform-account": "key-round"}
HANDLING = {
    "paper": _l("Paper"),
    "retyped": _l("Digital, typed again"),
    "transferred": _l("Digital, transferred"),
    "automatic": _l("Automatic"),
}
ACCESSIBLE = {"yes": _l("Yes"), "no": _l("No"), "unknown": _l("Not checked")}


def word_for(words: Mapping[str, object], code: str | None) -> str:
    """Return the word for a code; a code that the list does not know is shown with its dashes as spaces."""
    if not code:
        return str(gettext("Not said"))
    known = words.get(code)
    return str(known) if known is not None else code.replace("-", " ").capitalize()
