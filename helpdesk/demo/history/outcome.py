"""What comes of a contact in the past: outcome, digital help, who was shut out, who had asked before, what hurt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from helpdesk.contacts.stages import FAILURE_DEMAND, Assisted, Channel, Exclusion, Outcome, Reason
from helpdesk.demo.history.causes import Cause, Drawing
from helpdesk.demo.history.visitors import Visitor

R, BY = Reason, Outcome

USUALLY: Mapping[Outcome, float] = {
    BY.SOLVED: 80,
    BY.CONNECTED: 5,
    BY.FORWARDED: 4,
    BY.REFERRED_SELF_SERVICE: 8,
    BY.REFERRED_INTERNAL: 2,
    BY.HANDED_OVER: 1,
}
OUTCOMES: Mapping[Reason | None, Mapping[Outcome, float]] = {
    R.CASE_STATUS: {
        BY.SOLVED: 48,
        BY.CONNECTED: 17,
        BY.FORWARDED: 8,
        BY.REFERRED_INTERNAL: 6,
        BY.ASKED_TO_RETURN: 6,
        BY.HANDED_OVER: 15,
    },
    R.NO_ANSWER: {BY.SOLVED: 22, BY.CONNECTED: 25, BY.FORWARDED: 13, BY.ASKED_TO_RETURN: 4, BY.HANDED_OVER: 36},
    R.CHOSE_PERSON: {BY.SOLVED: 52, BY.CONNECTED: 38, BY.FORWARDED: 7, BY.HANDED_OVER: 3},
    R.COMPLAINT: {BY.SOLVED: 30, BY.REGISTERED_ELSEWHERE: 40, BY.HANDED_OVER: 30},
    R.FAULT_REPORT: {BY.SOLVED: 22, BY.REGISTERED_ELSEWHERE: 60, BY.HANDED_OVER: 18},
    R.NEW_NEED: {BY.SOLVED: 70, BY.REFERRED_SELF_SERVICE: 20, BY.CONNECTED: 6, BY.HANDED_OVER: 4},
    R.NOT_FOUND: {BY.SOLVED: 72, BY.REFERRED_SELF_SERVICE: 28},
}
REPEATED: Mapping[Reason | None, float] = {R.CASE_STATUS: 0.38, R.NO_ANSWER: 0.8, R.COMPLAINT: 0.4}
USUALLY_REPEATED = 0.09
HELPS: Mapping[Reason | None, tuple[Assisted, ...]] = {
    R.LOGIN: (Assisted.EID_HELP, Assisted.GUIDED, Assisted.LENT_COMPUTER),
    R.TOOL_PROBLEM: (Assisted.GUIDED, Assisted.LENT_COMPUTER),
    R.PAPER_ONLY: (Assisted.PRINTED, Assisted.FILLED_IN_TOGETHER),
    R.HARD_TO_UNDERSTAND: (Assisted.FILLED_IN_TOGETHER, Assisted.GUIDED),
    R.NOT_FOUND: (Assisted.GUIDED,),
    R.NEW_NEED: (Assisted.GUIDED, Assisted.PRINTED, Assisted.REFERRED_HELP_PLACE, Assisted.PROXY),
}
HELPED_AT_DESK = 0.5
SECOND_ERRAND = 0.14
FLAGGED = 0.055
QUOTED = 0.5
HELD = 0.15


@dataclass(frozen=True, slots=True)
class ErrandLived:
    """One thing that somebody came for, as it was written down."""

    cause: Cause
    reason: Reason | None
    exclusion: Exclusion | None
    is_repeat: bool
    helps: tuple[Assisted, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a contact that was helped. ``flagged``: whether the agent flagged what hurt, ``quoted``: with a quote."""

    outcome: Outcome
    errands: tuple[ErrandLived, ...]
    flagged: bool = False
    quoted: bool = False
    held: bool = False
    is_no_show: bool = False
    grades: Mapping[str, int] = field(default_factory=dict)


def ending_of(one: Visitor, drawing: Drawing, luck: Random) -> Ending:
    """Return what comes of a contact that somebody has taken."""
    first = errand(one.cause, one.reason, one.channel, luck)
    errands = [first]
    if one.channel is Channel.WALK_IN and luck.random() < SECOND_ERRAND:
        other = drawing.draw(luck)[0]
        if secret_with(other, one.cause) is not None:
            errands.append(errand(other, other.reason, one.channel, luck))
    weights = OUTCOMES.get(one.reason, USUALLY)
    outcome = luck.choices(list(weights), weights=list(weights.values()))[0]
    if outcome is BY.HANDED_OVER and (one.cause.service is None or one.channel is Channel.MESSAGE):
        outcome = BY.FORWARDED
    hurts = one.reason in FAILURE_DEMAND and luck.random() < FLAGGED
    is_secret = one.cause.service is not None and one.cause.service.secrecy
    return Ending(
        outcome=outcome,
        errands=tuple(errands),
        flagged=hurts,
        quoted=hurts and not is_secret and luck.random() < QUOTED,
        held=one.channel is Channel.PHONE and one.talk_s > 90 and luck.random() < HELD,
        is_no_show=one.channel is Channel.WALK_IN and not one.stays and luck.random() < 0.015,
        grades=grades(luck) if one.channel is Channel.CHAT and luck.random() < 0.3 else {},
    )


def secret_with(other: Cause, first: Cause) -> bool | None:
    """Return whether two causes are secret together; None when one is and the other is not: they are kept apart."""
    secrets = {one.service is not None and one.service.secrecy for one in (other, first)}
    return secrets.pop() if len(secrets) == 1 else None


def errand(cause: Cause, reason: Reason | None, channel: Channel, luck: Random) -> ErrandLived:
    """Return one errand as an agent writes it down."""
    helps: tuple[Assisted, ...] = ()
    if channel is Channel.WALK_IN and reason in HELPS and luck.random() < HELPED_AT_DESK:
        helps = (luck.choice(HELPS[reason]),)
    return ErrandLived(
        cause,
        reason,
        exclusion(reason, channel, luck),
        luck.random() < REPEATED.get(reason, USUALLY_REPEATED),
        helps,
    )


def exclusion(reason: Reason | None, channel: Channel, luck: Random) -> Exclusion | None:
    """Return why somebody could not go the digital way, if that is so."""
    chance = luck.random()
    if reason is R.PAPER_ONLY:
        return Exclusion.PAPER_ONLY if chance < 0.6 else None
    if reason is R.LOGIN:
        return Exclusion.NO_EID if chance < 0.3 else None
    if channel is Channel.WALK_IN and chance < 0.12:
        return luck.choice(
            (Exclusion.NO_EID, Exclusion.NO_DEVICE, Exclusion.LANGUAGE, Exclusion.DISABILITY, Exclusion.TRUST)
        )
    return None


def grades(luck: Random) -> dict[str, int]:
    """Return answers to the three questions, most of them good."""
    return {name: luck.choices((5, 4, 3, 2, 1), weights=(50, 30, 12, 5, 3))[0] for name in GRADED}


GRADED = ("treatment", "ease", "clarity")
"""The three questions of the service survey."""
