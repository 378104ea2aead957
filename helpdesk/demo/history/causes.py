"""What people come about: how popular each service is, and why it makes them contact the municipality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from helpdesk.contacts.stages import Reason

R = Reason

POPULAR: Mapping[str, float] = {
    "felanmalan-gata": 7.0,
    "avfallsabonnemang": 6.5,
    "ansok-bygglov": 6.5,
    "ansok-forskola": 6.0,
    "ekonomiskt-bistand": 6.0,
    "matarstallning": 4.0,
    "ansok-hemtjanst": 4.0,
    "skolskjuts": 4.0,
    "ansok-fardtjanst": 3.6,
    "parkeringstillstand": 3.4,
    "inkomstuppgift-barnomsorg": 3.2,
    "autogiro": 3.0,
    "boka-lokal": 3.0,
    "synpunkter": 3.0,
    "franvaro-elev": 2.6,
    "anstand-faktura": 2.6,
    "grovavfall": 3.2,
    "ansok-fritidshem": 2.4,
    "skolval": 3.2,
    "komvux-ansokan": 2.2,
    "god-man-ansokan": 2.0,
    "ansok-trygghetslarm": 2.0,
    "anmalan-eldstad": 4.0,
    "borgerlig-vigsel": 1.8,
    "kulturskola-ansokan": 1.8,
    "begar-handling": 1.8,
    "lss-ansokan": 1.7,
    "tomtko": 1.6,
    "sfi-ansokan": 1.6,
    "enskilt-avlopp": 1.5,
    "elevresor-gymnasium": 1.5,
    "slamtomning": 3.2,
    "arsrakning": 1.4,
    "livsmedelsregistrering": 1.3,
    "feriejobb": 1.3,
    "serveringstillstand": 1.2,
    "klagomal-miljo": 1.2,
    "simskola": 1.2,
    "dodsboanmalan": 1.2,
    "anmalan-varmepump": 1.1,
}
"""Services that many ask about, against each other; any other counts as :data:`RARE`."""
RARE = 0.3

ALWAYS: Mapping[Reason, float] = {
    R.CASE_STATUS: 26,
    R.NEW_NEED: 26,
    R.INFO_NOT_FOUND: 8,
    R.HARD_TO_UNDERSTAND: 6,
    R.NO_ANSWER: 6,
    R.CHOSE_PERSON: 7,
    R.NOT_FOUND: 5,
    R.INFO_MISSING: 4,
    R.INFO_WRONG: 2,
    R.COMPLAINT: 2,
    R.COMMENT: 1,
    R.OTHER: 3,
}
"""Why people come about any service. The status of a running case is the largest, as in real centres."""
WITH_LOGIN: Mapping[Reason, float] = {R.LOGIN: 15, R.TOOL_PROBLEM: 7}
ON_PAPER: Mapping[Reason, float] = {R.PAPER_ONLY: 13, R.HARD_TO_UNDERSTAND: 6, R.NOT_FOUND: 5}
FAULTS: Mapping[str, float] = {"felanmalan-gata": 45, "grovavfall": 4, "avfallsabonnemang": 10, "klagomal-miljo": 12}
"""Services that faults are reported with, and how much more often than other reasons."""
NO_SERVICE: Mapping[Reason, float] = {
    R.NEW_NEED: 30,
    R.CHOSE_PERSON: 22,
    R.INFO_NOT_FOUND: 14,
    R.NO_ANSWER: 13,
    R.OTHER: 9,
    R.MISSING_SERVICE: 4,
    R.COMPLAINT: 4,
    R.COMMENT: 4,
}
"""Reasons of those who come about no service: the switchboard's work."""
WITHOUT_SERVICE = 0.17
UNCLASSIFIED = 0.06
"""Shares of all errands: about no service, and closed without a reason."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A service as the history needs it."""

    id: int
    slug: str
    title: str
    form: str
    login: str
    area: str
    department_id: int
    authority_id: int
    secrecy: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody came: a service (None: no service) and a reason."""

    service: Offered | None
    reason: Reason


def reasons_for(service: Offered) -> Mapping[Reason, float]:
    """Return the reasons that fit what a service is: a form on paper, or something to log in to."""
    weights = dict(ALWAYS)
    for reason, more in (WITH_LOGIN if service.login != "none" else ON_PAPER).items():
        weights[reason] = weights.get(reason, 0) + more
    if service.slug in FAULTS:
        weights[R.FAULT_REPORT] = FAULTS[service.slug]
    return weights


class Causes:
    """All causes with their shares (they sum to 1), for drawing from."""

    def __init__(self, services: Sequence[Offered]) -> None:
        self.shares: dict[Cause, float] = {}
        popularity = {service: POPULAR.get(service.slug, RARE) for service in services}
        every = sum(popularity.values())
        for service, weight in popularity.items():
            self._spread(service, reasons_for(service), (1 - WITHOUT_SERVICE) * weight / every)
        self._spread(None, NO_SERVICE, WITHOUT_SERVICE)
        self._named = {(one.service.slug, one.reason): one for one in self.shares if one.service is not None}

    def _spread(self, service: Offered | None, weights: Mapping[Reason, float], share: float) -> None:
        total = sum(weights.values())
        for reason, weight in weights.items():
            self.shares[Cause(service, reason)] = share * weight / total

    def without(self, causes: frozenset[tuple[str, Reason]]) -> "Drawing":
        """Return what draws from all causes but some (service's slug and reason), which are planned apart."""
        kept = {
            cause: share
            for cause, share in self.shares.items()
            if cause.service is None or (cause.service.slug, cause.reason) not in causes
        }
        return Drawing(kept)

    def cause(self, slug: str, reason: Reason) -> Cause:
        """Return the cause of a service. Raises KeyError for a service without that reason."""
        return self._named[slug, reason]


class Drawing:
    """Draws causes by their shares. ``whole`` is the part of all causes that it draws from."""

    def __init__(self, shares: Mapping[Cause, float]) -> None:
        self._causes = list(shares)
        self._weights = list(accumulate(shares.values()))
        self.whole = self._weights[-1]

    def draw(self, luck: Random, count: int = 1) -> list[Cause]:
        """Return causes at random, each as often as its share says."""
        return luck.choices(self._causes, cum_weights=self._weights, k=count)
