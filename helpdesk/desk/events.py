"""What happens at the desk and nowhere else."""

from dataclasses import dataclass

from helpdesk.contacts.events import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Described(Happening):
    """The agent said what the contact is about. Carries the area; the words are in the contact."""

    kind = "described"
    area: str | None
