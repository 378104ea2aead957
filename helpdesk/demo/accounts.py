"""The people of the demo: one account for every kind of work. Passwords are made once and kept in the instance folder."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.stages import Channel
from helpdesk.people.actions import HASHER, GrantSaid, add_account, first_password
from helpdesk.people.rules import Role
from helpdesk.queue.staff import take_on
from knowledge.models import Authority, Department

DOMAIN = "kommunen.example"
FILE = "demo-accounts.json"
AGENT_PHONES = "+467017406"
"""How the numbers of the agents' telephones begin (a series that is reserved for fiction); 80 and up follow."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the demo."""

    first: str
    name: str
    roles: tuple[Role, ...]
    department: str | None = None
    authority: str | None = None
    abilities: tuple[str, ...] = ()
    desk: str | None = None

    @property
    def email(self) -> str:
        """Return the address to sign in with."""
        return f"{self.first}@{DOMAIN}"


PEOPLE = (
    Person("maria", "Maria Lindqvist", (Role.AGENT,), abilities=("lang:en",), desk="1"),
    Person("aino", "Aino Virtanen", (Role.AGENT,), abilities=("lang:fi",), desk="2"),
    Person("samira", "Samira Haddad", (Role.AGENT, Role.HOST), abilities=("lang:so", "lang:ar"), desk="3"),
    Person("karin", "Karin Ström", (Role.SUPERVISOR,)),
    Person("eva", "Eva Norling", (Role.IMPROVER, Role.EDITOR)),
    Person("henrik", "Henrik Dahl", (Role.OFFICER,), department="bygg"),
    Person("bodil", "Bodil Ek", (Role.OFFICER,), department="ekonomiskt-bistand"),
    Person("petra", "Petra Sund", (Role.DEPARTMENT_HEAD,), department="vatten-avfall"),
    Person("anna", "Anna Berglund", (Role.BOARD_READER,), authority="kommunstyrelsen"),
    Person("koncern", "Klara Hedin", (Role.GROUP_MANAGEMENT,)),
    Person("admin", "Adam Nyberg", (Role.ADMIN,)),
    Person("dso", "Disa Sjögren", (Role.DPO,)),
)
"""As the contracts name them: address, roles and, for agents, languages besides Swedish."""

COLLEAGUES = (
    Person("jonas", "Jonas Åkesson", (Role.AGENT,), abilities=("lang:en",), desk="4"),
    Person("linnea", "Linnéa Forsman", (Role.AGENT,), desk="5"),
    Person("gunilla", "Gunilla Ahl", (Role.OFFICER,), department="forskola"),
    Person("mats", "Mats Öberg", (Role.OFFICER,), department="grundskola"),
    Person("elin", "Elin Sandell", (Role.OFFICER,), department="bistand"),
    Person("rolf", "Rolf Granath", (Role.OFFICER,), department="teknisk-service"),
    Person("ingela", "Ingela Frost", (Role.OFFICER,), department="miljo"),
    Person("peter", "Peter Lund", (Role.OFFICER,), department="kansli"),
)
"""Those who work beside them: they stand in the history, and nobody can sign in as them."""


def settle(session: Session, instance: Path, one_for_all: str | None, now: datetime) -> None:
    """Make every account and write the passwords to a file that only its owner can read."""
    kept = []
    shared = (
        HASHER.hash(one_for_all) if one_for_all else None
    )  # hashing is slow on purpose: once is enough for one password
    for n, person in enumerate((*PEOPLE, *COLLEAGUES)):
        signs_in = person in PEOPLE
        password = (one_for_all or first_password()) if signs_in else None
        grant = where(session, person)
        account = add_account(session, person.email, person.name, None, [grant(role) for role in person.roles], now)
        if password is not None:
            account.password_hash = shared or HASHER.hash(password)
        if Role.AGENT in person.roles:
            agent = take_on(session, account, tuple(Channel), person.abilities, now)
            agent.desk = person.desk
            agent.phone = f"{AGENT_PHONES}{80 + n}"
        if signs_in:
            roles = [role.value for role in person.roles]
            kept.append({"email": person.email, "password": password, "roles": roles, "department": person.department})
    write_secret(instance / FILE, json.dumps(kept, indent=2) + "\n")


def where(session: Session, person: Person) -> Callable[[Role], GrantSaid]:
    """Return what makes a grant of a role that holds where the person works."""
    department = session.scalar(select(Department.id).where(Department.slug == person.department))
    authority = session.scalar(select(Authority.id).where(Authority.slug == person.authority))
    return lambda role: GrantSaid(role, authority_id=authority, department_id=department)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whatever lay there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda file, flags: os.open(file, flags, 0o600), encoding="utf-8") as new:
        new.write(text)
