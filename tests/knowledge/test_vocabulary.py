"""A query word is understood by the documents' own words, in steps from sure to guess."""

from collections import Counter

import pytest

from knowledge.search.vocabulary import Vocabulary

WORDS = """
förskola förskolan plats bygglov bygga ritning ansökan hemtjänst avgift sopkärl parkering kö högt hög instrumentlektioner
instrument färdtjänst legitimation omsorgsavgift lån hår
"""


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    return Vocabulary("sv", Counter(WORDS.split()))


def stems(known: Vocabulary, word: str) -> set[str]:
    return {one.stem for one in known.resolve(word)}


def steps(known: Vocabulary, word: str) -> set[str]:
    return {one.step for one in known.resolve(word)}


def test_a_known_word_is_itself(known: Vocabulary) -> None:
    assert known.resolve("avgifter")[0].weight == 1.0
    assert stems(known, "avgifter") == stems(known, "avgift")


def test_missing_letters_are_forgiven(known: Vocabulary) -> None:
    assert stems(known, "fardtjanst") == stems(known, "färdtjänst")
    assert steps(known, "fardtjanst") == {"letters"}


def test_a_typed_letter_is_not_taken_for_another(known: Vocabulary) -> None:
    assert "letters" not in steps(known, "län")
    assert stems(known, "har") == stems(known, "hår")


def test_a_compound_is_found_by_its_parts(known: Vocabulary) -> None:
    assert stems(known, "bygglovsansökan") == stems(known, "bygglov") | stems(known, "ansökan")
    assert stems(known, "förskoleplats") == stems(known, "förskola") | stems(known, "plats")


def test_a_word_inside_a_longer_one_is_a_word(known: Vocabulary) -> None:
    assert known.parts("instrumentlektioner") == (known.term("instrument"), known.term("lektioner"))


def test_a_half_known_compound_still_helps(known: Vocabulary) -> None:
    assert stems(known, "rullstolsparkering") == {known.term("parkering")}
    assert steps(known, "rullstolsparkering") == {"piece"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("hemtjesnt", "hemtjänst"), ("bygglåv", "bygglov"), ("legitmation", "legitimation"), ("parkeirng", "parkering")],
)
def test_a_misspelt_word_means_its_neighbour(known: Vocabulary, typed: str, meant: str) -> None:
    assert known.term(meant) in stems(known, typed)


def test_short_words_and_numbers_are_never_guessed(known: Vocabulary) -> None:
    assert known.resolve("kå") == ()
    assert known.resolve("2018") == ()


def test_forms_that_only_the_documents_show_are_one(known: Vocabulary) -> None:
    assert known.term("högt") == known.term("hög")


def test_what_is_being_typed_may_become_a_known_word(known: Vocabulary) -> None:
    assert known.term("hemtjänst") in {one.stem for one in known.beginning("hemt")}
    assert known.term("förskola") in {one.stem for one in known.beginning("forsk")}
    assert known.beginning("h") == ()
