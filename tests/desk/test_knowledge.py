"""The right of the desk: search with inside text, one item opened, sent, used, and quick replies."""

import pytest
from sqlalchemy import select

from helpdesk.contacts.models import KnowledgeLink, Message
from helpdesk.contacts.stages import Channel, MessageKind
from knowledge.library import ArticleText, publish
from knowledge.sections import SectionText
from knowledge.values import Audience, Lang

INSIDE = "xylofonen"


@pytest.fixture
def library(town):
    """A service, an article with an inside section, and an article for staff."""
    with town.database.transaction() as session:
        town.centre.session = session
        town.centre.service(
            "uppehall-sophamtning",
            town.centre.building,
            title_sv="Uppehåll i sophämtningen",
            title_en="Pause the waste collection",
            login="bankid",
            fee="Kostar ingenting",
        )
        for slug, audience, sections in (
            (
                "kb-uppehall",
                Audience.PUBLIC,
                [
                    SectionText("", "Den som är bortrest kan pausa sophämtningen."),
                    SectionText("Utan BankID", f"Fyll i blanketten tillsammans. {INSIDE}", Audience.STAFF),
                ],
            ),
            ("kb-larm", Audience.STAFF, [SectionText("", "Tryck på larmet vid sophämtning.", Audience.STAFF)]),
        ):
            text = ArticleText(
                slug=slug,
                lang=Lang.SV,
                title="Pausa sophämtningen" if audience is Audience.PUBLIC else "Larm vid sophämtning",
                department=town.centre.building,
                audience=audience,
                sections=sections,
            )
            publish(session, text, town.now)
    return town


@pytest.fixture
def chat(town, maria):
    """A chat that Maria has."""
    return maria.takes(town.arrives(text="Hej"))


def test_the_search_shows_kind_login_owner_and_what_is_inside_only(library, maria):
    page = maria.page(q="sophämtning")
    assert "Pause the waste collection" in page or "Uppehåll i sophämtningen" in page
    for words in ("E-service", "BankID", "Inside"):
        assert words in page
    assert 'id="hit-article-kb-larm"' in page


def test_inside_text_is_found_and_shown_with_a_lock(library, maria):
    assert 'id="hit-article-kb-uppehall"' in maria.page(q=INSIDE)
    page = maria.page(item="article:kb-uppehall")
    assert "Inside, not shown to the citizen" in page and INSIDE in page
    assert "Den som är bortrest" in page


def test_nothing_found_says_so(library, maria):
    assert "Nothing found" in maria.page(q="qqqqqqqq")


def test_what_fits_the_topic_is_there_before_anybody_searches(library, town, maria):
    maria.takes(town.arrives(topic="sophämtning"))
    page = maria.page()
    assert "Fits the topic of the contact:" in page
    assert 'id="hit-service-uppehall-sophamtning"' in page


def test_a_link_is_sent_into_the_conversation_and_remembered(library, town, maria, chat):
    maria.post(f"/kontakter/{chat}/lank", kind="service", slug="uppehall-sophamtning", once="l1")
    maria.post(f"/kontakter/{chat}/lank", kind="service", slug="uppehall-sophamtning", once="l1")
    message = town.all(Message)[-1]
    assert message.kind is MessageKind.SERVICE
    assert message.ref["slug"] == "uppehall-sophamtning"
    assert message.ref["url"].endswith("/e-tjanster/uppehall-sophamtning")
    (link,) = town.all(KnowledgeLink)
    assert link.was_sent
    assert message.ref["title"] in maria.page(contact=chat)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Pause the waste collection"), ("uk", "Uppehåll i sophämtningen")]
)
def test_the_link_is_named_in_the_citizens_language_or_in_swedish(library, town, maria, chat, language, title):
    with town.database.transaction() as session:
        session.merge(town.contact(chat)).language = language
    maria.post(f"/kontakter/{chat}/lank", kind="service", slug="uppehall-sophamtning")
    assert town.all(Message)[-1].text == title


def test_an_article_for_staff_is_never_sent(library, town, maria, chat):
    answer = maria.send(f"/kontakter/{chat}/lank", kind="article", slug="kb-larm")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert town.all(KnowledgeLink) == []
    assert (
        "Send the link"
        not in maria.page(contact=chat, item="article:kb-larm")
        .split('id="item-article-kb-larm"')[1]
        .split("</article>")[0]
    )


def test_nothing_is_sent_into_a_call_but_it_can_have_been_used(library, town, maria):
    call = maria.takes(town.arrives(Channel.PHONE))
    assert maria.send(f"/kontakter/{call}/lank", kind="article", slug="kb-uppehall").get_json()["code"] == "wrong_stage"
    maria.post(f"/kontakter/{call}/anvant", kind="article", slug="kb-uppehall")
    (link,) = town.all(KnowledgeLink)
    assert link.revision_id is not None and not link.was_sent


@pytest.mark.parametrize("fields", [{"kind": "service", "slug": "finns-inte"}, {"kind": "saga", "slug": "x"}, {}])
def test_what_is_not_in_the_library_is_refused(library, town, maria, chat, fields):
    assert maria.send(f"/kontakter/{chat}/lank", **fields).status_code == 422
    assert maria.page(item="article:finns-inte")
    with town.database.reading() as session:
        assert session.scalars(select(KnowledgeLink)).all() == []


def test_quick_replies_are_the_first_words_of_public_articles(library, maria):
    html = maria.client.get("/arbetsyta/snabbsvar", query_string={"q": "sophämtning"}).get_json()["fragments"]["canned"]
    assert "Den som är bortrest kan pausa sophämtningen." in html
    assert "/svar/kb-uppehall" in html
    assert INSIDE not in html and "Tryck på larmet" not in html
    empty = maria.client.get("/arbetsyta/snabbsvar").get_json()["fragments"]["canned"]
    assert "hidden" in empty
