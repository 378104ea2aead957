"""The search is as good as we say: on the judged queries, and on questions that no municipality answers.

``queries_dev.tsv`` is for tuning and measuring; nothing of it is in the product. ``queries_elsewhere.txt`` has
questions, one a line, whose right answer is that there is none.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.search.engine import Indexes, Reader, search
from knowledge.search.evaluate import Figures, Item, Query, evaluate, figures, figures_by_class, judge, read_queries
from knowledge.search.verdict import Verdict

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    return read_queries((HERE / "queries_dev.tsv").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def elsewhere() -> list[str]:
    return (HERE / "queries_elsewhere.txt").read_text(encoding="utf-8").splitlines()


def measured(indexes: Indexes, queries: Sequence[Query], audience: Reader) -> Figures:
    return figures(evaluate(queries, lambda one: found(indexes, one, audience)))


def found(indexes: Indexes, query: Query, audience: Reader = "staff") -> list[Item]:
    return [(hit.kind, hit.slug) for hit in search(indexes, query.text, audience, query.lang).hits]


def test_staff_find_the_answer_first_in_most_cases(indexes: Indexes, queries: list[Query]) -> None:
    result = measured(indexes, queries, "staff")
    assert result.queries == 120
    assert result.success_1 and result.success_1 >= 0.75
    assert result.success_3 and result.success_3 >= 0.84
    assert result.ndcg_10 and result.ndcg_10 >= 0.75


def test_the_public_finds_nearly_as_well(indexes: Indexes, queries: list[Query]) -> None:
    public = {document.key for document in indexes.public.documents}
    asked = [
        replace(one, grades={item: grade for item, grade in (one.grades or {}).items() if item in public})
        for one in queries
    ]
    result = measured(indexes, asked, "public")
    assert result.success_1 and result.success_1 >= 0.71
    assert result.ndcg_10 and result.ndcg_10 >= 0.73


def test_spelling_inflection_and_compounds_hardly_matter(indexes: Indexes, queries: list[Query]) -> None:
    by_class = figures_by_class(evaluate(queries, lambda one: found(indexes, one)))
    for kind in ("official", "typo", "compound-variant", "inflected"):
        success = by_class[kind].success_3
        assert success and success >= 0.9, kind


def test_the_language_need_not_be_told(indexes: Indexes, queries: list[Query]) -> None:
    heard = [search(indexes, one.text).lang == one.lang for one in queries]
    assert sum(heard) >= 0.97 * len(heard)


def test_sure_is_nearly_always_right(indexes: Indexes, queries: list[Query], elsewhere: list[str]) -> None:
    right = []
    for query in queries:
        if (query.grades or {}) and search(indexes, query.text, lang=query.lang).verdict is Verdict.SURE:
            right.append(judge(query, found(indexes, query)).success_1)
    wrong = [text for text in elsewhere if search(indexes, text).verdict is Verdict.SURE]
    assert len(right) >= 45
    assert sum(one or 0 for one in right) / len(right) >= 0.9
    assert len(wrong) <= 0.05 * len(elsewhere)


def test_none_throws_hardly_any_good_answer_away(indexes: Indexes, queries: list[Query], elsewhere: list[str]) -> None:
    silent = [one.qid for one in queries if search(indexes, one.text, lang=one.lang).verdict is Verdict.NONE]
    nowhere = [text for text in elsewhere if search(indexes, text).verdict is Verdict.NONE]
    assert len(silent) <= 0.02 * len(queries)
    assert len(nowhere) >= 0.15 * len(elsewhere)
