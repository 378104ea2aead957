"""Looking for Administration: the services with what is known of them, the settings in force, the accounts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.answers.search import text_of
from helpdesk.people.models import Account, Grant
from helpdesk.settings import KNOWN, Known, settings
from knowledge.library import review_due
from knowledge.models import Authority, Department, Service
from knowledge.queries import list_services

NOT_SAID = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which services somebody wants to see; an empty value asks for all."""

    text: str = ""
    department: str = ""
    form: str = ""
    handling: str = ""
    accessible: str = ""
    review: str = ""
    """``due``: those that nobody has read through in the last twelve months."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting and the value that holds now, as it is typed."""

    known: Known
    value: str

    @property
    def is_changed(self) -> bool:
        """Say whether it differs from its default."""
        return self.value != typed(self.known.default)


@dataclass(frozen=True, slots=True)
class Held:
    """A role that an account holds, and where: the name of the part of the house, or nothing for everywhere."""

    role: str
    where: str


def is_due(service: Service, today: date) -> bool:
    """Say whether nobody has read a service through in the last twelve months."""
    due = review_due(service.reviewed)
    return due is None or due <= today


def services_wanted(session: Session, wanted: Wanted, lang: str, today: date) -> list[Service]:
    """Return the services that are offered now and fit, by their title in a language."""
    text = wanted.text.casefold()

    def fits(one: Service) -> bool:
        handling = one.handling.value if one.handling else NOT_SAID
        titles = f"{one.title_sv} {one.title_en or ''} {one.title_fi or ''} {one.slug}".casefold()
        return (
            text in titles
            and wanted.department in ("", one.department.slug)
            and wanted.form in ("", one.form.value)
            and wanted.handling in ("", handling)
            and wanted.accessible in ("", one.accessible.value)
            and (wanted.review != "due" or is_due(one, today))
        )

    return sorted(filter(fits, list_services(session)), key=lambda one: text_of(one, "title", lang)[0].casefold())


def settings_in_force(session: Session) -> list[InForce]:
    """Return every setting with the value that holds now."""
    held = settings(session)
    return [InForce(known, typed(held[known.key])) for known in KNOWN.values()]


def typed(value: object) -> str:
    """Return a setting's value as somebody would type it."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def accounts_with_roles(session: Session, lang: str) -> list[tuple[Account, Sequence[Held]]]:
    """Return all accounts by name, each with the roles that it holds."""
    departments = {one.id: one for one in session.scalars(select(Department))}
    authorities = {one.id: one for one in session.scalars(select(Authority))}
    held: defaultdict[int, list[Held]] = defaultdict(list)
    for grant in session.scalars(select(Grant).order_by(Grant.id)):
        part = departments.get(grant.department_id or 0) or authorities.get(grant.authority_id or 0)
        held[grant.account_id].append(Held(grant.role.value, str(getattr(part, f"name_{lang}")) if part else ""))
    accounts = session.scalars(select(Account).order_by(Account.name, Account.id))
    return [(one, held[one.id]) for one in accounts]
