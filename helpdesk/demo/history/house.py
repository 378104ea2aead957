"""The house that the past happens in: doors, people, services and articles, by the ids that rows lean on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.doors.models import Door, Site
from helpdesk.contacts.doors.queries import hours_of
from helpdesk.contacts.doors.rules import Hours
from helpdesk.demo.history.causes import Offered
from helpdesk.people.models import Account, Grant
from helpdesk.people.rules import Role
from helpdesk.queue.lanes import lane_for
from helpdesk.queue.models import Ability, Agent
from helpdesk.settings import settings
from knowledge.models import Article, ArticleService, Department, Service


@dataclass(frozen=True, slots=True)
class Clerk:
    """An agent."""

    id: int
    public_id: str
    account_id: int
    desk: str | None
    abilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Office:
    """A department, and who answers for it."""

    id: int
    slug: str
    authority_id: int
    secrecy: bool
    officer_id: int | None
    """The account of somebody who answers handovers there; None where nobody has an account."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything that the past leans on. Doors by slug."""

    doors: Mapping[str, int]
    hours: Mapping[str, Hours]
    lanes: Mapping[tuple[str, frozenset[str]], int]
    site_id: int
    site: str
    clerks: tuple[Clerk, ...]
    home: Office
    offices: Mapping[int, Office]
    services: tuple[Offered, ...]
    articles: Mapping[int, tuple[int, str]]
    """By service: the revision and slug of an article that answers for it."""


def furnish(session: Session) -> House:
    """Return the house as the database holds it, with a lane for every door and language."""
    doors = session.scalars(select(Door).order_by(Door.id)).all()
    clerks = tuple(
        Clerk(agent.id, agent.public_id, agent.account_id, agent.desk, abilities(session, agent.id))
        for agent in session.scalars(select(Agent).order_by(Agent.id))
    )
    needs = {frozenset[str](), *(frozenset({f"lang:{language}"}) for language in ("fi", "en", "ar", "so"))}
    offices = offices_of(session)
    centre = settings(session).text("centre.department")
    site = session.scalars(select(Site)).one()
    return House(
        doors={door.slug: door.id for door in doors},
        hours={door.slug: hours_of(session, door) for door in doors},
        lanes={
            (door.slug, need): lane_for(session, door, need) for door in doors for need in sorted(needs, key=sorted)
        },
        site_id=site.id,
        site=site.slug,
        clerks=clerks,
        home=next(office for office in offices.values() if office.slug == centre),
        offices=offices,
        services=services_of(session),
        articles=articles_of(session),
    )


def abilities(session: Session, agent_id: int) -> frozenset[str]:
    """Return what an agent can."""
    return frozenset(session.scalars(select(Ability.need).where(Ability.agent_id == agent_id)))


def offices_of(session: Session) -> dict[int, Office]:
    """Return every department with the account of whoever answers for it."""
    rows = session.execute(
        select(Grant.department_id, Grant.account_id)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.role.in_((Role.OFFICER, Role.DEPARTMENT_HEAD)), Grant.department_id.is_not(None))
        .order_by(Grant.account_id.desc())
    )
    officers = {row.department_id: row.account_id for row in rows}
    return {
        one.id: Office(one.id, one.slug, one.authority_id, one.secrecy, officers.get(one.id))
        for one in session.scalars(select(Department).order_by(Department.id))
    }


def services_of(session: Session) -> tuple[Offered, ...]:
    """Return every service, in the order of the catalogue."""
    return tuple(
        Offered(
            one.id,
            one.slug,
            one.title_sv,
            one.form.value,
            one.login,
            one.area,
            one.department_id,
            one.authority_id,
            one.secrecy,
        )
        for one in session.scalars(select(Service).where(Service.retired_at.is_(None)).order_by(Service.id))
    )


def articles_of(session: Session) -> dict[int, tuple[int, str]]:
    """Return, by service, the current revision and the slug of the first Swedish article that answers for it."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for service_id, revision_id, slug in session.execute(
        select(ArticleService.service_id, Article.current_revision_id, Article.slug)
        .join(Article, Article.id == ArticleService.article_id)
        .where(Article.current_revision_id.is_not(None), Article.translation_of_id.is_(None))
        .order_by(Article.id)
    ):
        if revision_id is not None:
            found[service_id].append((revision_id, slug))
    return {service_id: rows[0] for service_id, rows in found.items()}
