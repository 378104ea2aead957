"""Words are compared as people write them: any case, any accent, å ä ö missing, inflected, put together."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.lexicon import FRAME_WORDS, SMALL_WORDS
from knowledge.search.stems import stem
from knowledge.search.text import LONGEST_WORD, bare, fold, grams, words


def folded(text: str) -> list[str]:
    return [one.folded for one in words(text)]


def test_swedish_letters_are_letters_of_their_own() -> None:
    assert fold("HÅR") == "hår"
    assert fold("hår") != fold("har")


def test_other_accents_do_not_matter() -> None:
    assert fold("Idé") == "ide"
    assert fold("Ünder") == "under"
    assert fold("Bjørn") == "björn"


def test_composed_and_decomposed_text_are_the_same() -> None:
    text = "Öppna förskolan på Ängsgården"
    assert folded(unicodedata.normalize("NFD", text)) == folded(text)


def test_bare_is_what_a_foreign_keyboard_writes() -> None:
    assert bare("förskoleplåtär") == "forskoleplatar"


def test_words_know_where_they_stand() -> None:
    text = "Bygglovs-ansökan, enligt 2018:222"
    assert [text[one.start : one.end] for one in words(text)] == ["Bygglovs", "ansökan", "enligt", "2018:222"]


def test_soft_hyphens_do_not_divide() -> None:
    assert folded("bygg\u00adlov") == ["bygglov"]


def test_a_word_has_a_longest_length() -> None:
    assert len(fold("a" * 5000)) == LONGEST_WORD


@pytest.mark.parametrize(
    ("lang", "forms"),
    [
        ("sv", "skola skolan skolans skolor skolorna"),
        ("sv", "ansöka ansökan ansökningar ansökningarna"),
        ("sv", "soptunna soptunnan soptunnor"),
        ("sv", "beslut beslutet beslutets besluten"),
        ("sv", "bok böcker böckerna"),
        ("sv", "betala betalar betalning betalningen"),
        ("en", "permit permits"),
        ("en", "apply applies applied"),
        ("fi", "koulu koulun koulussa kouluun"),
    ],
)
def test_forms_of_a_word_share_a_stem(lang: str, forms: str) -> None:
    assert len({stem(form, lang) for form in forms.split()}) == 1


@pytest.mark.parametrize("pair", ["förening förena", "plan planka", "tidning tid", "man må", "skola skog"])
def test_different_words_keep_different_stems(pair: str) -> None:
    one, two = pair.split()
    assert stem(one, "sv") != stem(two, "sv")


def test_grams_mark_the_ends_of_a_word() -> None:
    assert grams("bygg") == ("_byg", "bygg", "ygg_")
    assert grams("å") == ("_a_",)


def test_small_and_frame_words_are_folded_already() -> None:
    for lists in (SMALL_WORDS, FRAME_WORDS):
        for found in lists.values():
            assert found
            assert all(fold(word) == word for word in found)


@given(st.text(max_size=300))
def test_any_text_has_words_inside_it(text: str) -> None:
    for one in words(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.folded
        assert grams(one.folded)
        for lang in ("sv", "fi", "en"):
            assert stem(one.folded, lang) is not None
