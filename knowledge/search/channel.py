"""One way of comparing a query with documents: BM25 over weighted terms, kept as postings that are only read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log


@dataclass(frozen=True)
class Channel:
    """For each term the documents it is in and what it is worth there; ``worth`` is the most a term can give."""

    postings: Mapping[str, tuple[tuple[int, float], ...]]
    worth: Mapping[str, float]
    unknown: float

    def score(self, terms: Mapping[str, float]) -> dict[int, float]:
        """The sum of what each term (with its weight in the query) is worth in each document that has any."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in terms.items():
            for at, value in self.postings.get(term, ()):
                scores[at] += weight * value
        return scores

    def ideal(self, terms: Mapping[str, float]) -> float:
        """What a document would score that is all about these terms."""
        return sum(weight * self.worth.get(term, self.unknown) for term, weight in terms.items())


def build_channel(documents: Sequence[Mapping[str, float]], lengths: Sequence[float], k1: float, b: float) -> Channel:
    """Index documents given as term → weighted count. ``lengths`` are relative: 1 is usual for its kind."""
    holders: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, terms in enumerate(documents):
        room = k1 * (1 - b + b * lengths[at])
        for term, count in terms.items():
            holders[term].append((at, count / (count + room)))
    total = len(documents)
    postings, worth = {}, {}
    for term, held in holders.items():
        most = worth[term] = log(1 + (total - len(held) + 0.5) / (len(held) + 0.5)) * (k1 + 1)
        postings[term] = tuple([(at, most * share) for at, share in held])
    return Channel(postings, worth, unknown=log(1 + (total + 0.5) / 0.5) * (k1 + 1))
