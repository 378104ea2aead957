"""What people type on the road back: a flag, a draft, a move, a line in the thread."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from helpdesk.contacts.stages import FAILURE_DEMAND, Exclusion, Reason
from helpdesk.feedback import words
from helpdesk.feedback.actions import Cause
from helpdesk.feedback.models import RequestKind, Verdict, View
from helpdesk.feedback.rules import RequestState


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return pairs of value and words as the choices of a select."""
    return [SelectChoice(value, name) for value, name in pairs]


def chosen_from(names: Any, first: Any = None) -> list[SelectChoice]:
    """Return the choices of a select from a table of words, with an empty line first when it has words."""
    pairs = [(code.value, name) for code, name in names.items()]
    return choices([("", first), *pairs] if first is not None else pairs)


REASONS = chosen_from({code: name for code, name in words.REASONS.items() if code in FAILURE_DEMAND}) + chosen_from(
    {code: name for code, name in words.REASONS.items() if code not in FAILURE_DEMAND}
)
TOO_LONG = _l("Make it shorter: at most %(max)d characters.")


class FlagForm(FlaskForm):
    """What hurt: the service and the reason, and what else is known."""

    service = SelectField(_l("About which service?"), validators=[Optional()])
    reason = SelectField(
        _l("What hurt?"),
        choices=[SelectChoice("", _l("Choose")), *REASONS],
        validators=[DataRequired(_l("Choose what hurt."))],
    )
    exclusion = SelectField(
        _l("Could not go the digital way, because"),
        choices=chosen_from(words.EXCLUSIONS, _l("Does not apply")),
        validators=[Optional()],
    )
    quote = TextAreaField(_l("In the citizen's own words"), validators=[Optional(), Length(max=500, message=TOO_LONG)])
    repeat = BooleanField(_l("Has been in contact about this before"))

    @property
    def exclusion_said(self) -> Exclusion | None:
        """Return the exclusion that was chosen."""
        return Exclusion(self.exclusion.data) if self.exclusion.data else None


class CauseForm(FlaskForm):
    """A cause: a service, or none, and a reason."""

    service = SelectField(_l("Service"), validators=[Optional()])
    reason = SelectField(_l("Reason"), choices=REASONS, validators=[DataRequired(_l("Choose a reason."))])

    @property
    def said(self) -> Cause:
        """Return the cause that was chosen."""
        return Cause(self.service.data or None, Reason(self.reason.data))


class DraftForm(CauseForm):
    """A new change request with its first cause."""

    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give it a title.")), Length(max=120, message=TOO_LONG)]
    )
    text = TextAreaField(
        _l("What hurts, and what would help"),
        validators=[DataRequired(_l("Write what hurts.")), Length(max=4000, message=TOO_LONG)],
    )
    kind = SelectField(_l("What kind of change"), choices=chosen_from(words.KINDS), default=RequestKind.CHANGE.value)
    lead = SelectField(_l("Who leads it"), validators=[DataRequired(_l("Choose who leads it."))])


class WordsForm(FlaskForm):
    """Other words for a draft."""

    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give it a title.")), Length(max=120, message=TOO_LONG)]
    )
    text = TextAreaField(
        _l("What hurts, and what would help"),
        validators=[DataRequired(_l("Write what hurts.")), Length(max=4000, message=TOO_LONG)],
    )


class MoveForm(FlaskForm):
    """A move to another state, with the version that the mover saw."""

    to = SelectField(_l("Decision"), choices=chosen_from(words.STATES), validators=[DataRequired()])
    version = IntegerField(validators=[Optional()])
    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=2000, message=TOO_LONG)])
    planned_for = DateField(_l("Planned for"), validators=[Optional()])

    @property
    def state(self) -> RequestState:
        """Return the state that was chosen."""
        return RequestState(self.to.data)


class CommentForm(FlaskForm):
    """A line in the thread."""

    text = TextAreaField(
        _l("Write in the thread"),
        validators=[DataRequired(_l("Write something.")), Length(max=4000, message=TOO_LONG)],
    )


class LookForm(FlaskForm):
    """What was found from one of the six sides."""

    view = SelectField(_l("Side"), choices=chosen_from(words.VIEWS), validators=[DataRequired()])
    verdict = SelectField(_l("What was found"), choices=chosen_from(words.VERDICTS), validators=[DataRequired()])
    measure = StringField(_l("Measure"), validators=[Optional(), Length(max=500, message=TOO_LONG)])

    @property
    def said(self) -> tuple[View, Verdict]:
        """Return the side and what was found."""
        return View(self.view.data), Verdict(self.verdict.data)

    def validate_measure(self, field: StringField) -> None:
        """A risk needs a measure."""
        if self.verdict.data == Verdict.RISK and not (field.data or "").strip():
            raise ValidationError(_l("Say what is done about the risk."))


class MergeForm(FlaskForm):
    """The request that takes this one up."""

    into = SelectField(_l("Merge into"), validators=[DataRequired(_l("Choose a request."))])


class QuoteForm(FlaskForm):
    """A citizen's words as they may be shown."""

    quote = TextAreaField(
        _l("In the citizen's own words"),
        validators=[DataRequired(_l("Write the words, or refuse the quote.")), Length(max=500, message=TOO_LONG)],
    )


class Shape(StrEnum):
    """How the board is shown."""

    BOARD = "board"
    TABLE = "table"
