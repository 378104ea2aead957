"""What the program says no to, in the contract's words. The edge turns a refusal into a page, a status or an ack."""

from typing import ClassVar


class Refusal(Exception):
    """Something that was asked for is not done; nothing was changed. ``code`` is the contract's word for why."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class Unknown(Refusal):
    """There is no such thing, or the asker is not to know that there is."""

    code = "not_found"
    status = 404


class Forbidden(Refusal):
    """The thing is known to the asker, but this is not for them to do."""

    code = "forbidden"
    status = 403


class AlreadyTaken(Refusal):
    """Somebody else has the contact."""

    code = "taken"


class AlreadyClosed(Refusal):
    """The contact is over."""

    code = "closed"


class NotYours(Refusal):
    """The agent does not have the contact (any more)."""

    code = "not_yours"


class NoRoom(Refusal):
    """The agent has no room for it."""

    code = "full"


class NotAvailable(Refusal):
    """The agent is paused or offline and takes nothing."""

    code = "not_available"


class WrongStage(Refusal):
    """The contact (or the request) is not where this can be done to it."""

    code = "wrong_stage"


class KeyReused(Refusal):
    """The same key came with another request."""

    code = "key_reused"
    status = 422


class InProgress(Refusal):
    """The first request with this key is still running."""

    code = "in_progress"


class Unacceptable(Refusal):
    """The request is well formed but its content cannot be taken; ``errors`` names the fields."""

    code = "invalid"
    status = 422

    def __init__(self, detail: str = "", errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []
