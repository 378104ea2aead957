"""Looking things up for the pages: the ways to reach us, the short answer, cards of an area, what is accessible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.answers.markup import lead_of
from helpdesk.answers.rules import Filters, kept
from helpdesk.answers.search import Found, service_cards, text_of
from helpdesk.contacts.doors.models import Door, Site
from helpdesk.contacts.doors.queries import DoorNow, open_now
from helpdesk.contacts.stages import Channel
from knowledge.models import Article, Service
from knowledge.queries import articles_of, find_article, in_language, list_services, read_article, services_of
from knowledge.sections import plain_text
from knowledge.values import Accessible, Form, Lang

SHORT_ANSWER_AMONG = 3
"""An article answers shortly when it is among so many of the first hits."""


@dataclass(frozen=True, slots=True)
class Way:
    """A door as a citizen is told of it: its channel, its name, where it is, and whether it is open."""

    channel: Channel
    name: str
    place: str
    now: DoorNow


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The beginning of an article's public text, and the service that it leads to."""

    slug: str
    title: str
    lang: str
    lead: str
    service_slug: str | None
    service_title: str
    service_lang: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How many services of a form have been checked for accessibility, and what was found."""

    form: Form
    accessible: int
    not_accessible: int
    not_checked: int

    @property
    def total(self) -> int:
        """Return how many there are."""
        return self.accessible + self.not_accessible + self.not_checked


def ways_to_reach_us(session: Session, lang: str, now: datetime) -> list[Way]:
    """Return the doors without a language or topic of their own: phone, chat, walk-in, each with its hours at a moment."""
    order = (Channel.PHONE, Channel.CHAT, Channel.WALK_IN)
    rows = session.execute(
        select(Door, Site)
        .outerjoin(Site, Site.id == Door.site_id)
        .where(Door.channel.in_(order), Door.language.is_(None), Door.topic.is_(None))
        .order_by(Door.id)
    ).all()
    ways = [
        Way(door.channel, text_of(door, "name", lang)[0], site.address if site else "", open_now(session, door, now))
        for door, site in rows
    ]
    return sorted(ways, key=lambda way: order.index(way.channel))


def short_answer(session: Session, found: Sequence[Found], lang: str) -> ShortAnswer | None:
    """Return the short answer to a search: the first article among the best hits, or the one tied to the best service.

    It is given in the reader's language when it is there in that.
    """
    slug = next((one.slug for one in found[:SHORT_ANSWER_AMONG] if one.kind == "article"), None)
    if slug is None and found and found[0].kind == "service":
        service = session.scalar(select(Service).where(Service.slug == found[0].slug))
        tied = articles_of(session, service, Lang(lang), staff=False) if service else []
        slug = tied[0].slug if tied else None
    article = find_article(session, slug) if slug else None
    own = in_language(session, article, Lang(lang)) if article else None
    reading = read_article(session, own.slug, staff=False) if own else None
    if reading is None or not reading.sections:
        return None
    services = services_of(session, reading.article)
    title, title_lang = text_of(services[0], "title", lang) if services else ("", lang)
    return ShortAnswer(
        slug=reading.article.slug,
        title=reading.revision.title,
        lang=reading.article.lang.value,
        lead=lead_of(plain_text(reading.sections[0].body)),
        service_slug=services[0].slug if services else None,
        service_title=title,
        service_lang=title_lang,
    )


def browse(session: Session, filters: Filters, lang: str, now: datetime) -> tuple[list[Found], list[Found]]:
    """Return all services that are offered as cards by title, and those of them that fit the filters."""
    cards = service_cards(session, list_services(session), lang, now)
    cards.sort(key=lambda card: card.plain_title.casefold())
    return cards, kept(cards, filters)


def count_by_event(session: Session) -> dict[str, int]:
    """Return how many services each life event has now, the commonest first."""
    counted = (
        select(Service.life_event, func.count())
        .where(Service.retired_at.is_(None), Service.life_event.is_not(None))
        .group_by(Service.life_event)
        .order_by(func.count().desc(), Service.life_event)
    )
    return {event: number for event, number in session.execute(counted) if event is not None}


def checked_forms(session: Session) -> list[Checked]:
    """Return what is known of the accessibility of what we offer, for each form that there is."""
    counted = select(Service.form, Service.accessible, func.count()).where(Service.retired_at.is_(None))
    found = {(row[0], row[1]): row[2] for row in session.execute(counted.group_by(Service.form, Service.accessible))}
    shown = (
        Checked(form, *(found.get((form, one), 0) for one in (Accessible.YES, Accessible.NO, Accessible.UNKNOWN)))
        for form in Form
    )
    return [one for one in shown if one.total]


def translations_of(session: Session, article: Article) -> Sequence[Article]:
    """Return the published versions of a public article in other languages than its own."""
    original = article.translation_of_id or article.id
    return session.scalars(
        select(Article)
        .where(
            (Article.id == original) | (Article.translation_of_id == original),
            Article.id != article.id,
            Article.state == "published",
            Article.audience == "public",
        )
        .order_by(Article.lang)
    ).all()
