"""The closed lists of the library: each value is stored as its text and named the same in the API."""

from enum import StrEnum


class AuthorityKind(StrEnum):
    """What sort of body answers for a department."""

    BOARD = "board"
    EXECUTIVE = "executive"
    JOINT_BOARD = "joint_board"
    COMPANY = "company"
    FEDERATION = "federation"


class Form(StrEnum):
    """What the citizen meets: a service on the web, or a form to print."""

    E_SERVICE = "e_service"
    PDF = "pdf"
    WORD = "word"


class Handling(StrEnum):
    """What happens inside when an application has come in."""

    PAPER = "paper"
    RETYPED = "retyped"
    TRANSFERRED = "transferred"
    AUTOMATIC = "automatic"


class Accessible(StrEnum):
    """Whether somebody has checked that everyone can use it, and what they found."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Lang(StrEnum):
    """The languages that we write in."""

    SV = "sv"
    EN = "en"
    FI = "fi"


class Audience(StrEnum):
    """Who may read a text."""

    PUBLIC = "public"
    STAFF = "staff"


class ArticleState(StrEnum):
    """Where an article stands between its first line and the archive."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"
