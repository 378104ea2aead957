"""What a search page shows of what was found: filters with their counts, and where the noise begins."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

FAR = 0.35
"""What scores less than this share of the best hit is about something else, and only in the way of whoever looks."""
PAGE = 10
MOST = 60


class Findable(Protocol):
    """What the filters must know of a hit."""

    @property
    def kind(self) -> str:
        """``service`` or ``article``."""

    @property
    def form(self) -> str | None:
        """``e_service``, ``pdf`` or ``word``; None for an article."""

    @property
    def area(self) -> str | None:
        """The area of a service."""

    @property
    def life_event(self) -> str | None:
        """The life event of a service."""

    @property
    def login(self) -> str | None:
        """How one signs in to a service."""


class Scored(Protocol):
    """What tells how near a hit is."""

    @property
    def score(self) -> float:
        """Higher is nearer."""


H = TypeVar("H", bound=Findable)
S = TypeVar("S", bound=Scored)


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody chose: a hit must have one of the values of each filter that has any."""

    area: frozenset[str] = frozenset()
    event: frozenset[str] = frozenset()
    kind: frozenset[str] = frozenset()
    login: frozenset[str] = frozenset()

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Return what is chosen as (filter, value), in a steady order."""
        return [(one.name, value) for one in fields(self) for value in sorted(getattr(self, one.name))]

    def let_through(self, hit: Findable, but: str | None = None) -> bool:
        """Say whether a hit fits every filter; ``but`` names one that is not asked, to count its values."""
        return not any(
            wanted and one.name != but and value_of(hit, one.name) not in wanted
            for one in fields(self)
            for wanted in (getattr(self, one.name),)
        )


def value_of(hit: Findable, name: str) -> str | None:
    """Return the value of a hit for a filter."""
    values: Mapping[str, str | None] = {
        "area": hit.area,
        "event": hit.life_event,
        "kind": hit.form or hit.kind,
        "login": hit.login,
    }
    return values[name]


def kept(hits: Iterable[H], filters: Filters) -> list[H]:
    """Return the hits that fit every filter, in their order."""
    return [hit for hit in hits if filters.let_through(hit)]


def counts(hits: Sequence[H], filters: Filters) -> dict[str, dict[str, int]]:
    """Return for each filter how many hits every value would show beside what the other filters let through.

    The commonest value stands first; a value that is chosen stays even when nothing has it.
    """
    found = {}
    for one in fields(filters):
        having = Counter(
            value
            for hit in hits
            if filters.let_through(hit, but=one.name) and (value := value_of(hit, one.name)) is not None
        )
        for value in getattr(filters, one.name):
            having.setdefault(value, 0)
        found[one.name] = dict(sorted(having.items(), key=lambda pair: (-pair[1], pair[0])))
    return found


def near(hits: Sequence[S]) -> list[S]:
    """Return the hits down to where the noise begins. They come best first."""
    return [hit for hit in hits if hit.score >= FAR * hits[0].score]
