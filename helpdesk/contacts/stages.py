"""The words that a contact's life is told in: channel, stage, how it ended, and the rest of the contract's values."""

from enum import StrEnum


class Channel(StrEnum):
    """By what kind of door a citizen reached us. An attribute of a contact, never a queue of its own."""

    PHONE = "phone"
    CHAT = "chat"
    WALK_IN = "walk_in"
    MESSAGE = "message"


class Stage(StrEnum):
    """Where a contact is on its road."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    HELD = "held"
    PARKED = "parked"
    WRAP_UP = "wrap_up"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


OPEN_STAGES = frozenset({Stage.OFFERED, Stage.TALKING, Stage.HELD, Stage.PARKED, Stage.WRAP_UP})
"""Stages in which somebody has the contact."""

OVER_STAGES = frozenset({Stage.HANDED_OVER, Stage.CLOSED})
"""Stages in which nobody at the desk has it any more."""


class EndedAs(StrEnum):
    """How a contact ended."""

    HELPED = "helped"
    HANDED_OVER = "handed_over"
    ABANDONED = "abandoned"
    LEFT = "left"
    NO_SHOW = "no_show"
    DUPLICATE = "duplicate"


class Priority(StrEnum):
    """How much of the target time a contact is given."""

    URGENT = "urgent"
    RAISED = "raised"
    NORMAL = "normal"


class WaitsFor(StrEnum):
    """In what way a contact waits: on the spot, to be called back, or for a booked time."""

    ANSWER = "answer"
    CALLBACK = "callback"
    BOOKING = "booking"


class Outcome(StrEnum):
    """What came of it, in the words of the field."""

    SOLVED = "solved"
    CONNECTED = "connected"
    FORWARDED = "forwarded"
    REGISTERED_ELSEWHERE = "registered_elsewhere"
    REFERRED_SELF_SERVICE = "referred_self_service"
    REFERRED_INTERNAL = "referred_internal"
    ASKED_TO_RETURN = "asked_to_return"
    HANDED_OVER = "handed_over"


class Assisted(StrEnum):
    """How somebody was helped to a digital service. Counted, never a note."""

    LENT_COMPUTER = "lent_computer"
    PRINTED = "printed"
    GUIDED = "guided"
    EID_HELP = "eid_help"
    FILLED_IN_TOGETHER = "filled_in_together"
    PROXY = "proxy"
    REFERRED_HELP_PLACE = "referred_help_place"


class Reason(StrEnum):
    """Why the citizen had to contact us. One per errand."""

    NOT_FOUND = "not_found"
    MISSING_SERVICE = "missing_service"
    TOOL_PROBLEM = "tool_problem"
    LOGIN = "login"
    INFO_NOT_FOUND = "info_not_found"
    INFO_MISSING = "info_missing"
    INFO_WRONG = "info_wrong"
    HARD_TO_UNDERSTAND = "hard_to_understand"
    CASE_STATUS = "case_status"
    NO_ANSWER = "no_answer"
    PAPER_ONLY = "paper_only"
    NEW_NEED = "new_need"
    CHOSE_PERSON = "chose_person"
    FAULT_REPORT = "fault_report"
    COMPLAINT = "complaint"
    COMMENT = "comment"
    OTHER = "other"


FAILURE_DEMAND = frozenset(list(Reason)[: list(Reason).index(Reason.NEW_NEED)])
"""Reasons that an earlier failure of the municipality caused (PRODUCT: marked F)."""


class Exclusion(StrEnum):
    """Why somebody could not use the digital way."""

    NO_EID = "no_eid"
    NO_DEVICE = "no_device"
    LANGUAGE = "language"
    DISABILITY = "disability"
    TRUST = "trust"
    PAPER_ONLY = "paper_only"


class PromiseKind(StrEnum):
    """What was promised."""

    FIRST_ANSWER = "first_answer"
    CALLBACK = "callback"
    REPLY = "reply"


class AddressKind(StrEnum):
    """What kind of identity lies in an address row."""

    NAME = "name"
    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"


class MessageKind(StrEnum):
    """What a message carries."""

    TEXT = "text"
    SERVICE = "service"
    FILE = "file"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    SYSTEM = "system"


class Author(StrEnum):
    """Who wrote a message."""

    CITIZEN = "citizen"
    AGENT = "agent"
    SYSTEM = "system"


class Actor(StrEnum):
    """Who did what an event tells."""

    CITIZEN = "citizen"
    AGENT = "agent"
    OFFICER = "officer"
    API = "api"
    PROGRAM = "program"
