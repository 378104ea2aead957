"""What a page may say over the socket: one model a call, no field more, types as they are written."""

import re
from typing import Annotated, Any, ClassVar, TypeVar

from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.functional_validators import AfterValidator

from helpdesk.channels.chat.rules import MAX_TEXT
from helpdesk.refusals import Unacceptable

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
HIGHEST = 2**31 - 1


def one_uuid4(text: str) -> str:
    """Return a UUIDv4 in lower case. Raises ValueError for anything else."""
    if not UUID4.fullmatch(text):
        raise ValueError("not a UUIDv4")
    return text.lower()


def has_words(text: str) -> str:
    """Return the text. Raises ValueError when there is nothing to read in it, or what no database keeps."""
    if not text.strip() or "\0" in text:
        raise ValueError("nothing to read")
    return text


def no_nul(text: str) -> str:
    """Return the text. Raises ValueError for the one character that no database keeps."""
    if "\0" in text:
        raise ValueError("a character that cannot be kept")
    return text


Id = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(no_nul)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=512), AfterValidator(no_nul)]
Uuid4 = Annotated[str, AfterValidator(one_uuid4)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), AfterValidator(has_words)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(no_nul)]
Need = Annotated[str, StringConstraints(pattern=r"^(lang|skill):[a-z0-9][a-z0-9-]{1,38}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Seq = Annotated[int, Field(ge=0, le=HIGHEST)]
Grade = Annotated[int, Field(ge=1, le=5)]


class Call(BaseModel):
    """What is said: unknown fields are errors, a number is no text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Start(Call):
    """A citizen wants to talk."""

    client_id: Uuid4
    language: Language
    topic: Line | None = None
    name: Line | None = None
    text: Text | None = None
    needs: Annotated[list[Need], Field(max_length=10)] | None = None


class Holding(Call):
    """Something said by whoever holds the key of a conversation."""

    contact: Id
    token: Key


class Say(Holding):
    """The citizen says something. ``client_id`` is the page's own name for the message."""

    client_id: Id
    text: Text


class Resume(Holding):
    """A page comes back and asks for what it has not seen."""

    after: Seq = 0


class Typing(Holding):
    """The citizen is writing."""


class Seen(Holding):
    """The citizen has seen everything up to a message."""

    seq: Seq


class Leave(Holding):
    """The citizen goes."""


class Rate(Holding):
    """The citizen's answers to the three questions of the service survey: 1 to 5, each may be left out."""

    treatment: Grade | None = None
    ease: Grade | None = None
    clarity: Grade | None = None


class TooLong(Unacceptable):
    """Everything is right but for the length of the text."""

    code: ClassVar[str] = "too_long"


Kind = TypeVar("Kind", bound=Call)


def hear(kind: type[Kind], said: tuple[Any, ...]) -> Kind:
    """Return what a page said as a typed call.

    Raises TooLong when nothing but the length of ``text`` is wrong, and Unacceptable, with every field, for the rest.
    """
    if len(said) != 1 or not isinstance(said[0], dict):
        raise Unacceptable(_("One object was expected."))
    try:
        return kind.model_validate(said[0])
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_context=False, include_input=False)
        errors = [
            {"field": field_of(one["loc"]), "code": one["type"], "message": words_for(one["type"])} for one in found
        ]
        if [(one["field"], one["code"]) for one in errors] == [("text", "string_too_long")]:
            raise TooLong(_("The text may have at most %(count)s characters.", count=MAX_TEXT), errors) from None
        raise Unacceptable(_("Something in what was sent is not right."), errors) from None


def field_of(place: tuple[int | str, ...]) -> str:
    """Return where the error is: ``needs.0``."""
    return ".".join(str(part)[:64] for part in place)


def words_for(kind: str) -> str:
    """Say in words what is wrong with a field."""
    if kind == "missing":
        return str(_("This is needed."))
    if kind == "extra_forbidden":
        return str(_("There is no such field."))
    if kind.endswith("too_long"):
        return str(_("This is too long."))
    if kind.endswith("_type"):
        return str(_("This is of another kind than expected."))
    return str(_("This cannot be read."))
