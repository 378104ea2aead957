"""The figures are what the books say, against numbers worked out by hand."""

import pytest

from knowledge.search.evaluate import Query, evaluate, figures, figures_by_class, judge, read_queries, table_of

A, B, C, D = (("service", slug) for slug in "abcd")
HEAD = "qid\tquery\tlang\tclass\tjudgments\n"


def asked(grades: dict[tuple[str, str], int], kind: str = "official") -> Query:
    return Query("q", "text", "sv", kind, grades)


def test_a_perfect_answer_has_full_marks() -> None:
    one = judge(asked({A: 3, B: 2, C: 1}), [A, B, C])
    assert (one.success_1, one.success_3, one.mrr_10, one.ndcg_10, one.abstained) == (1, 1, 1, 1, None)


def test_the_gain_is_two_to_the_grade_less_one() -> None:
    one = judge(asked({A: 3, B: 2, C: 1}), [C, D, A])
    # (1/1 + 7/2) / (7/1 + 3/log2(3) + 1/2)
    assert one.ndcg_10 == pytest.approx(4.5 / 9.392789260714372)
    assert (one.success_1, one.success_3, one.mrr_10) == (0, 1, pytest.approx(1 / 3))


def test_a_good_answer_is_enough_and_a_related_one_is_not() -> None:
    assert judge(asked({A: 3, B: 2}), [B]).success_1 == 1
    assert judge(asked({A: 3, B: 1}), [B]).success_1 == 0


def test_the_highest_there_is_counts_as_success() -> None:
    one = judge(asked({A: 1}), [B, A])
    assert (one.success_1, one.success_3, one.mrr_10) == (0, 1, 0.5)


def test_only_ten_are_looked_at() -> None:
    others = [("service", str(number)) for number in range(10)]
    one = judge(asked({A: 3}), [*others, A])
    assert (one.success_3, one.mrr_10, one.ndcg_10) == (0, 0, 0)


def test_nothing_found_is_right_when_there_is_nothing() -> None:
    assert judge(asked({}), []).abstained == 1
    assert judge(asked({}), [A]).abstained == 0
    assert judge(asked({}), []).ndcg_10 is None
    assert judge(asked({A: 3}), []).ndcg_10 == 0


def test_means_are_taken_over_the_queries_they_apply_to() -> None:
    queries = [asked({A: 3}), asked({B: 3}), asked({}, "out-of-scope")]
    outcomes = evaluate(queries, lambda _: [A])
    everything = figures(outcomes)
    assert (everything.queries, everything.success_1, everything.abstained) == (3, 0.5, 0)
    by_class = figures_by_class(outcomes)
    assert list(by_class) == ["official", "out-of-scope"]
    assert by_class["official"].abstained is None
    assert by_class["out-of-scope"].success_1 is None


def test_queries_are_read_as_they_stand() -> None:
    text = HEAD + 'd1\tsäg "hej"\tsv\tspoken\te:a=3 a:kb-b=1\nd2\t\ten\tnone\t\n'
    first, second = read_queries(text)
    assert first.text == 'säg "hej"'
    assert first.grades == {("service", "a"): 3, ("article", "kb-b"): 1}
    assert (second.text, second.grades) == ("", {})


def test_a_file_without_judgments_can_be_searched() -> None:
    only = read_queries("qid\tquery\tlang\tmore\nd1\tbygglov\tsv\tx\n")[0]
    assert (only.text, only.grades) == ("bygglov", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("query\tlang\nx\tsv\n", "lacks qid"),
        ("", "lacks"),
        (HEAD + "d1\tbygglov\n", "line 2"),
        (HEAD + "d1\tbygglov\tsv\tx\tbygglov\n", "line 2"),
        (HEAD + "d1\tbygglov\tsv\tx\tz:a=3\n", "line 2"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_queries(text)


def test_the_table_has_a_line_for_each_class_and_one_for_all() -> None:
    lines = table_of(evaluate([asked({A: 3}), asked({}, "out-of-scope")], lambda _: [A])).splitlines()
    assert [line.split()[0] for line in lines] == ["class", "official", "out-of-scope", "all"]
    assert lines[1].split() == ["official", "1", "1.000", "1.000", "1.000", "1.000", "–"]
    assert lines[2].split() == ["out-of-scope", "1", "–", "–", "–", "–", "0.000"]
