"""The search that everything uses: the agent's panel, the public site, the chat, the API and the command line."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from knowledge.search.document import Document
from knowledge.search.index import Index, build_index
from knowledge.search.marks import Mark, excerpt, marked_title
from knowledge.search.question import Question, read_question
from knowledge.search.rank import Found, rank
from knowledge.search.verdict import Verdict, verdict

BARELY = 0.2
"""Below this share of its letters a word that is being typed has nothing to do with a document."""

Reader = Literal["staff", "public"]


@dataclass(frozen=True)
class Indexes:
    """The two indexes of one state of the library, and the number of that state."""

    version: int
    staff: Index
    public: Index


@dataclass(frozen=True)
class Why:
    """A word of the query and what it matched: the stem, and the step by which it was understood.

    Steps: ``word`` as it stands, ``letters`` without å ä ö, ``ending``, ``part`` of a compound, ``piece`` of one that
    is half known, ``spelling``, ``beginning`` of a word that is being typed.
    """

    typed: str
    stem: str
    step: str


@dataclass(frozen=True)
class Hit:
    """One thing found. Marks are (start, end) in the text they belong to; each text names its own language."""

    kind: str
    slug: str
    title: str
    score: float
    lang: str
    marks: tuple[Mark, ...]
    excerpt: str
    excerpt_lang: str
    excerpt_marks: tuple[Mark, ...]
    explain: tuple[Why, ...]
    stems: float
    letters: float


@dataclass(frozen=True)
class Answer:
    """What a search gives: how sure it is, the hits (none when it is not), the language it understood, and its time."""

    verdict: Verdict
    hits: tuple[Hit, ...]
    lang: str
    ms: float


def build_indexes(documents: Iterable[Document], version: int) -> Indexes:
    """Build both indexes from all documents. The public one never sees staff text."""
    together = list(documents)
    return Indexes(version, build_index(together, staff=True), build_index(together, staff=False))


def search(indexes: Indexes, text: str, audience: Reader = "staff", lang: str | None = None, limit: int = 10) -> Answer:
    """Find what a text means, best first, at most ``limit`` hits. ``lang`` (sv, fi, en) is a hint, not a filter.

    Never raises for any text: an empty or senseless one gives the verdict *none* and no hits.
    """
    started = perf_counter()
    index = indexes.staff if audience == "staff" else indexes.public
    question = read_question(text, index.vocabulary, lang)
    found = rank(index, question)
    says = verdict(found)
    shown = [] if says is Verdict.NONE else found[: max(0, limit)]
    hits = tuple(_hit(index, question, one) for one in shown)
    return Answer(says, hits, question.lang, _since(started))


def suggest(
    indexes: Indexes, text: str, audience: Reader = "public", lang: str | None = None, limit: int = 6
) -> Answer:
    """Find while somebody types: the last word may be the beginning of any word. Something is shown even if unsure."""
    started = perf_counter()
    index = indexes.staff if audience == "staff" else indexes.public
    question = read_question(text, index.vocabulary, lang, unfinished=True)
    found = [one for one in rank(index, question) if one.stems or one.grams > BARELY][: max(0, limit)]
    hits = tuple(_hit(index, question, one) for one in found)
    says = verdict(found) if hits else Verdict.NONE
    return Answer(Verdict.MAYBE if hits and says is Verdict.NONE else says, hits, question.lang, _since(started))


def _hit(index: Index, question: Question, found: Found) -> Hit:
    """Make a hit ready to show."""
    document, read = index.documents[found.at], index.read[found.at]
    lang = question.lang if question.lang in document.titles else next(iter(document.titles))
    title = marked_title(read, document.titles[lang], lang, question.stems)
    piece = excerpt(read, lang, question.stems)
    own = {term for _, spans in read for span in spans for term in span.terms}
    return Hit(
        kind=document.kind,
        slug=document.slug,
        title=title.text,
        score=round(found.score, 4),
        lang=lang,
        marks=title.marks,
        excerpt=piece.text,
        excerpt_lang=piece.lang or lang,
        excerpt_marks=piece.marks,
        explain=tuple(
            Why(word.folded, term.partition(":")[2], step)
            for word, _, meanings in question.meanings
            for term, _, step in meanings
            if term in own
        ),
        stems=round(found.stems, 4),
        letters=round(found.grams, 4),
    )


def _since(started: float) -> float:
    """Milliseconds since a moment of the performance counter."""
    return (perf_counter() - started) * 1000
