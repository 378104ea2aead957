"""How good a search is, measured on judged queries: the same figures whatever searches.

A judgment gives an item a grade: 3 exactly it, 2 good, 1 related. No judgments: nothing should be shown.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean

DEPTH = 10
GOOD = 2
KINDS = {"e": "service", "a": "article"}

Item = tuple[str, str]
"""(kind, slug): what a search gives and a judgment grades."""


@dataclass(frozen=True)
class Query:
    """One judged query. ``kind`` is the class of query that figures are also given for."""

    qid: str
    text: str
    lang: str
    kind: str = ""
    grades: Mapping[Item, int] | None = None


@dataclass(frozen=True)
class Outcome:
    """What one query gave: each measure from 0 to 1, or None where it does not apply."""

    query: Query
    success_1: float | None
    success_3: float | None
    mrr_10: float | None
    ndcg_10: float | None
    abstained: float | None


@dataclass(frozen=True)
class Figures:
    """The mean of each measure over the queries it applies to, and how many queries there were."""

    queries: int
    success_1: float | None
    success_3: float | None
    mrr_10: float | None
    ndcg_10: float | None
    abstained: float | None


def read_queries(text: str) -> list[Query]:
    """Read tab-separated queries with a header: qid, query, lang, and if there are any class and judgments.

    There is no quoting, and more columns are ignored. Raises ValueError with the line that cannot be read.
    """
    found = []
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter="\t", quoting=csv.QUOTE_NONE)
    if missing := {"qid", "query", "lang"} - set(reader.fieldnames or ()):
        raise ValueError(f"the header lacks {', '.join(sorted(missing))}")
    for row in reader:
        if row["query"] is None or row["lang"] is None:
            raise ValueError(f"line {reader.line_num} has too few columns")
        judgments = row.get("judgments")
        try:
            grades = None if judgments is None and "judgments" not in row else _grades(judgments or "")
        except (ValueError, KeyError) as error:
            raise ValueError(f"line {reader.line_num}: a judgment reads e:id=grade or a:id=grade") from error
        found.append(Query(row["qid"], row["query"], row["lang"], row.get("class") or "", grades))
    return found


def judge(query: Query, found: Sequence[Item]) -> Outcome:
    """Compare what was found, best first, with the judgments of a query."""
    grades = query.grades or {}
    if not any(grades.values()):
        return Outcome(query, None, None, None, None, float(not found))
    enough = min(GOOD, max(grades.values()))
    good = [grades.get(item, 0) >= enough for item in found[:DEPTH]]
    first = next((place for place, hit in enumerate(good, start=1) if hit), 0)
    ideal = _dcg(sorted(grades.values(), reverse=True)[:DEPTH])
    return Outcome(
        query,
        success_1=float(any(good[:1])),
        success_3=float(any(good[:3])),
        mrr_10=1 / first if first else 0.0,
        ndcg_10=_dcg([grades.get(item, 0) for item in found[:DEPTH]]) / ideal,
        abstained=None,
    )


def evaluate(queries: Iterable[Query], search: Callable[[Query], Sequence[Item]]) -> list[Outcome]:
    """Run each query through a search (query in, items out, best first) and judge what it gives."""
    return [judge(query, search(query)) for query in queries]


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The means of all outcomes."""
    return Figures(
        len(outcomes),
        _mean(one.success_1 for one in outcomes),
        _mean(one.success_3 for one in outcomes),
        _mean(one.mrr_10 for one in outcomes),
        _mean(one.ndcg_10 for one in outcomes),
        _mean(one.abstained for one in outcomes),
    )


def figures_by_class(outcomes: Sequence[Outcome]) -> dict[str, Figures]:
    """The means for each class of query, in the order in which the classes first come."""
    kinds = dict.fromkeys(one.query.kind for one in outcomes)
    return {kind: figures([one for one in outcomes if one.query.kind == kind]) for kind in kinds}


def table_of(outcomes: Sequence[Outcome]) -> str:
    """The figures by class and overall as lines of text, for people to read; a dash where a measure does not apply."""
    lines = [f"{'class':<28}{'queries':>8}{'s@1':>8}{'s@3':>8}{'MRR@10':>8}{'nDCG@10':>9}{'none':>8}"]
    for kind, one in [*figures_by_class(outcomes).items(), ("all", figures(outcomes))]:
        cells = (one.success_1, one.success_3, one.mrr_10, one.ndcg_10, one.abstained)
        shown = ["–" if cell is None else f"{cell:.3f}" for cell in cells]
        lines.append(f"{kind:<28}{one.queries:>8}{shown[0]:>8}{shown[1]:>8}{shown[2]:>8}{shown[3]:>9}{shown[4]:>8}")
    return "\n".join(lines)


def _grades(judgments: str) -> dict[Item, int]:
    grades = {}
    for judgment in judgments.split():
        kind, rest = judgment.split(":", 1)
        slug, grade = rest.rsplit("=", 1)
        grades[KINDS[kind], slug] = int(grade)
    return grades


def _dcg(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, start=1))


def _mean(measures: Iterable[float | None]) -> float | None:
    there = [one for one in measures if one is not None]
    return fmean(there) if there else None
