"""Articles are published, revised, reviewed and retired, and readers get what is theirs to read."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from knowledge.library import ArticleText, publish, retire, review, review_due, revise, version_of
from knowledge.models import Article, Disturbance
from knowledge.queries import (
    articles_of,
    count_by_area,
    disturbed,
    due_for_review,
    find_article,
    find_department,
    find_service,
    in_language,
    list_departments,
    list_services,
    read_article,
    services_of,
)
from knowledge.sections import SectionText
from knowledge.values import ArticleState, Audience, Lang
from tests.knowledge.conftest import NOW

LATER = NOW + timedelta(days=3)


def written(session: Session) -> Article:
    """A public article with an inside note."""
    department, service = find_department(session, "bygg"), find_service(session, "ansok-bygglov")
    assert department and service
    sections = [SectionText("Så gör du", "Ring."), SectionText("Koden", "1234", Audience.STAFF)]
    text = ArticleText("kb-ny", Lang.SV, "Ny", department, sections, services=[service], reviewed=date(2026, 11, 1))
    return publish(session, text, NOW, by=1)


def test_what_it_said_that_day(demo: Session) -> None:
    article = written(demo)
    revise(demo, article, "Nyare", [SectionText("Så gör du", "Kom hit.")], LATER, by=2)
    then, today = read_article(demo, "kb-ny", staff=True, on=NOW), read_article(demo, "kb-ny", staff=True)
    assert then and today
    assert (then.revision.title, then.sections[0].body) == ("Ny", "Ring.")
    assert (today.revision.title, today.sections[0].body) == ("Nyare", "Kom hit.")
    assert read_article(demo, "kb-ny", staff=True, on=NOW - timedelta(seconds=1)) is None


def test_the_public_never_reads_inside_text(demo: Session) -> None:
    written(demo)
    public, staff = read_article(demo, "kb-ny", staff=False), read_article(demo, "kb-ny", staff=True)
    assert public and [one.heading for one in public.sections] == ["Så gör du"]
    assert staff and [one.heading for one in staff.sections] == ["Så gör du", "Koden"]
    assert read_article(demo, "kb-int-hot", staff=False) is None
    assert read_article(demo, "kb-int-hot", staff=True)
    assert read_article(demo, "kb-finns-inte", staff=True) is None


def test_a_retired_article_is_gone_for_the_public(demo: Session) -> None:
    article = written(demo)
    retire(demo, article, LATER)
    assert article.state is ArticleState.RETIRED
    assert read_article(demo, "kb-ny", staff=False) is None
    assert read_article(demo, "kb-ny", staff=True)


def test_a_retired_service_is_in_no_list(demo: Session) -> None:
    service = find_service(demo, "ansok-bygglov")
    assert service
    before = count_by_area(demo)["bygga-bo-miljo"]
    retire(demo, service, NOW)
    assert count_by_area(demo)["bygga-bo-miljo"] == before - 1
    assert service not in list_services(demo, area="bygga-bo-miljo")
    assert find_service(demo, "ansok-bygglov") is service


def test_every_change_raises_the_version(demo: Session) -> None:
    versions = [version_of(demo)]
    article = written(demo)
    versions.append(version_of(demo))
    review(demo, article, date(2026, 11, 20), LATER)
    versions.append(version_of(demo))
    retire(demo, article, LATER)
    versions.append(version_of(demo))
    assert versions == sorted(set(versions))


def test_an_empty_library_has_version_nought(session: Session) -> None:
    assert version_of(session) == 0


@pytest.mark.parametrize(
    ("reviewed", "due"),
    [
        (date(2026, 5, 19), date(2027, 5, 19)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
        (None, None),
    ],
)
def test_a_review_is_due_twelve_months_later(reviewed: date | None, due: date | None) -> None:
    assert review_due(reviewed) == due


def test_overdue_reviews_come_longest_first(demo: Session) -> None:
    due = due_for_review(demo, date(2027, 3, 1))
    days = [one.review_due for one in due if one.review_due]
    assert days == sorted(days) and days[-1] <= date(2027, 3, 1)
    department = find_department(demo, "gymnasium")
    assert [one.slug for one in due_for_review(demo, date(2027, 3, 1), department)] == ["kb-gymnasiet"]


def test_articles_come_in_the_readers_language(demo: Session) -> None:
    service, article = find_service(demo, "god-man-ansokan"), find_article(demo, "kb-god-man")
    assert service and article
    assert in_language(demo, article, Lang.FI).slug == "kb-god-man-fi"
    assert in_language(demo, article, Lang.EN) is article
    assert "kb-god-man-fi" in [one.slug for one in articles_of(demo, service, Lang.FI, staff=False)]
    public = [one.slug for one in articles_of(demo, service, Lang.SV, staff=False)]
    assert public == ["kb-god-man"]
    assert [one.slug for one in articles_of(demo, service, Lang.SV, staff=True)] == ["kb-god-man", "kb-int-finska"]
    assert [one.slug for one in services_of(demo, article)] == ["god-man-ansokan", "arsrakning", "bli-god-man"]


def test_a_disturbance_lasts_until_its_end(demo: Session) -> None:
    service = find_service(demo, "ansok-bygglov")
    assert service
    demo.add(Disturbance(service_id=service.id, starts_at=NOW, ends_at=LATER, text_sv="Nere"))
    demo.flush()
    assert disturbed(demo, NOW, [service.id])[service.id].text_sv == "Nere"
    assert disturbed(demo, NOW - timedelta(seconds=1)) == {}
    assert disturbed(demo, LATER) == {}


def test_lists_are_in_order(demo: Session) -> None:
    names = [one.name_sv for one in list_departments(demo)]
    assert len(names) == 33 and names == sorted(names)
    assert sum(count_by_area(demo).values()) == 132
    assert {one.life_event for one in list_services(demo, life_event="dodsfall")} == {"dodsfall"}
