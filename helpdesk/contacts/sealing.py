"""Personal identity numbers in free text: found, masked, and sealed under a key of their own (PRODUCT, law).

Swedish personal and coordination numbers, 10 or 12 digits, with or without separator and spaces, are recognised by
shape and by the check digit; whatever else people type stays as it is.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.fernet import Fernet, MultiFernet
from personnummer.personnummer import Personnummer, PersonnummerException

MASK = "●●●●●●-●●●●"
SHAPE = re.compile(r"(?<![\d+])(?:\d{2}[ ]?)?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[-+–]?[ ]?\d{3}[ ]?\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be stored and shown, and what was masked in it, in order."""

    text: str
    hidden: tuple[str, ...]


def mask(text: str) -> Masked:
    """Return the text with every personal identity number masked."""
    hidden: list[str] = []

    def cover(found: re.Match[str]) -> str:
        if not is_identity_number(found.group()):
            return found.group()
        hidden.append(found.group())
        return MASK

    return Masked(SHAPE.sub(cover, text), tuple(hidden))


def is_identity_number(text: str) -> bool:
    """Say whether the digits are a valid personal or coordination number (date and check digit)."""
    plain = re.sub(r"[ ]", "", text).replace("–", "-")
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
