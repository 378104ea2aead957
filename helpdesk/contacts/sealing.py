"""Personal identity numbers in free text: found, masked, and sealed under a key of their own (PRODUCT, law).

Swedish personal and coordination numbers, 10 or 12 digits, with or without separators and spaces, are recognised by
shape and by the check digit; whatever else people type stays as it is.
"""

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass

from cryptography.fernet import Fernet, MultiFernet
from personnummer.personnummer import Personnummer, PersonnummerException

MASK = "●●●●●●-●●●●"
SPACE = r"[ \t\u00a0\u2009\u202f]"
DASH = "-\u2010\u2011\u2012\u2013\u2014\u2212"
"""Hyphen-minus, hyphens, dashes and the minus sign: word processors and telephones put in each of them."""
BETWEEN = rf"(?:{SPACE}|[{DASH}/.])?"
SHAPE = re.compile(
    rf"(?<![\d+])(?:\d\d)?\d\d{BETWEEN}\d\d{BETWEEN}\d\d{SPACE}{{0,2}}[{DASH}/.+]?{SPACE}{{0,2}}"
    rf"\d{SPACE}?\d{SPACE}?\d{SPACE}?\d(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be stored and shown, and what was masked in it, in order."""

    text: str
    hidden: tuple[str, ...]


def mask(text: str) -> Masked:
    """Return the text with every personal identity number masked. Two that overlap are masked as one."""
    shown: list[str] = []
    hidden: list[str] = []
    kept_to = 0
    for start, end in spans(text):
        shown += (text[kept_to:start], MASK)
        hidden.append(text[start:end])
        kept_to = end
    shown.append(text[kept_to:])
    return Masked("".join(shown), tuple(hidden))


def spans(text: str) -> list[tuple[int, int]]:
    """Return where identity numbers stand, from and to, in order and apart from each other.

    What only looks like a number may reach into one that is (a telephone number before it, say), so every place is tried.
    """
    found: list[tuple[int, int]] = []
    look_from = 0
    while match := SHAPE.search(text, look_from):
        look_from = match.start() + 1
        if is_identity_number(match.group()):
            start, end = match.span()
            if found and start < found[-1][1]:
                start = found.pop()[0]
            found.append((start, end))
    return found


def is_identity_number(text: str) -> bool:
    """Say whether the digits are a valid personal or coordination number (date and check digit)."""
    plain = "".join(
        str(unicodedata.digit(one)) if one.isdecimal() else one for one in text if one.isdecimal() or one == "+"
    )
    try:
        Personnummer(plain)
    except PersonnummerException:
        return False
    return True


class Sealer:
    """Encrypts what was masked. The key is its own: neither the session key nor the database opens it."""

    def __init__(self, key: str) -> None:
        raw = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
        self._box = MultiFernet([Fernet(raw)])
        self.key_id = hashlib.sha256(raw).hexdigest()[:8]

    def seal(self, text: str) -> bytes:
        """Return the text encrypted and dated."""
        return self._box.encrypt(text.encode())

    def open(self, cipher: bytes) -> str:
        """Return the text. Raises cryptography.fernet.InvalidToken when the key is another."""
        return self._box.decrypt(cipher).decode()
