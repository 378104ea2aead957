"""What the selects of the road back offer: services, departments, other requests."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.feedback.models import ChangeRequest
from helpdesk.feedback.rules import RequestState
from helpdesk.web.languages import current_language
from knowledge.models import Department, Service

Choices = list[tuple[str, str]]


def name_of(department: Department) -> str:
    """Return a department's name in the language of the page."""
    return str(getattr(department, f"name_{current_language()}"))


def title_of(service: Service) -> str:
    """Return a service's title in the language of the page; Swedish when it has no other."""
    return str(getattr(service, f"title_{current_language()}") or service.title_sv)


def service_choices(session: Session, first: str) -> Choices:
    """Return every service in use by slug and title, sorted, after a line for none of them."""
    found = [(one.slug, title_of(one)) for one in session.scalars(select(Service).where(Service.retired_at.is_(None)))]
    return [("", first), *sorted(found, key=lambda one: one[1].casefold())]


def owner_of(session: Session, slug: str | None) -> str | None:
    """Return the slug of the department that owns a service, None without a service."""
    return session.scalar(
        select(Department.slug).join(Service, Service.department_id == Department.id).where(Service.slug == slug)
    )


def department_choices(session: Session, *first: tuple[str, str]) -> Choices:
    """Return every department by slug and name, sorted, after the given lines."""
    found = [(one.slug, name_of(one)) for one in session.scalars(select(Department))]
    return [*first, *sorted(found, key=lambda one: one[1].casefold())]


def request_choices(session: Session, without: ChangeRequest) -> Choices:
    """Return the requests that another may be merged into, newest first."""
    rows = session.execute(
        select(ChangeRequest.number, ChangeRequest.title)
        .where(ChangeRequest.state != RequestState.MERGED, ChangeRequest.id != without.id)
        .order_by(ChangeRequest.id.desc())
    )
    return [(number, f"{number} {title}") for number, title in rows]


def service_titles(session: Session) -> dict[int, tuple[str, str]]:
    """Return the slug and the title of every service, also of retired ones."""
    return {one.id: (one.slug, title_of(one)) for one in session.scalars(select(Service))}
