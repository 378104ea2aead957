"""The words of the documents themselves: what is known, what a compound is made of, what a misspelt word meant.

A query word is *resolved* against them, language by language, in steps from sure to guess: the word as it stands,
its stem, the same without å ä ö, a definite ending taken off, the parts of a compound, the nearest spelling.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.search.lexicon import SMALL_WORDS
from knowledge.search.stems import stem
from knowledge.search.text import bare

SHORTEST_PART = 3
SHORTEST_PIECE = 4
SHORTEST_GUESS = 5
SHORTEST_REST = 5
BINDERS = ("", "s", "e", "o", "a", "u")
ENDINGS = ("n", "t", "s", "ns", "ts", "en", "et", "ens", "ets", "na", "nas")


@dataclass(frozen=True)
class Meaning:
    """A stem that a query word may stand for, how much it weighs (0–1], and by which step it was found."""

    stem: str
    weight: float
    step: str


class Vocabulary:
    """The words of one language, as they occur in the documents. Built once, then only read."""

    def __init__(self, lang: str, counts: Counter[str]) -> None:
        self.lang = lang
        self.counts = counts
        self._merged = _merged(lang, counts)
        self.stems = frozenset(self.term(word) for word in counts)
        self._by_bare_word: defaultdict[str, set[str]] = defaultdict(set)
        self._by_bare_stem: defaultdict[str, set[str]] = defaultdict(set)
        for word in counts:
            self._by_bare_word[bare(word)].add(word)
            self._by_bare_stem[bare(self.term(word))].add(self.term(word))
        self._bricks = {
            one
            for word in counts
            if word not in SMALL_WORDS[lang] and word.isalpha()
            for one in (word, stem(word, lang))
            if len(one) >= SHORTEST_PART
        }
        self._bricks |= {rest for word in counts if word.isalpha() for rest in self._rests(word)}
        self._spellings = [word for word in counts if len(word) >= SHORTEST_GUESS]
        self._bare_spellings = [bare(word) for word in self._spellings]
        self._in_order = sorted((bare(word), word) for word in counts)
        self.resolve = lru_cache(maxsize=4096)(self._resolve)
        self._terms: dict[str, tuple[str, ...]] = {}

    def term(self, word: str) -> str:
        """The stem under which a word is indexed; forms that only the documents show to be one are one here."""
        cut = stem(word, self.lang)
        return self._merged.get(cut, cut)

    def knows(self, word: str) -> bool:
        """Whether the word, or a word with the same stem, occurs in the documents."""
        return word in self.counts or self.term(word) in self.stems

    def parts(self, word: str) -> tuple[str, ...]:
        """The stems that a compound is made of, two or three, or none when it is no compound of known words."""
        return tuple(self.term(one) for one in self._split(word, 3))

    def beginning(self, word: str) -> tuple[Meaning, ...]:
        """The commonest known words that begin with what is typed so far, at least two letters."""
        if len(word) < 2:
            return ()
        bared = bare(word)
        at = bisect_left(self._in_order, (bared, ""))
        begun: Counter[str] = Counter()
        for spelling, known in islice(self._in_order, at, None):
            if not spelling.startswith(bared):
                break
            begun[self.term(known)] += self.counts[known]
        return tuple(
            Meaning(cut, 0.9 - 0.05 * place, "beginning") for place, (cut, _) in enumerate(begun.most_common(8))
        )

    def terms(self, word: str) -> tuple[str, ...]:
        """The terms that a word of a document is indexed under: its own first, then those of its parts."""
        if word not in self._terms:
            stems = (self.term(word), *self.parts(word))
            self._terms[word] = tuple(f"{self.lang}:{one}" for one in stems)
        return self._terms[word]

    def _resolve(self, word: str) -> tuple[Meaning, ...]:
        """What a folded query word may mean here, best first; nothing when no step finds anything."""
        cut = self.term(word)
        if cut in self.stems:
            return (
                Meaning(cut, 1.0, "word"),
                *(Meaning(one, 0.35, "part") for one in self.parts(word) if one != cut),
            )
        same = {self.term(one) for one in self._by_bare_word.get(bare(word), ()) if _only_bare(word, one)}
        same |= {one for one in self._by_bare_stem.get(bare(cut), ()) if _only_bare(cut, one)}
        if same:
            return tuple(Meaning(one, 0.95, "letters") for one in sorted(same))
        for ending in ENDINGS:
            base = word.removesuffix(ending)
            if base != word and len(base) >= SHORTEST_PART and self.knows(base):
                return (Meaning(self.term(base), 0.9, "ending"),)
        if parts := self.parts(word):
            return tuple(Meaning(one, 0.75, "part") for one in parts)
        return self._nearest(word) or self._half_known(word)

    def _nearest(self, word: str) -> tuple[Meaning, ...]:
        """Known words within an edit or two, more for a long word; none for short words and numbers."""
        if len(word) < SHORTEST_GUESS or not word.isalpha():
            return ()
        allowed = 1 if len(word) < 8 else 2 if len(word) < 14 else 3
        near = process.extract(
            bare(word), self._bare_spellings, scorer=OSA.distance, score_cutoff=allowed, limit=6, processor=None
        )
        best: dict[str, float] = {}
        for _, edits, at in near:
            spelt = self._spellings[at]
            if spelt[0] == word[0] or len(word) >= 8:
                weight = 0.85 * (1 - edits / (len(word) * 0.8))
                best[self.term(spelt)] = max(best.get(self.term(spelt), 0.0), weight)
        top = max(best.values(), default=0.0)
        ordered = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        return tuple(Meaning(cut, weight, "spelling") for cut, weight in ordered if weight >= 0.75 * top)

    def _half_known(self, word: str) -> tuple[Meaning, ...]:
        """The known pieces of a compound that also has an unknown one; the more letters they cover, the surer."""
        pieces = self._pieces(word)
        return tuple(
            Meaning(term, 0.3 + 0.4 * len(piece) / len(word), "piece")
            for piece in pieces
            if (brick := self._brick(piece, first=not word.endswith(piece))) and (term := self.term(brick))
        )

    def _pieces(self, word: str) -> tuple[str, ...]:
        """A known beginning and a known end that do not overlap and together cover most; either may be missing."""
        heads = [word[:at] for at in range(SHORTEST_PIECE, len(word) - 1) if self._brick(word[:at], first=True)]
        tails = [word[at:] for at in range(2, len(word) - SHORTEST_PIECE + 1) if self._brick(word[at:], first=False)]
        both = [(one, two) for one in heads for two in tails if len(one) + len(two) <= len(word)]
        options = [*both, *((one,) for one in heads), *((two,) for two in tails)]
        return max(options, key=lambda found: (sum(map(len, found)), -len(found)), default=())

    def _split(self, word: str, most: int) -> tuple[str, ...]:
        """Cut a word into known ones with a binding letter between; fewest parts, then the evenest, win."""
        if len(word) < 2 * SHORTEST_PART or most < 2:
            return ()
        options: list[tuple[int, int, tuple[str, ...]]] = []
        for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            first = self._brick(word[:at], first=True)
            if not first:
                continue
            rest = word[at:]
            if last := self._brick(rest, first=False):
                options.append((2, -min(len(first), len(last)), (first, last)))
            elif tail := self._split(rest, most - 1):
                options.append((1 + len(tail), -min(len(first), *map(len, tail)), (first, *tail)))
        return min(options)[2] if options else ()

    def _rests(self, word: str) -> list[str]:
        """What a longer word shows to be a word too: *instrumentlektioner*, where *instrument* is known, *lektioner*."""
        return [
            word[at:]
            for at in range(SHORTEST_REST, len(word) - SHORTEST_REST + 1)
            if word[:at] in self.counts or (word[at - 1] == "s" and word[: at - 1] in self.counts)
        ]

    def _brick(self, piece: str, first: bool) -> str:
        """The known word that a piece of a compound is, or an empty text: before the last part it may end in a binder."""
        if piece in self._bricks:
            return piece
        if not first:
            cut = stem(piece, self.lang)
            return cut if cut in self._bricks and len(cut) >= SHORTEST_PART else ""
        for binder in BINDERS[1:]:
            base = piece.removesuffix(binder)
            if base != piece and len(base) >= SHORTEST_PART:
                if base in self._bricks:
                    return base
                if base + "a" in self._bricks:
                    return base + "a"
        return piece + "a" if len(piece) > SHORTEST_PART and piece + "a" in self._bricks else ""


def vocabularies(spoken: Iterable[tuple[str, str]]) -> dict[str, Vocabulary]:
    """Gather (language, folded word) pairs into a vocabulary for each language."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for lang, word in spoken:
        counts[lang][word] += 1
    return {lang: Vocabulary(lang, counts[lang]) for lang in ("sv", "en", "fi")}


def _merged(lang: str, counts: Counter[str]) -> dict[str, str]:
    """Swedish stems that are forms of shorter ones that the documents have too: *kön* of *kö*, *högt* of *hög*."""
    if lang != "sv":
        return {}
    merged = {}
    for word in counts:
        base = word[:-1]
        definite = word.endswith("n") and base.endswith(tuple("aeiouyåäö"))
        if len(base) >= SHORTEST_PART - 1 and base in counts and (definite or (word.endswith("t") and len(base) > 2)):
            merged[stem(word, lang)] = stem(base, lang)
    return {form: base for form, base in merged.items() if form != base and base not in merged}


def _only_bare(typed: str, known: str) -> bool:
    """Whether what is typed is the known word with some of its å, ä, ö written as a and o."""
    return len(typed) == len(known) and all(
        one == two or one == bare(two) for one, two in zip(typed, known, strict=True)
    )
