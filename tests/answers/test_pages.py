"""The pages for citizens, as nobody and as staff, without JavaScript."""

import re
from html import unescape

import pytest
from flask import Flask

from helpdesk.app import create_app
from helpdesk.config import Config
from knowledge.library import retire
from knowledge.models import Service
from knowledge.queries import find_article, find_service
from tests.answers.conftest import SECRET, SECRET_TITLE
from tests.conftest import NOW
from tests.feedback.pages import Browser

pytestmark = pytest.mark.usefixtures("library")

PUBLIC = ("/", "/e-tjanster", "/e-tjanster?q=sopor", "/e-tjanster?area=bygga-bo-miljo", "/e-tjanster/missad-hamtning")
PAGES = (*PUBLIC, "/e-tjanster?q=zzzz+qqqq", "/e-tjanster/uppehall-sophamtning", "/svar/kb-sopor", "/tillganglighet")


@pytest.fixture
def nobody(app: Flask) -> Browser:
    """A citizen at home."""
    return Browser(app)


def titles(page: str) -> list[str]:
    """Return the titles of the cards in their order."""
    found = re.findall(r'<h3 class="svc__t"><a [^>]*>(.*?)</a></h3>', page)
    return [unescape(re.sub(r"<[^>]+>", "", one)) for one in found]


def test_every_page_opens_for_everybody_and_has_its_bones(nobody: Browser) -> None:
    for path in PAGES:
        nobody.open(path)


@pytest.mark.parametrize("lang", ["sv", "fi", "en"])
def test_titles_are_in_the_readers_language_and_swedish_facts_say_that_they_are(app: Flask, lang: str) -> None:
    page = app.test_client().get(f"/e-tjanster/missad-hamtning?lang={lang}").text
    title = {
        "sv": "Anmäl missad sophämtning",
        "fi": "Ilmoita tyhjentämättä jääneestä jäteastiasta",
        "en": "Report a missed waste collection",
    }[lang]
    assert f"<h1><span>{title}</span></h1>" in page
    swedish = "<span>" if lang == "sv" else '<span lang="sv">'
    for fact in ("Kostar ingenting", "Två vardagar", "Miljöbalken 15 kap", "Ring, så anmäler vi åt dig."):
        assert f"{swedish}{fact}</span>" in page


def test_a_search_shows_cards_with_the_words_that_matched_and_a_short_answer(app: Flask) -> None:
    page = app.test_client().get("/e-tjanster?q=sopor&lang=sv").text
    assert "Anmäl missad sophämtning" in titles(page)
    assert "<mark>Sopor</mark> som inte hämtats" in page
    short = page.split('class="card answer', 1)[1].split("</article>", 1)[0]
    assert "Låt kärlet stå kvar. Vi hämtar inom två dagar." in short
    assert 'href="/e-tjanster/missad-hamtning"' in short


def test_the_readers_own_version_of_an_answer_stands_first_and_is_the_short_answer(nobody: Browser) -> None:
    page = nobody.open("/e-tjanster?q=sopor")
    shown = titles(page)
    short = page.split('class="card answer', 1)[1].split("</article>", 1)[0]
    assert "Bins that were not emptied</a>" in short
    assert "Leave the bin where it is." in short
    assert "Sopor som inte hämtats" in shown
    assert "Bins that were not emptied" not in shown


def test_filters_narrow_what_was_found_and_can_be_taken_away_again(nobody: Browser) -> None:
    every = titles(nobody.open("/e-tjanster?q=sopor"))
    narrowed = nobody.open("/e-tjanster?q=sopor&kind=pdf")
    assert titles(narrowed) == ["Pause the waste collection, form"]
    assert len(every) > 1
    assert re.search(r'href="/e-tjanster\?q=sopor"><span class="vh">', narrowed)
    assert re.search(r'name="kind" value="pdf" id="kind-pdf" checked', narrowed)
    assert titles(nobody.open("/e-tjanster?q=sopor&kind=pdf&login=bankid")) == []


def test_an_area_lists_its_services_by_title_and_a_life_event_those_that_belong_to_it(nobody: Browser) -> None:
    area = titles(nobody.open("/e-tjanster?area=bygga-bo-miljo"))
    assert area == sorted(area, key=str.casefold)
    assert "Pause the waste collection, form" in area
    assert titles(nobody.open("/e-tjanster?event=flytta")) == ["Report a missed waste collection"]
    assert titles(nobody.open("/e-tjanster?area=nothing-such")) == []


def test_more_is_shown_on_request_and_odd_numbers_do_no_harm(nobody: Browser, app: Flask) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        found = find_service(session, "missad-hamtning")
        assert found is not None
        columns = {
            name: getattr(found, name)
            for name in (
                "source",
                "summary_sv",
                "form",
                "department_id",
                "authority_id",
                "area",
                "audience",
                "changed_at",
            )
        }
        for n in range(20):
            session.add(Service(slug=f"sak-{n}", source_key=f"sak-{n}", title_sv=f"Sak {n}", **columns))
    page = nobody.open("/e-tjanster?area=bygga-bo-miljo")
    more = re.search(r'href="([^"]+show=20#hit-11)"', page)
    assert len(titles(page)) == 10
    assert more is not None
    assert len(titles(nobody.open(unescape(more[1])))) == 20
    for number in ("-5", "0", "99999999999999999999", "x"):
        assert titles(nobody.open(f"/e-tjanster?area=bygga-bo-miljo&show={number}"))[0] == titles(page)[0]


def test_a_disturbed_service_says_so_on_its_card_and_its_page(nobody: Browser) -> None:
    assert "Disturbed right now" in nobody.open("/e-tjanster?q=uppehåll+sophämtning")
    assert "The form does not open." in nobody.open("/e-tjanster/uppehall-sophamtning")
    assert "Disturbed" not in nobody.open("/e-tjanster/missad-hamtning")


def test_what_is_no_longer_offered_says_so_and_leads_to_people(nobody: Browser, app: Flask) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        found = find_service(session, "uppehall-sophamtning")
        assert found is not None
        retire(session, found, NOW)
    page = nobody.open("/e-tjanster/uppehall-sophamtning")
    assert "This is no longer offered." in page
    assert "blanketter.example" not in page
    assert "Pause the waste collection, form" not in titles(nobody.open("/e-tjanster?q=uppehåll+sophämtning"))


def test_unknown_names_are_not_found(nobody: Browser) -> None:
    for path in ("/e-tjanster/nix", "/svar/nix", "/svar/kb-int-larm", "/svar/../etc"):
        assert nobody.status(path) == 404, path


def test_odd_questions_do_no_harm(nobody: Browser) -> None:
    for text in ("x" * 5000, "%", "<script>alert(1)</script>", "'; DROP TABLE service; --", "%F0%9F%97%91", "\u202e"):
        page = nobody.client.get("/e-tjanster", query_string={"q": text})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert nobody.client.get("/e-tjanster?q=sopor&area=%22%3E%3Cb%3E&kind=%F0%9F").status_code == 200


def test_an_empty_question_is_the_first_page(nobody: Browser) -> None:
    assert 'aria-labelledby="areas"' in nobody.open("/e-tjanster?q=++")


def test_suggestions_are_a_list_of_links_and_nothing_without_words(nobody: Browser) -> None:
    fragment = nobody.client.get("/e-tjanster/forslag?q=soph").text
    assert 'role="listbox"' in fragment
    assert 'href="/e-tjanster/missad-hamtning"' in fragment
    assert nobody.client.get("/e-tjanster/forslag?q=").text.strip() == ""


def test_the_markdown_of_an_answer_is_shown_and_nothing_in_it_runs(nobody: Browser) -> None:
    page = nobody.open("/svar/kb-sopor")
    assert "<li>Ställ fram kärlet</li>" in page
    assert "<strong>nu</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert 'hreflang="en"' in page
    assert '<div class="prose" lang="sv">' in page


def test_the_public_never_meets_what_is_written_for_staff(nobody: Browser) -> None:
    asked = [f"/e-tjanster?q={word}" for word in (SECRET, SECRET_TITLE, "Rutin", "knappen under disken")]
    fragments = [f"/e-tjanster/forslag?q={word}" for word in (SECRET, SECRET_TITLE, SECRET[:5])]
    for path in (*PAGES, *asked, *fragments, "/svar/kb-sopor-en", "/api/v1/knowledge/articles"):
        page = nobody.client.get(path).text
        shown = re.sub(
            r"<title>.*?</title>|<h2 id=\"found\">.*?</h2>|value=\"[^\"]*\"|lang=[^\"]*\"|href=\"\?[^\"]*\"", "", page
        )
        for word in (SECRET, SECRET_TITLE, "knappen under", "Rutin", "kb-int-larm"):
            assert word not in shown, (path, word)
    for word in (SECRET, SECRET_TITLE):
        assert titles(nobody.open(f"/e-tjanster?q={word}")) == [], word


def test_staff_see_inside_sections_as_marked_notes(app: Flask) -> None:
    agent = Browser(app, "agent")
    page = agent.open("/svar/kb-sopor")
    inside = page.split('<div class="note">', 1)[1].split("</section>", 1)[0]
    assert f"Titta i {SECRET} först." in inside
    assert SECRET not in page.replace(inside, "")
    assert SECRET_TITLE in agent.open("/svar/kb-int-larm")
    assert SECRET_TITLE in agent.open("/e-tjanster/missad-hamtning")


def test_a_board_reader_is_no_reader_of_inside_text(app: Flask) -> None:
    reader = Browser(app, "board-reader")
    assert SECRET not in reader.open("/svar/kb-sopor")
    assert reader.status("/svar/kb-int-larm") == 404


def test_a_draft_is_for_nobody_outside(app: Flask, nobody: Browser) -> None:
    with app.extensions["helpdesk.database"].transaction() as session:
        found = find_article(session, "kb-sopor")
        assert found is not None
        retire(session, found, NOW)
    assert nobody.status("/svar/kb-sopor") == 404
    assert "Not published" in Browser(app, "agent").open("/svar/kb-sopor")


def test_the_way_to_a_service_is_where_the_municipality_says(app: Flask, nobody: Browser) -> None:
    assert 'rel="external"' not in nobody.open("/e-tjanster/missad-hamtning")
    assert 'href="https://blanketter.example/uppehall.pdf"' in nobody.open("/e-tjanster/uppehall-sophamtning")
    kept = app.config["HELPDESK"]
    values = {name: getattr(kept, name) for name in kept.__slots__}
    app.config["HELPDESK"] = Config(**(values | {"service_base_url": "https://tjanster.example"}))
    page = nobody.open("/e-tjanster/missad-hamtning")
    assert 'href="https://tjanster.example/e-tjanster/missad-hamtning" rel="external"' in page
    app.config["HELPDESK"] = Config(**(values | {"demo": True}))
    assert 'href="http://localhost/demo/tjanst/missad-hamtning"' in nobody.open("/e-tjanster/missad-hamtning")


def test_in_the_demo_the_front_page_belongs_to_the_tour(app: Flask) -> None:
    kept = app.config["HELPDESK"]
    values = {name: getattr(kept, name) for name in kept.__slots__}
    tour = create_app(Config(**(values | {"demo": True})))
    assert "answers.front_page" not in tour.view_functions
    assert "answers.front_page" in app.view_functions
    tour.extensions["helpdesk.database"].dispose()


def test_the_statement_counts_what_has_been_checked(nobody: Browser) -> None:
    page = nobody.open("/tillganglighet")
    row = next(one for one in page.split("<tr>") if "PDF form" in one)
    assert re.findall(r'<td class="num">(\d+)</td>', row) == ["0", "1", "0", "1"]


def test_the_search_says_that_it_is_ready(nobody: Browser) -> None:
    assert nobody.client.get("/readyz").get_json()["checks"]["search"] == "ok"
