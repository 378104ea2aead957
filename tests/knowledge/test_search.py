"""People find what they mean, however they write it, see why, and are told when there is nothing."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from knowledge import shelf
from knowledge.library import retire, revise
from knowledge.queries import find_article, find_service
from knowledge.search.document import Document, Part, Passage
from knowledge.search.engine import Answer, Indexes, build_indexes, search, suggest
from knowledge.search.verdict import Verdict
from knowledge.sections import SectionText
from tests.knowledge.conftest import NOW


def slugs(answer: Answer) -> list[str]:
    return [hit.slug for hit in answer.hits]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("färdtjänst", "ansok-fardtjanst"),
        ("fardtjanst", "ansok-fardtjanst"),
        ("FÄRDTJÄNSTEN", "ansok-fardtjanst"),
        ("färtjänst", "ansok-fardtjanst"),
        ("bygglovsansökan", "ansok-bygglov"),
        ("ansökan för bygg lov", "ansok-bygglov"),
        ("trygghets-larm", "ansok-trygghetslarm"),
        ("Hej! Jag undrar om man kan söka en odlingslott någonstans?", "odlingslott"),
        ("radonmätningar", "radonmatning"),
        ("apply for home care", "ansok-hemtjanst"),
        ("vesimittarin lukema", "matarstallning"),
        ("2010:1011", "brandfarlig-vara"),
    ],
)
def test_people_find_what_they_mean(indexes: Indexes, text: str, slug: str) -> None:
    assert slugs(search(indexes, text))[0] == slug


def test_the_language_is_heard(indexes: Indexes) -> None:
    assert search(indexes, "how do I apply for a building permit").lang == "en"
    assert search(indexes, "miten haen rakennuslupaa").lang == "fi"
    assert search(indexes, "hur söker jag bygglov", lang="en").lang == "sv"
    assert search(indexes, "xyzzy", lang="fi").lang == "fi"


def test_an_item_comes_in_the_askers_language_first(indexes: Indexes) -> None:
    found = search(indexes, "edunvalvoja omaiselle", limit=50)
    articles = [hit.slug for hit in found.hits if hit.kind == "article"]
    assert articles.index("kb-god-man-fi") < articles.index("kb-god-man")
    swedish = slugs(search(indexes, "god man", lang="sv", limit=100))
    assert "kb-god-man" in swedish and "kb-god-man-fi" not in swedish


def test_nothing_comes_twice(indexes: Indexes) -> None:
    for text in ("avgift", "permit", "lupa"):
        found = [(hit.kind, hit.slug) for hit in search(indexes, text, limit=300).hits]
        assert len(found) == len(set(found))


def test_a_hit_says_why_it_came(indexes: Indexes) -> None:
    hit = search(indexes, "fardtjanst pengar").hits[0]
    assert [hit.title[start:end] for start, end in hit.marks] == ["färdtjänst"]
    assert ("fardtjanst", "letters") in {(why.typed, why.step) for why in hit.explain}
    assert hit.lang == "sv" and hit.score > 0


def test_an_excerpt_shows_the_matched_words(indexes: Indexes) -> None:
    hit = next(one for one in search(indexes, "trasig gatlykta").hits if one.slug == "felanmalan-gata")
    marked = {hit.excerpt[start:end] for start, end in hit.excerpt_marks}
    assert {"trasig", "gatlykta"} <= marked
    assert hit.excerpt_lang == "sv" and len(hit.excerpt) < 200


def test_titles_are_in_the_askers_language_when_they_can_be(indexes: Indexes) -> None:
    hit = next(one for one in search(indexes, "preschool place").hits if one.slug == "ansok-forskola")
    assert (hit.lang, hit.title) == ("en", "Apply for a place in preschool or family day care")


def test_senseless_text_finds_nothing(indexes: Indexes) -> None:
    for text in ("", "   ", "?!", "qqzxw wqxzk", "\x00", "🦊"):
        answer = search(indexes, text)
        assert (answer.verdict, answer.hits) == (Verdict.NONE, ())


def test_small_words_alone_are_searched_for(indexes: Indexes) -> None:
    assert search(indexes, "utan").verdict in set(Verdict)
    assert search(indexes, "jag vill", limit=3).ms >= 0


def test_a_limit_is_kept(indexes: Indexes) -> None:
    assert len(search(indexes, "ansökan", limit=3).hits) == 3
    assert search(indexes, "ansökan", limit=0).hits == ()


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("hemtj", "ansok-hemtjanst"), ("byggl", "ansok-bygglov"), ("parkeringst", "parkeringstillstand")],
)
def test_something_comes_while_one_types(indexes: Indexes, typed: str, slug: str) -> None:
    answer = suggest(indexes, typed)
    assert slug in slugs(answer)
    assert len(answer.hits) <= 6
    assert answer.verdict is not Verdict.NONE


def test_nothing_is_suggested_for_nothing(indexes: Indexes) -> None:
    assert suggest(indexes, "").hits == ()
    assert suggest(indexes, "qqzxw").hits == ()


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=200)
    | st.lists(
        st.sampled_from(["förskola", "ÅÄÖ", "2018:", "11§", "--", "a\u0308", "ß", "İ", "ﬁ", "\ud83d", "tak"])
    ).map(" ".join),
    lang=st.sampled_from([None, "sv", "fi", "en", "xx", ""]),
    audience=st.sampled_from(["staff", "public"]),
)
def test_any_text_can_be_asked(indexes: Indexes, text: str, lang: str | None, audience: str) -> None:
    for answer in (search(indexes, text, audience, lang), suggest(indexes, text, audience, lang)):  # type: ignore[arg-type]
        assert (answer.verdict is Verdict.NONE) == (not answer.hits)
        for hit in answer.hits:
            for shown, marks in ((hit.title, hit.marks), (hit.excerpt, hit.excerpt_marks)):
                assert all(0 <= start < end <= len(shown) for start, end in marks)


def test_a_very_long_text_is_cut(indexes: Indexes) -> None:
    assert search(indexes, "bygglov " * 20_000).hits[0].slug == "ansok-bygglov"


def test_an_empty_library_can_be_searched() -> None:
    assert search(build_indexes([], 1), "bygglov").hits == ()


def test_everyday_words_of_a_service_find_it() -> None:
    said = (Passage(Part.TITLE, "sv", "Ansökan om plats"), Passage(Part.EVERYDAY, "sv", "dagis"))
    other = Document("service", "annat", {"sv": "Något annat"}, (Passage(Part.TITLE, "sv", "Något annat"),))
    indexes = build_indexes([Document("service", "plats", {"sv": "Ansökan om plats"}, said), other], 1)
    assert slugs(search(indexes, "dagis")) == ["plats"]


def test_the_shelf_follows_the_library(small: Session) -> None:
    kept = shelf.Shelf()
    before = kept.fresh(small)
    assert kept.fresh(small) is before
    article, service = find_article(small, "kb-bygglov"), find_service(small, "odlingslott")
    assert article and service
    revise(small, article, "Så söker du bygglov", [SectionText("Nytt", "Fråga efter Zebradrömmen.")], NOW)
    retire(small, service, NOW + timedelta(minutes=1))
    after = kept.fresh(small)
    assert slugs(search(after, "zebradrömmen"))[0] == "kb-bygglov"
    assert "odlingslott" not in slugs(search(after, "odlingslott", limit=30))
    assert "odlingslott" in slugs(search(before, "odlingslott"))


def test_a_build_is_never_waited_for_by_those_who_have_an_index(
    small: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    building, finish, built = Event(), Event(), []

    def slowly(documents: list[Document], version: int) -> Indexes:
        if version == 999:
            building.set()
            assert finish.wait(10)
        return build_indexes([], version)

    kept = shelf.Shelf(slowly)
    before = kept.fresh(small)
    monkeypatch.setattr(shelf, "documents_of", lambda session: [])
    monkeypatch.setattr(shelf, "version_of", lambda session: 999)
    thread = Thread(target=lambda: built.append(kept.fresh(small)))
    thread.start()
    try:
        assert building.wait(10)
        assert kept.fresh(small) is before
    finally:
        finish.set()
        thread.join(10)
    assert built[0].version == 999 and kept.fresh(small) is built[0]
