"""One question to the search, beside SQLite's own full-text index (FTS5) over the same texts: time, and how often it is right.

The judged questions that the tests have, in the demo municipality's library, one process, everything warm. FTS5 is asked
for any of the words, ranked by bm25 with the weights of title, keywords and text.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy.orm import Session

from knowledge.search.document import Document, Part
from knowledge.search.engine import build_indexes, search
from knowledge.search.evaluate import Item, Query, evaluate, figures, read_queries
from knowledge.shelf import documents_of
from tests.bench.machine import ROOT, Foreign
from tests.bench.rows import Row, median_of, pace
from tests.knowledge.conftest import empty_database, take_in_demo

QUERIES = ROOT / "tests/knowledge/queries_dev.tsv"
BEST = 10


class Peer:
    """FTS5 over the same documents, in memory."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.keys: list[Item] = [document.key for document in documents]
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute(
            "CREATE VIRTUAL TABLE found USING fts5(title, keywords, body, tokenize = 'unicode61 remove_diacritics 2')"
        )
        self.connection.executemany(
            "INSERT INTO found (rowid, title, keywords, body) VALUES (?, ?, ?, ?)",
            [
                (
                    number,
                    texts(document, Part.TITLE),
                    texts(document, Part.KEYWORD, Part.EVERYDAY),
                    texts(document, Part.HEADING, Part.SUMMARY, Part.BODY, Part.LAW, Part.OWNER),
                )
                for number, document in enumerate(documents)
            ],
        )

    def search(self, query: Query) -> list[Item]:
        """Return what has any of the words, best first."""
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query.text))
        rows = self.connection.execute(
            "SELECT rowid FROM found WHERE found MATCH ? ORDER BY bm25(found, 5.0, 3.0, 1.0) LIMIT ?", (words, BEST)
        )
        return [self.keys[number] for (number,) in rows]


def texts(document: Document, *parts: Part) -> str:
    """Return the texts of some parts of a document."""
    return "\n".join(passage.text for passage in document.passages if passage.part in parts)


def timed(queries: Sequence[Query], ask: Callable[[Query], Any]) -> list[float]:
    """Ask everything once to warm up and then as often as this run wants; return the milliseconds of each question."""
    for query in queries:
        ask(query)
    took = []
    for _ in range(pace().searches):
        for query in queries:
            began = time.perf_counter()
            ask(query)
            took.append((time.perf_counter() - began) * 1000)
    return took


def run() -> list[Row]:
    """Measure questions and building the index, ours beside FTS5."""
    queries = read_queries(Path(QUERIES).read_text(encoding="utf-8"))
    engine = empty_database()
    with Session(engine) as session:
        take_in_demo(session)
        documents = documents_of(session)
    engine.dispose()
    indexes, peer = build_indexes(documents, 1), Peer(documents)

    def ours(query: Query) -> list[Item]:
        return [(hit.kind, hit.slug) for hit in search(indexes, query.text, "staff", query.lang, BEST).hits]

    foreign = Foreign()
    mine, theirs = (quantiles(timed(queries, ask), n=100) for ask in (ours, peer.search))
    share = foreign.share()
    right, peer_right = (figures(evaluate(queries, ask)).success_1 or 0.0 for ask in (ours, peer.search))
    note = f"{len(queries)} questions, {len(documents)} documents"
    building, peer_building = (
        median_of(lambda make=make: seconds(lambda: make(documents)))
        for make in (lambda these: build_indexes(these, 1), Peer)
    )
    return [
        Row("search, one question, p50", mine[49], "ms", "SQLite FTS5, p50", theirs[49], share, note),
        Row("search, one question, p99", mine[98], "ms", "SQLite FTS5, p99", theirs[98], share, note),
        Row("search, right at the first place", right, "share", "SQLite FTS5, any word, bm25", peer_right, note=note),
        Row("search, building both indexes", building, "s", "SQLite FTS5", peer_building, share, note),
    ]


def seconds(do: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
