"""The read log: who opened what was secret, and why. Only ever added to; the data protection officer reads it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.base import Base


class ReadLog(Base):
    """One reading of something that not everybody may read."""

    __tablename__ = "read_log"
    __table_args__ = (Index("ix_read_log_at", "at"), Index("ix_read_log_record", "record", "record_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    record: Mapped[str]
    record_id: Mapped[str]
    """The public id of what was read, so that the log survives the record."""
    reason: Mapped[str]
    route: Mapped[str]
