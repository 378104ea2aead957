"""Making accounts, signing in, tokens."""

import hashlib
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from helpdesk.people.models import Account, ApiToken, Grant, SignInFailure
from helpdesk.people.queries import account_by_email, viewer_of
from helpdesk.people.rules import Role, Viewer
from helpdesk.refusals import Unacceptable
from helpdesk.web.aside import aside
from knowledge.base import UtcDateTime

HASHER = PasswordHasher()
"""Argon2id with the library's current parameters (RFC 9106, low-memory profile)."""
NOBODY = HASHER.hash(secrets.token_hex(16))
"""Checked when the address is unknown, so that the answer takes as long as for a known one."""
FREE_TRIES = 3
LONGEST_WAIT_S = 300
FAILURES_KEPT = timedelta(days=1)
COUNT_FROM = text(
    "INSERT INTO sign_in_failure (email, count, last_at, wait_until) VALUES (:email, 0, :now, :now) "
    "ON CONFLICT (email) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class GrantSaid:
    """A role to give, and where it holds."""

    role: Role
    authority_id: int | None = None
    department_id: int | None = None


def add_account(
    session: Session, email: str, name: str, password: str | None, grants: Iterable[GrantSaid], now: datetime
) -> Account:
    """Make an account. Raises Unacceptable when the address is taken."""
    if account_by_email(session, email) is not None:
        raise Unacceptable(f"There is an account for {email} already.")
    account = Account(
        email=email.strip().lower(),
        name=name.strip(),
        password_hash=HASHER.hash(password) if password is not None else None,
        created_at=now,
    )
    session.add(account)
    session.flush()
    for grant in grants:
        session.add(
            Grant(
                account_id=account.id,
                role=grant.role,
                authority_id=grant.authority_id,
                department_id=grant.department_id,
                granted_at=now,
            )
        )
    session.flush()
    return account


def set_password(session: Session, account: Account, password: str, must_change: bool) -> None:
    """Give an account a password and end all its sessions."""
    account.password_hash = HASHER.hash(password)
    account.must_change_password = must_change
    account.session_epoch += 1


def first_password() -> str:
    """Return a password that can be read out: four groups of four."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


@dataclass(frozen=True, slots=True)
class SignIn:
    """What came of trying to sign in: a viewer, or how many seconds to wait before the next try."""

    viewer: Viewer | None
    wait_s: int = 0


def sign_in(session: Session, email: str, password: str, now: datetime) -> SignIn:
    """Check an address and password. After three failures in a row each further one doubles the wait, up to 5 minutes.

    The wait belongs to the address that is typed, known or not, so that nothing is learnt from it, and a shared
    computer or network is never locked out. A try during the wait counts for nothing and prolongs nothing.
    """
    typed = email.strip().lower()
    failure = locked_failure(session, typed, now)
    if failure.wait_until > now:
        return SignIn(None, math.ceil((failure.wait_until - now).total_seconds()))
    account = account_by_email(session, typed)
    is_right = is_password(account, password)
    if account is not None and is_right and account.disabled_at is None:
        session.delete(failure)
        if account.password_hash is not None and HASHER.check_needs_rehash(account.password_hash):
            account.password_hash = HASHER.hash(password)
        return SignIn(viewer_of(session, account))
    failure.count += 1
    failure.last_at = now
    over = failure.count - FREE_TRIES
    wait_s = min(LONGEST_WAIT_S, 2**over) if over > 0 else 0
    failure.wait_until = now + timedelta(seconds=wait_s)
    return SignIn(None, wait_s)


def locked_failure(session: Session, typed: str, now: datetime) -> SignInFailure:
    """Return the count of an address with its row locked, so that guesses sent all at once come one by one."""
    session.execute(COUNT_FROM, {"email": typed, "now": now})
    return session.scalars(
        select(SignInFailure)
        .where(SignInFailure.email == typed)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def forget_old_failures(session: Session, now: datetime) -> None:
    """Drop the counts of addresses that nobody has tried for a day."""
    session.execute(delete(SignInFailure).where(SignInFailure.last_at <= now - FAILURES_KEPT))


def is_password(account: Account | None, password: str) -> bool:
    """Say whether the password is the account's; takes as long when there is no such account."""
    known = account.password_hash if account is not None and account.password_hash else NOBODY
    try:
        aside(HASHER.verify, known, password)
    except VerificationError:
        return False
    return account is not None and account.password_hash is not None


def token_hash(token: str) -> str:
    """Return what is kept of a token. It is long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(session: Session, account: Account, scopes: Iterable[str], lifetime: timedelta, now: datetime) -> str:
    """Give an account a key to the API and return it; it is shown this once."""
    token = f"hd_{secrets.token_urlsafe(32)}"
    session.add(
        ApiToken(
            account_id=account.id,
            token_hash=token_hash(token),
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def viewer_of_token(session: Session, token: str, now: datetime) -> Viewer | None:
    """Return whoever a token speaks for, with its scopes; None when it is unknown, expired or revoked."""
    row = session.execute(
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(
            ApiToken.token_hash == token_hash(token),
            ApiToken.expires_at > now,
            ApiToken.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    return viewer_of(session, row[1], frozenset(row[0].scopes), row[0].id) if row else None
