"""All that can happen to a change request. Each becomes a row that is never changed, and raises the request's version."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from helpdesk.contacts.events import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHappening:
    """Something that happened to one change request."""

    request_id: int
    number: str
    kind: ClassVar[str]

    def facts(self) -> dict[str, Any]:
        """Return what the row keeps beside time and account."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("request_id", "number")}
        return {name: plain(value) for name, value in own.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted(RequestHappening):
    """Somebody at the service centre wrote a draft."""

    kind = "drafted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten(RequestHappening):
    """The draft has other words."""

    kind = "rewritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseAdded(RequestHappening):
    """The contacts of one more cause are counted. ``service``: its slug, None for no service."""

    kind = "cause_added"
    service: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRemoved(RequestHappening):
    """The contacts of a cause are not counted from now on."""

    kind = "cause_removed"
    service: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(RequestHappening):
    """The request has another state. ``reason``: why, masked, as the department or the centre put it."""

    kind = "moved"
    before: str
    after: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented(RequestHappening):
    """Somebody wrote in the thread; the words are in the comment's own row."""

    kind = "commented"
    comment: str
    from_department: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked(RequestHappening):
    """The request was looked at from one of the six sides."""

    kind = "looked"
    view: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(RequestHappening):
    """The request was taken up in another. ``before``: the state that it had."""

    kind = "merged"
    into: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TookUp(RequestHappening):
    """Another request was taken up in this one, and its contacts count here too."""

    kind = "took_up"
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(RequestHappening):
    """The merge was undone: the request stands on its own again, in the state that it had."""

    kind = "merge_undone"
    into: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo(RequestHappening):
    """A request that was taken up in this one stands on its own again."""

    kind = "let_go"
    other: str
