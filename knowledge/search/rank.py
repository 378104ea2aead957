"""The order of what was found: both channels weighed together, services before articles, own language first."""

from dataclasses import dataclass

from knowledge.search.index import Index
from knowledge.search.question import Question

STEMS, GRAMS = 1.0, 1.0
RARE = 0.7
"""A word that no document has counts in a perfect match as much as one that few have."""
ARTICLE, INSIDE_ARTICLE = 0.85, 0.6
FOREIGN_ORIGINAL = 0.8


@dataclass(frozen=True)
class Found:
    """A document by its number, with its score and what it was made of: both shares are 1 for a perfect match."""

    at: int
    score: float
    stems: float
    grams: float


def rank(index: Index, question: Question) -> list[Found]:
    """All documents that have anything to do with the question, best first; steady when scores are equal."""
    by_stem = index.stems.score(question.stems)
    by_gram = index.grams.score(question.grams)
    most_stems = index.stems.ideal(question.stems) + question.unknown * index.stems.unknown * RARE or 1.0
    most_grams = index.grams.ideal(question.grams) or 1.0
    found = []
    for at in by_stem.keys() | by_gram.keys():
        if liking := _liking(index, at, question.lang):
            stems, runs = by_stem.get(at, 0.0) / most_stems, by_gram.get(at, 0.0) / most_grams
            found.append(Found(at, (STEMS * stems + GRAMS * runs) * liking, stems, runs))
    return sorted(found, key=lambda one: (-one.score, one.at))


def _liking(index: Index, at: int, lang: str) -> float:
    """How gladly the asker reads a document: 0 for a translation when there is one in their own language."""
    document = index.documents[at]
    if document.kind == "service":
        return 1.0
    liking = INSIDE_ARTICLE if document.staff else ARTICLE
    if document.lang != lang and lang in index.families[document.family]:
        return liking * FOREIGN_ORIGINAL if document.slug == document.family else 0.0
    return liking
