"""What is typed, understood: its language, the words that matter, and the terms that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from knowledge.search.lexicon import FRAME_WORDS, SMALL_WORDS
from knowledge.search.stems import IRREGULAR
from knowledge.search.text import LANGS, Word, grams, words
from knowledge.search.vocabulary import Meaning, Vocabulary

MOST_WORDS = 60
LONGEST = 1000
FRAME = 0.05
OTHER_LANGUAGE = 0.3
ONLY_OTHER_LANGUAGE = 0.85


@dataclass(frozen=True)
class Question:
    """A query taken apart. ``meanings`` has, for each word that matters, what it may mean as terms with weights.

    ``unknown`` is the weight of the words that mean nothing here.
    """

    lang: str
    words: tuple[Word, ...]
    meanings: tuple[tuple[Word, float, tuple[tuple[str, float, str], ...]], ...]
    stems: Mapping[str, float]
    grams: Mapping[str, float]
    unknown: float


def read_question(
    text: str, vocabulary: Mapping[str, Vocabulary], hint: str | None = None, unfinished: bool = False
) -> Question:
    """Take a query apart. ``hint`` is the language that the asker probably uses; clear words outweigh it.

    With ``unfinished`` the last word is being typed, unless a space follows it, and may become any word that
    begins so. Of a very long text only the first 1000 characters and 60 words count.
    """
    typed = tuple(words(text[:LONGEST])[:MOST_WORDS])
    lang = language_of([one.folded for one in typed], vocabulary, hint)
    typing = typed[-1] if unfinished and typed and typed[-1].end == len(text) else None
    weighed = _weigh(typed, lang, typing)
    meanings = tuple(
        (
            word,
            weight,
            _endings(word.folded, lang, vocabulary) if word is typing else _meanings(word.folded, lang, vocabulary),
        )
        for word, weight in weighed
    )
    stems: dict[str, float] = {}
    for _, weight, found in meanings:
        for term, share, _ in found:
            stems[term] = max(stems.get(term, 0.0), weight * share)
    for term in _joined(weighed, lang, vocabulary):
        stems[term] = 1.0
    runs: dict[str, float] = {}
    for word, weight in weighed:
        for run in grams(word.folded)[: -1 if word is typing else None]:
            runs[run] = max(runs.get(run, 0.0), weight)
    unknown = sum(weight for _, weight, found in meanings if not found)
    return Question(lang, typed, meanings, stems, runs, unknown)


def language_of(folded: list[str], vocabulary: Mapping[str, Vocabulary], hint: str | None) -> str:
    """The language of a query: the one whose words it has most of, Swedish when nothing else is said."""
    votes = dict.fromkeys(LANGS, 0.0)
    for word in folded:
        for lang in LANGS:
            if word in SMALL_WORDS[lang] or word in FRAME_WORDS[lang]:
                votes[lang] += 1.0
            elif word in vocabulary[lang].counts:
                votes[lang] += 0.8
            elif vocabulary[lang].knows(word):
                votes[lang] += 0.6
    votes["sv"] += 0.1
    if hint in votes:
        votes[hint] += 1.2
    return max(LANGS, key=votes.__getitem__)


def _weigh(typed: tuple[Word, ...], lang: str, typing: Word | None) -> list[tuple[Word, float]]:
    """Leave out grammar, and let what stands around a question weigh little; a query of nothing else keeps it all.

    A word that is being typed may become another, so it is never left out.
    """
    small, irregular = SMALL_WORDS[lang], IRREGULAR[lang]
    topic = [
        one for one in typed if one is typing or (one.folded not in small and irregular.get(one.folded) not in small)
    ]
    if not topic:
        return [(one, 1.0) for one in typed]
    frame = FRAME_WORDS[lang]
    if all(one.folded in frame for one in topic):
        return [(one, 1.0) for one in topic]
    return [(one, FRAME if one.folded in frame else 1.0) for one in topic]


def _meanings(word: str, lang: str, vocabulary: Mapping[str, Vocabulary]) -> tuple[tuple[str, float, str], ...]:
    """What a word may mean as (term, weight, step): in the query's language first, weaker in the others."""
    own = vocabulary[lang].resolve(word)
    sure = _is_sure(own)
    found = [(f"{lang}:{one.stem}", one.weight, one.step) for one in own]
    for other in LANGS:
        if other != lang and (strange := vocabulary[other].resolve(word)) and _is_sure(strange):
            share = OTHER_LANGUAGE if sure else ONLY_OTHER_LANGUAGE
            found += [(f"{other}:{one.stem}", one.weight * share, one.step) for one in strange]
    return tuple(found)


def _endings(word: str, lang: str, vocabulary: Mapping[str, Vocabulary]) -> tuple[tuple[str, float, str], ...]:
    """What a word that is being typed may become, and what it already may mean."""
    begun = tuple((f"{lang}:{one.stem}", one.weight, one.step) for one in vocabulary[lang].beginning(word))
    return begun + _meanings(word, lang, vocabulary)


def _is_sure(found: tuple[Meaning, ...]) -> bool:
    """Whether a word is simply known, not guessed."""
    return bool(found) and found[0].step in ("word", "letters")


def _joined(weighed: list[tuple[Word, float]], lang: str, vocabulary: Mapping[str, Vocabulary]) -> list[str]:
    """Compounds that were written apart (*nytto parkering*), as terms."""
    found = []
    for (first, _), (second, _) in pairwise(weighed):
        for binder in ("", "s"):
            if (whole := first.folded + binder + second.folded) in vocabulary[lang].counts:
                found.append(f"{lang}:{vocabulary[lang].term(whole)}")
    return found
