"""Text as search sees it: words with their place, folded so that spelling habits do not matter.

Å, ä and ö are letters of their own: *hår* is not *har*. A writer without them is forgiven by ``bare``, which other
steps use when a word is not known as it stands.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LANGS = ("sv", "fi", "en")
LONGEST_WORD = 48

_WORD = re.compile(r"\d+(?:[:.,]\d+)+|[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad\u200b])*")
_KEPT_LETTERS = frozenset("åäö")
_BARE = str.maketrans("åäö", "aao")
_LOOKALIKES = str.maketrans(
    {"æ": "ä", "ø": "ö", "ß": "ss", "đ": "d", "ł": "l", "\u00ad": None, "\u200b": None, "’": "'"}
)


class Word(NamedTuple):
    """One word: folded, and where it stands in the text it came from (``text[start:end]``)."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Lower case, composed, without accents other than those of å, ä and ö; longer words are cut at 48 letters."""
    word = unicodedata.normalize("NFKC", word).casefold().translate(_LOOKALIKES)
    if not word.isascii():
        word = "".join(
            letter if letter in _KEPT_LETTERS else _plain(letter) for letter in unicodedata.normalize("NFC", word)
        )
    return word[:LONGEST_WORD]


def bare(folded: str) -> str:
    """The same word as written on a keyboard without å, ä and ö."""
    return folded.translate(_BARE)


def words(text: str) -> list[Word]:
    """The words of a text in order. Hyphens and other signs divide words; ``2018:222`` and ``4,5`` stay whole."""
    return [Word(folded, *match.span()) for match in _WORD.finditer(text) if (folded := fold(match[0]))]


@lru_cache(maxsize=50_000)
def grams(folded: str, size: int = 4) -> tuple[str, ...]:
    """The runs of ``size`` letters in a word without å, ä, ö, with its beginning and end marked."""
    marked = f"_{bare(folded)}_"
    return tuple(marked[at : at + size] for at in range(max(1, len(marked) - size + 1)))


def _plain(letter: str) -> str:
    """A letter without its accents."""
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
