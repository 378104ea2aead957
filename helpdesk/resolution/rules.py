"""What a closing must say."""

from dataclasses import dataclass

from helpdesk.contacts.stages import Assisted, Exclusion, Outcome, Reason


@dataclass(frozen=True, slots=True)
class ErrandSaid:
    """One thing that the citizen came for, as the agent classified it. ``service`` is a slug."""

    reason: Reason | None
    service: str | None = None
    topic: str | None = None
    exclusion: Exclusion | None = None
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """What the agent says at the end of a contact."""

    outcome: Outcome
    errands: tuple[ErrandSaid, ...]
    assisted: frozenset[Assisted] = frozenset()
    note: str | None = None
