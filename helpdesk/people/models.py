"""The people who work here: their accounts, and what each may do where."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.ids import new_public_id
from helpdesk.people.rules import Role
from knowledge.base import Base


class Account(Base):
    """Somebody who can sign in, with a local password or through OpenID Connect."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    name: Mapped[str]
    language: Mapped[str | None]
    password_hash: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    second_factor: Mapped[bytes | None]
    """The sealed secret of the second factor, when one is set."""
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to end every session of the account at once."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Grant(Base):
    """A role that an account holds: everywhere, within an authority, or within a department and those below it."""

    __tablename__ = "grant"
    __table_args__ = (CheckConstraint("authority_id IS NULL OR department_id IS NULL", name="one_scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    granted_at: Mapped[datetime]


class ApiToken(Base):
    """A key to the API. Only its hash is kept; it can never do what its account may not."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """How many times in a row signing in to an address has failed, and until when it waits. No password is kept."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    count: Mapped[int]
    last_at: Mapped[datetime]
    wait_until: Mapped[datetime]
