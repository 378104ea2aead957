"""Why a hit came, for the eye: the matched words of its title, and the piece of its text where most of them stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge.search.document import Part, Passage
from knowledge.search.index import Read, Span

WIDTH = 180
MOST_WINDOWS = 400

Mark = tuple[int, int]
"""Where a marked word begins and ends in its text."""


@dataclass(frozen=True)
class Marked:
    """A text and the words in it that were asked for."""

    text: str
    marks: tuple[Mark, ...] = ()
    lang: str = ""


def marked_title(read: Read, title: str, lang: str, terms: Mapping[str, float]) -> Marked:
    """The title of a document in a language, with its matched words."""
    for passage, spans in read:
        if passage.part is Part.TITLE and passage.lang == lang and passage.text == title:
            return Marked(title, tuple((one.start, one.end) for one in _matching(spans, terms)), lang)
    return Marked(title, lang=lang)


def excerpt(read: Read, lang: str, terms: Mapping[str, float]) -> Marked:
    """About 180 characters of summary or body: where the weightiest matched words stand close together.

    The asker's language goes first; without any match it is the beginning of the text.
    """
    best, most = Marked(""), -1.0
    for passage, spans in read:
        if passage.part not in (Part.SUMMARY, Part.BODY):
            continue
        near = 0.5 if passage.lang != lang else 0.0
        matching = list(_matching(spans, terms))
        if not matching and most < -near / 10:
            best, most = _window(passage, spans, 0, ()), -near / 10
        for at, first in enumerate(matching[:MOST_WINDOWS]):
            inside = [one for one in matching[at:] if one.end <= first.start + WIDTH - 30]
            worth = sum({_term(one, terms): terms[_term(one, terms)] for one in inside}.values()) - near
            if worth > most:
                best, most = _window(passage, spans, first.start, inside), worth
    return best


def _matching(spans: Iterable[Span], terms: Mapping[str, float]) -> Iterable[Span]:
    """The words that a query asked for, whole or in part."""
    return (one for one in spans if any(term in terms for term in one.terms))


def _term(span: Span, terms: Mapping[str, float]) -> str:
    """The term by which a word matched that weighs most."""
    return max((term for term in span.terms if term in terms), key=terms.__getitem__)


def _window(passage: Passage, spans: Iterable[Span], start: int, inside: Iterable[Span]) -> Marked:
    """Cut out what stands around a word, at word ends, with dots where something was left out."""
    text = passage.text
    begin = max(0, start - 30)
    if begin:
        begin = next((one.start for one in spans if one.start >= begin), start)
    end = min(len(text), begin + WIDTH)
    if end < len(text):
        end = max((one.end for one in spans if begin < one.end <= end), default=end)
    piece = text[begin:end]
    lead = "… " if begin else ""
    shift = len(lead) - begin
    marks = tuple((one.start + shift, one.end + shift) for one in inside if one.start >= begin and one.end <= end)
    flat = "".join(" " if letter in "\n\r\t" else letter for letter in piece)
    return Marked(f"{lead}{flat}{' …' if end < len(text) else ''}", marks, passage.lang)
