"""The index: built whole from documents, then never changed, so that any number of searches may read it at once.

Two channels compare what is typed with what is written: stems, which know the language, and runs of four letters,
which do not care. Editors' links between articles and services lend each a little of the other's words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from knowledge.search.channel import Channel, build_channel
from knowledge.search.document import Document, Part, Passage, for_readers
from knowledge.search.lexicon import SMALL_WORDS
from knowledge.search.text import Word, grams, words
from knowledge.search.vocabulary import Vocabulary, vocabularies

WEIGHTS = {
    Part.TITLE: 4.0,
    Part.KEYWORD: 2.5,
    Part.EVERYDAY: 2.5,
    Part.HEADING: 1.2,
    Part.SUMMARY: 1.2,
    Part.BODY: 1.0,
    Part.LAW: 1.5,
    Part.OWNER: 0.3,
}
LENT = {"article": 0.2, "service": 0.15}
"""How much of its words a document lends to those it is linked with, by its own kind."""
TRANSLATED = 0.5
COMPOUND_PART = 0.35
STEMS_K1, GRAMS_K1, LENGTH = 2.0, 1.4, 0.4


class Span(NamedTuple):
    """A word of a passage: where it stands, and the terms under which it is indexed."""

    start: int
    end: int
    terms: tuple[str, ...]


Read = tuple[tuple[Passage, tuple[Span, ...]], ...]
"""A document read through: each passage with its words that are not mere grammar."""


@dataclass(frozen=True)
class Index:
    """Everything a search reads. ``documents``, ``read`` and the channels agree on the number of a document."""

    documents: tuple[Document, ...]
    read: tuple[Read, ...]
    staff: bool
    vocabulary: Mapping[str, Vocabulary]
    stems: Channel
    grams: Channel
    families: Mapping[str, frozenset[str]]


def build_index(documents: Iterable[Document], staff: bool) -> Index:
    """Build the index for one kind of reader. For the public, staff text is taken away first, so that nothing of it
    can be found, counted, spelt after or learnt from."""
    shown = tuple(for_readers(list(documents), staff))
    spoken = [[(one, words(one.text)) for one in document.passages] for document in shown]
    vocabulary = vocabularies((one.lang, word.folded) for found in spoken for one, said in found for word in said)
    read = [tuple((one, _spans(one, said, vocabulary[one.lang])) for one, said in found) for found in spoken]
    places = {document.key: at for at, document in enumerate(shown)}
    families = _families(shown)
    own = [_terms(one) for one in read]
    letters = [_letters(found) for found in spoken]
    lenders = [_lenders(document, places, families, shown) for document in shown]
    lengths = _lengths(shown, [sum(terms.values()) for terms in own])
    return Index(
        documents=shown,
        read=tuple(read),
        staff=staff,
        vocabulary=vocabulary,
        stems=build_channel(_lend(own, lenders), lengths, k1=STEMS_K1, b=LENGTH),
        grams=build_channel(_lend(letters, lenders), lengths, k1=GRAMS_K1, b=LENGTH),
        families={family: frozenset(shown[at].lang for at in members) for family, members in families.items()},
    )


def _spans(passage: Passage, said: Sequence[Word], vocabulary: Vocabulary) -> tuple[Span, ...]:
    """The words of a passage with their terms, the word's own first, then those of its parts."""
    small = SMALL_WORDS[passage.lang]
    return tuple(Span(word.start, word.end, vocabulary.terms(word.folded)) for word in said if word.folded not in small)


def _terms(read: Read) -> dict[str, float]:
    """The terms of a document, by the weight of the passages they stand in; a part of a compound counts for less."""
    terms: defaultdict[str, float] = defaultdict(float)
    for passage, spans in read:
        weight = WEIGHTS[passage.part]
        for span in spans:
            terms[span.terms[0]] += weight
            for part in span.terms[1:]:
                terms[part] += weight * COMPOUND_PART
    return terms


def _letters(spoken: Sequence[tuple[Passage, list[Word]]]) -> dict[str, float]:
    """The runs of four letters in a document's words."""
    runs: defaultdict[str, float] = defaultdict(float)
    for passage, said in spoken:
        weight, small = WEIGHTS[passage.part], SMALL_WORDS[passage.lang]
        for word in said:
            if word.folded not in small:
                for run in grams(word.folded):
                    runs[run] += weight
    return runs


def _lenders(
    document: Document,
    places: Mapping[tuple[str, str], int],
    families: Mapping[str, list[int]],
    shown: Sequence[Document],
) -> list[tuple[int, float]]:
    """The documents that lend this one their words, and how much."""
    lending = [(places[key], LENT[key[0]]) for key in document.linked if key in places]
    if document.kind == "article":
        lending += [(at, TRANSLATED) for at in families[document.family] if shown[at].key != document.key]
    return lending


def _lend(own: Sequence[Mapping[str, float]], lenders: Sequence[list[tuple[int, float]]]) -> list[dict[str, float]]:
    """Add to each document's own terms what it is lent: of several lenders the one that says it most."""
    together = []
    for terms, lending in zip(own, lenders, strict=True):
        lent: dict[str, float] = {}
        for at, share in lending:
            for term, count in own[at].items():
                lent[term] = max(lent.get(term, 0.0), count * share)
        for term, count in terms.items():
            lent[term] = lent.get(term, 0.0) + count
        together.append(lent)
    return together


def _families(shown: Sequence[Document]) -> dict[str, list[int]]:
    """The articles that say the same in different languages."""
    families: defaultdict[str, list[int]] = defaultdict(list)
    for at, document in enumerate(shown):
        if document.kind == "article":
            families[document.family].append(at)
    return dict(families)


def _lengths(shown: Sequence[Document], sizes: Sequence[float]) -> list[float]:
    """How long each document is beside the usual one of its kind."""
    by_kind: defaultdict[str, list[float]] = defaultdict(list)
    for document, size in zip(shown, sizes, strict=True):
        by_kind[document.kind].append(size)
    usual = {kind: fmean(found) or 1.0 for kind, found in by_kind.items()}
    return [size / usual[document.kind] for document, size in zip(shown, sizes, strict=True)]
