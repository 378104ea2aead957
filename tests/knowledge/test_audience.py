"""Nothing that is written for staff can be found, counted or guessed from the public side."""

import pytest
from sqlalchemy.orm import Session

from knowledge.search.document import Document, Part, Passage
from knowledge.search.engine import Answer, Indexes, build_indexes, search, suggest
from knowledge.search.index import build_index
from knowledge.search.text import words
from knowledge.shelf import documents_of


@pytest.fixture(scope="module")
def secrets(indexes: Indexes) -> list[str]:
    """Every word that stands in staff text alone."""
    inside, outside = set[str](), set[str]()
    for document in indexes.staff.documents:
        for passage in document.passages:
            (inside if passage.staff else outside).update(one.folded for one in words(passage.text))
    return sorted(word for word in inside - outside if word.isalpha() and len(word) > 3)


def shown(answer: Answer) -> set[tuple[str, str]]:
    return {(hit.kind, hit.slug) for hit in answer.hits}


def without_staff_text(documents: list[Document]) -> list[Document]:
    """The same library as if its staff text had never been written."""
    return [
        Document(
            one.kind,
            one.slug,
            one.titles,
            tuple(passage for passage in one.passages if not passage.staff),
            one.lang,
            one.family,
            one.staff,
            tuple(key for key in one.linked if not key[1].startswith("kb-int-")),
        )
        for one in documents
        if not one.staff
    ]


def test_there_are_words_to_keep(secrets: list[str]) -> None:
    assert len(secrets) > 500
    assert "körlistan" in secrets


def test_staff_find_inside_words(indexes: Indexes) -> None:
    assert ("article", "kb-sopor") in shown(search(indexes, "körlistan", "staff"))
    assert ("article", "kb-int-hot") in shown(search(indexes, "överfallslarmet", "staff"))


def test_no_inside_word_is_in_the_public_index(indexes: Indexes, secrets: list[str]) -> None:
    known = indexes.public.vocabulary["sv"]
    for word in secrets:
        assert word not in known.counts
    assert not any(document.staff for document in indexes.public.documents)
    assert not any(one.staff for read in indexes.public.read for one, _ in read)


def test_the_public_finds_the_same_as_if_staff_text_had_never_been_written(
    demo: Session, indexes: Indexes, secrets: list[str]
) -> None:
    index = build_index(without_staff_text(documents_of(demo)), staff=False)
    clean = Indexes(indexes.version, staff=index, public=index)
    for word in secrets[::3]:
        answer = search(indexes, word, "public", lang="sv", limit=5)
        plain = search(clean, word, "public", lang="sv", limit=5)
        assert [(hit.slug, hit.score, hit.excerpt) for hit in answer.hits] == [
            (hit.slug, hit.score, hit.excerpt) for hit in plain.hits
        ]
        assert (answer.verdict, answer.lang) == (plain.verdict, plain.lang)


def test_no_public_hit_shows_inside_text(demo: Session, indexes: Indexes, secrets: list[str]) -> None:
    kept = set(secrets)
    for word in [*secrets[1::7], "internt", "kod", "jour", "kontrollera", "koppla"]:
        for answer in (search(indexes, word, "public", limit=50), suggest(indexes, word, "public", limit=50)):
            for hit in answer.hits:
                assert not hit.slug.startswith("kb-int-")
                assert not kept & {one.folded for one in words(f"{hit.title} {hit.excerpt}")}


def test_a_staff_passage_is_left_out_of_all_that_it_might_lend() -> None:
    article = Document(
        "article",
        "kb",
        {"sv": "Fråga"},
        (Passage(Part.TITLE, "sv", "Fråga"), Passage(Part.BODY, "sv", "Portkoden är hemlig", staff=True)),
        lang="sv",
        family="kb",
        linked=(("service", "tjanst"),),
    )
    service = Document(
        "service", "tjanst", {"sv": "Tjänst"}, (Passage(Part.TITLE, "sv", "Tjänst"),), linked=(("article", "kb"),)
    )
    indexes = build_indexes([article, service], 1)
    assert shown(search(indexes, "portkoden", "staff")) == {("article", "kb"), ("service", "tjanst")}
    assert shown(search(indexes, "portkoden", "public")) == set()
