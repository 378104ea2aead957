"""What happened, told during the work and published after the commit.

``tell`` runs the consequences that belong to the same transaction (an outbox row, say) at once; listeners hear of it
after the commit, as a hint that may be lost. ``touch`` raises the version of what the screens show; versions are
counter rows, raised last in the transaction so that the row is locked as briefly as can be.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.base import Base


class ChangeVersion(Base):
    """How many times a thing that the screens follow has changed."""

    __tablename__ = "change_version"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


RAISE = text(
    "INSERT INTO change_version (name, version) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET version = change_version.version + 1 RETURNING version"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A hint for the screens: what changed, which ones (public ids), and the version that the change made."""

    what: str
    ids: tuple[str, ...]
    version: int


@dataclass(slots=True)
class Pending:
    """What one transaction has told so far."""

    news: "News"
    events: list[Any] = field(default_factory=list)
    touched: dict[str, set[str]] = field(default_factory=dict)
    hints: list[Changed] = field(default_factory=list)


Consequence = Callable[[Session, Any], None]
Listener = Callable[[Any], None]


class News:
    """The table of consequences: what follows from each kind of event."""

    def __init__(self) -> None:
        self._consequences: dict[type, list[Consequence]] = defaultdict(list)
        self._listeners: dict[type, list[Listener]] = defaultdict(list)

    def on(self, kind: type, consequence: Consequence) -> None:
        """Do this in the same transaction whenever such an event is told."""
        self._consequences[kind].append(consequence)

    def listen(self, kind: type, listener: Listener) -> None:
        """Do this after the commit. Also for :class:`Changed`. A listener never raises into the work that was done."""
        self._listeners[kind].append(listener)

    def follow(self, session: Session) -> None:
        """Begin to collect what this session's transaction tells."""
        session.info["news"] = Pending(self)

    def tell(self, session: Session, event: Any) -> None:
        """See :func:`tell`."""
        pending_of(session).events.append(event)
        for consequence in self._consequences.get(type(event), ()):
            consequence(session, event)

    def before_commit(self, session: Session) -> None:
        """Raise the version of everything touched, in one order for all, and keep the hints for later."""
        pending = pending_of(session)
        for what in sorted(pending.touched):
            version = int(session.connection().execute(RAISE, {"name": what}).scalar_one())
            pending.hints.append(Changed(what, tuple(sorted(pending.touched[what])), version))

    def publish(self, session: Session) -> None:
        """Tell the listeners, after the commit."""
        pending = pending_of(session)
        for event in [*pending.events, *pending.hints]:
            for listener in self._listeners.get(type(event), ()):
                listener(event)


def pending_of(session: Session) -> Pending:
    """Return what the session's transaction has told. A session made by hand (a test) collects too, without listeners."""
    pending: Pending | None = session.info.get("news")
    if pending is None:
        News().follow(session)
        return pending_of(session)
    return pending


def tell(session: Session, event: Any) -> None:
    """Say what happened, in the transaction in which it happens."""
    pending_of(session).news.tell(session, event)


def touch(session: Session, what: str, *ids: str) -> None:
    """Say that what the screens show as ``what`` changes with this transaction; ``ids`` are public ids."""
    pending_of(session).touched.setdefault(what, set()).update(ids)


def version_of(session: Session, what: str) -> int:
    """Return the version of a thing that the screens follow; 0 before its first change."""
    return session.scalar(select(ChangeVersion.version).where(ChangeVersion.name == what)) or 0
