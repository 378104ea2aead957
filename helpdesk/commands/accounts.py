"""Commands about people: account, token."""

import re
from datetime import timedelta

import click
from sqlalchemy import select

from helpdesk.app import create_app
from helpdesk.clock import now
from helpdesk.contacts.stages import Channel
from helpdesk.db import reading, transaction
from helpdesk.people.actions import GrantSaid, add_account, first_password, make_token, set_password
from helpdesk.people.models import Account, Grant
from helpdesk.people.queries import account_by_email
from helpdesk.people.rules import Role
from helpdesk.queue.staff import take_on
from helpdesk.refusals import Unknown
from knowledge.models import Department

SCOPES = (
    "queue:read",
    "contacts:read",
    "contacts:write",
    "contacts:take",
    "knowledge:read",
    "knowledge:write",
    "feedback:read",
    "feedback:write",
    "reports:read",
    "telephony:write",
    "admin",
)
"""What an API token may be for (PRODUCT, contracts)."""


ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


def words(text: str | None) -> list[str]:
    """Return the parts of a comma-separated list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


@click.group()
def account() -> None:
    """Accounts: add, list, disable, reset."""


@account.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", "role_names", required=True, help="One or more, separated by commas.")
@click.option("--department", help="Slug; the roles then hold there and below.")
@click.option("--languages", help="Besides Swedish, for agents: fi,en")
@click.option("--skills", help="For agents: bygg,…")
@click.option("--doors", default="phone,chat,walk_in", show_default=True, help="For agents.")
def add(
    email: str,
    name: str,
    role_names: str,
    department: str | None,
    languages: str | None,
    skills: str | None,
    doors: str,
) -> None:
    """Make an account and print its first password, once."""
    if not ADDRESS.fullmatch(email.strip()) or not name.strip():
        raise click.UsageError("An e-mail address and a name are needed.")
    if not words(role_names):
        raise click.UsageError("Give at least one role.")
    known = {role.value for role in Role}
    if wrong := [one for one in words(role_names) if one not in known]:
        raise click.UsageError(f"There is no role {wrong[0]}. Roles: {', '.join(sorted(known))}.")
    channels = {channel.value for channel in Channel}
    if wrong := [one for one in words(doors) if one not in channels]:
        raise click.UsageError(f"There is no door {wrong[0]}. Doors: {', '.join(sorted(channels))}.")
    password = first_password()
    with create_app().app_context(), transaction() as session:
        where = session.scalar(select(Department.id).where(Department.slug == department)) if department else None
        if department and where is None:
            raise Unknown(f"There is no department {department}.")
        granted = [GrantSaid(Role(role), department_id=where) for role in words(role_names)]
        made = add_account(session, email, name, password, granted, now())
        made.must_change_password = True
        if Role.AGENT in {one.role for one in granted}:
            needs = [f"lang:{one}" for one in words(languages) if one != "sv"]
            needs += [f"skill:{one}" for one in words(skills)]
            take_on(session, made, [Channel(one) for one in words(doors)], needs, now())
    click.echo(password)


@account.command("list")
def list_accounts() -> None:
    """Print every account with its roles, tab-separated."""
    with create_app().app_context(), reading() as session:
        for one in session.scalars(select(Account).order_by(Account.email)):
            held = session.scalars(select(Grant.role).where(Grant.account_id == one.id).order_by(Grant.id))
            state = "disabled" if one.disabled_at else "active"
            click.echo(f"{one.email}\t{one.name}\t{','.join(role.value for role in held)}\t{state}")


@account.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account and end its sessions."""
    with create_app().app_context(), transaction() as session:
        one = account_by_email(session, email)
        if one is None:
            raise Unknown(f"There is no account {email}.")
        one.disabled_at, one.session_epoch = now(), one.session_epoch + 1


@account.command()
@click.argument("email")
def reset(email: str) -> None:
    """Give an account a new first password and print it, once."""
    password = first_password()
    with create_app().app_context(), transaction() as session:
        one = account_by_email(session, email)
        if one is None:
            raise Unknown(f"There is no account {email}.")
        set_password(session, one, password, must_change=True)
        one.disabled_at = None
    click.echo(password)


@click.command()
@click.option("--account", "email", required=True, help="Whose token: it can never do what the account may not.")
@click.option("--scope", "scopes", required=True, help="One or more, separated by commas.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 365))
def token(email: str, scopes: str, days: int) -> None:
    """Make a key to the API and print it alone, once."""
    if not words(scopes):
        raise click.UsageError("Give at least one scope.")
    if wrong := [one for one in words(scopes) if one not in SCOPES]:
        raise click.UsageError(f"There is no scope {wrong[0]}. Scopes: {', '.join(SCOPES)}.")
    with create_app().app_context(), transaction() as session:
        one = account_by_email(session, email)
        if one is None:
            raise Unknown(f"There is no account {email}.")
        made = make_token(session, one, words(scopes), timedelta(days=days), now())
    click.echo(made)


COMMANDS = (account, token)
