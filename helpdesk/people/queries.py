"""Looking people up."""

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from helpdesk.people.models import Account, Grant
from helpdesk.people.rules import Held, Viewer
from knowledge.models import Department

AGENTS = table("agent", column("id"), column("account_id"))
"""The agent's row belongs to the queue; here it is only known that there is one."""


def account_by_email(session: Session, email: str) -> Account | None:
    """Return the account with an address, in whatever case it was typed."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower()))


def account_by_public_id(session: Session, public_id: str) -> Account | None:
    """Return the account."""
    return session.scalar(select(Account).where(Account.public_id == public_id))


def below(session: Session, department_id: int) -> frozenset[int]:
    """Return a department and every one below it."""
    parents = session.execute(select(Department.id, Department.parent_id)).all()
    found = {department_id}
    grows = True
    while grows:
        more = {row.id for row in parents if row.parent_id in found} - found
        found |= more
        grows = bool(more)
    return frozenset(found)


def viewer_of(
    session: Session, account: Account, scopes: frozenset[str] | None = None, token_id: int | None = None
) -> Viewer:
    """Return an account as whoever looks or acts, with everything it holds."""
    held = tuple(
        Held(
            grant.role,
            grant.authority_id,
            below(session, grant.department_id) if grant.department_id is not None else None,
        )
        for grant in session.scalars(select(Grant).where(Grant.account_id == account.id).order_by(Grant.id))
    )
    agent_id = session.scalar(select(AGENTS.c.id).where(AGENTS.c.account_id == account.id))
    return Viewer(
        account_id=account.id,
        public_id=account.public_id,
        name=account.name,
        email=account.email,
        held=held,
        agent_id=agent_id,
        session_epoch=account.session_epoch,
        language=account.language,
        must_change_password=account.must_change_password,
        scopes=scopes,
        token_id=token_id,
    )
