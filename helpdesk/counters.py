"""Running numbers without gaps or doubles: a counter row raised in the transaction that uses the number."""

from datetime import date

from sqlalchemy import Date, bindparam, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.base import Base


class Counter(Base):
    """A running number: tickets per site, service day and letter; contacts and change requests per year."""

    __tablename__ = "counter"

    scope: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


RAISE = text(
    "INSERT INTO counter (scope, day, letter, value) VALUES (:scope, :day, :letter, 1) "
    "ON CONFLICT (scope, day, letter) DO UPDATE SET value = counter.value + 1 RETURNING value"
).bindparams(bindparam("day", type_=Date()))


def next_number(session: Session, scope: str, day: date, letter: str) -> int:
    """Return the next number of a series, from 1. The row stays locked until the transaction ends: no gap, no double."""
    return int(session.execute(RAISE, {"scope": scope, "day": day, "letter": letter}).scalar_one())
