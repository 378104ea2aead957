"""Filters, counts, the edge of the noise, marks and Markdown: without a database."""

from dataclasses import dataclass

from markupsafe import Markup

from helpdesk.answers.markup import LONGEST_LEAD, lead_of, to_html
from helpdesk.answers.rules import FAR, Filters, counts, kept, near
from helpdesk.answers.search import marked
from helpdesk.answers.words import AREAS, word_for


@dataclass(frozen=True)
class Hit:
    """A hit as far as the filters know it."""

    kind: str = "service"
    form: str | None = "pdf"
    area: str | None = "a"
    life_event: str | None = None
    login: str | None = "none"
    score: float = 1.0


HITS = [Hit(), Hit(area="b"), Hit(area="b", login="bankid", form="e_service"), Hit("article", None, None, None, None)]


def test_a_hit_must_fit_every_filter_with_one_of_its_values() -> None:
    assert kept(HITS, Filters()) == HITS
    assert kept(HITS, Filters(area=frozenset("ab"))) == HITS[:3]
    assert kept(HITS, Filters(area=frozenset("b"), kind=frozenset({"pdf"}))) == [HITS[1]]
    assert kept(HITS, Filters(kind=frozenset({"article"}))) == [HITS[3]]


def test_a_value_counts_what_it_would_show_beside_the_other_filters() -> None:
    found = counts(HITS, Filters(area=frozenset("b"), login=frozenset({"e-id-school"})))
    assert found["area"] == {"b": 0}
    assert found["login"] == {"bankid": 1, "none": 1, "e-id-school": 0}
    assert counts(HITS, Filters(area=frozenset("b")))["area"] == {"b": 2, "a": 1}


def test_what_is_far_from_the_best_hit_is_left_out() -> None:
    hits = [Hit(score=2.0), Hit(score=2.0 * FAR), Hit(score=2.0 * FAR - 0.001)]
    assert near(hits) == hits[:2]
    assert near([]) == []


def test_marks_are_safe_and_never_overlap() -> None:
    assert marked("a <b> & c", [(2, 5)]) == Markup("a <mark>&lt;b&gt;</mark> &amp; c")
    assert marked("sopor", [(0, 3), (1, 4)]) == Markup("<mark>sop</mark>or")
    assert marked("", []) == Markup("")


def test_markdown_keeps_its_place_among_the_headings_and_loses_what_could_run() -> None:
    made = to_html(
        "# Ett\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![x](https://tracker.example/x.png) <img src=x onerror=alert(1)>"
    )
    assert "<h3>Ett</h3>" in made
    assert "<td>1</td>" in made
    assert "<img" not in made
    assert 'href="https://a.example"' in to_html("[a](https://a.example)")


def test_a_lead_is_whole_sentences() -> None:
    assert lead_of("Kort.\nMer.") == "Kort."
    long = "Första meningen är här. " + "ord " * 200
    assert lead_of(long) == "Första meningen är här."
    assert len(lead_of("ord" * 5 + " " + "x" * 500)) <= LONGEST_LEAD + 2
    assert lead_of("") == ""


def test_a_code_that_nobody_has_a_word_for_is_still_readable() -> None:
    assert word_for(AREAS, "egen-del") == "Egen del"
