"""Inside notes are told from public text by their heading, and a doubtful heading counts as inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sections import SectionText, join_sections, plain_text, split_sections
from knowledge.values import Audience, Lang

PUBLIC, STAFF = Audience.PUBLIC, Audience.STAFF


def test_sections_begin_at_headings_of_the_second_level() -> None:
    text = "Först.\n\n## Så gör du\nRing.\n### Sen\nVänta.\n\n## Kontakt\n112\n"
    assert split_sections(text) == [
        SectionText("", "Först."),
        SectionText("Så gör du", "Ring.\n### Sen\nVänta."),
        SectionText("Kontakt", "112"),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "## Internt: koden",
        "## Internal: the code",
        "## Sisäinen: koodi",
        "## Sisa\u0308inen: koodi",
        "## INTERNT : koden",
        "##Internt: koden",
        "### Internt: koden",
        "# Internt: koden",
        "## **Internt:** koden",
        "## Internt – koden",
        "  ## Internt: koden",
        "> ## Internt: koden",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_whatever_looks_like_an_inside_heading_is_one(heading: str, newline: str) -> None:
    text = newline.join(["## Alla", "Välkommen.", heading, "Koden är 1234.", "## Sen", "Hej."])
    found = split_sections(text)
    assert [one.audience for one in found] == [PUBLIC, STAFF, PUBLIC]
    assert found[1].body == "Koden är 1234."


def test_an_open_fence_does_not_let_inside_text_out() -> None:
    found = split_sections("## Alla\n```\nkod\n## Internt: sedan\nKoden är 1234.")
    assert "1234" not in "".join(one.body for one in found if one.audience is PUBLIC)


def test_a_heading_in_a_fence_is_text() -> None:
    assert len(split_sections("## Ett\n```\n## två\n```\n")) == 1


def test_a_staff_article_is_staff_throughout() -> None:
    assert {one.audience for one in split_sections("A\n## B\nc", STAFF)} == {STAFF}


def test_a_word_that_begins_like_inside_is_public() -> None:
    assert split_sections("## Internationella skolan\nHej.")[0].audience is PUBLIC


def test_joined_sections_can_be_split_again() -> None:
    sections = [SectionText("", "Först."), SectionText("Så", "- ett\n- två"), SectionText("Koden", "1234", STAFF)]
    for lang in Lang:
        assert split_sections(join_sections(sections, lang)) == sections


@given(st.text(max_size=400))
def test_any_text_can_be_split(text: str) -> None:
    split_sections(text)
    plain_text(text)


def test_plain_text_has_the_words_and_not_the_signs() -> None:
    text = "**Fet** och `kod`\n\n1. Ett\n2. [Två](https://example.org)\n\n| A | B |\n|---|---|\n| c | d |\n"
    assert plain_text(text) == "Fet och kod\nEtt\nTvå\nA\nB\nc\nd"
