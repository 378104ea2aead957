"""What is typed at the end of a contact, and in the answer to a handover.

The agent says each errand with its service and one reason, what came of it, and what help was given.
"""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.contacts.stages import Assisted, Exclusion, Outcome, Reason
from helpdesk.desk.rules import MOST_ERRANDS
from helpdesk.resolution.models import Basis
from helpdesk.resolution.rules import Closing, ErrandSaid
from helpdesk.resolution.words import ASSISTED, BASES, EXCLUSIONS, OUTCOMES, REASONS

LONGEST = 4000
TOO_LONG = _l("Make it shorter: at most %(max)d characters.")
NO_SERVICE = "-"
"""What the choice *no service* sends, so that it can be told from no choice."""


class ErrandForm(Form):
    """One thing that the citizen came for."""

    service = StringField(_l("Service"), validators=[Optional(), Length(max=200)])
    find = StringField(_l("Which service was it about?"), validators=[Optional(), Length(max=200, message=TOO_LONG)])
    reason = RadioField(
        _l("Why did they have to contact us?"),
        choices=[SelectChoice(code.value, word) for code, (_key, word) in REASONS.items()],
        validators=[DataRequired(_l("Choose one reason."))],
    )
    exclusion = SelectField(
        _l("Could not go the digital way, because"),
        choices=[
            SelectChoice("", _l("Does not apply")),
            *(SelectChoice(code.value, word) for code, word in EXCLUSIONS.items()),
        ],
        default="",
        validators=[Optional()],
    )
    repeat = BooleanField(_l("Has been in contact about this before"))

    @property
    def said(self) -> ErrandSaid:
        """Return what was said, once the form has been found right."""
        chosen = self.service.data or ""
        return ErrandSaid(
            reason=Reason(self.reason.data),
            service=chosen if chosen not in ("", NO_SERVICE) else None,
            exclusion=Exclusion(self.exclusion.data) if self.exclusion.data else None,
            is_repeat=bool(self.repeat.data),
        )


class ClosingForm(FlaskForm):
    """What came of a contact."""

    errands = FieldList(FormField(ErrandForm), min_entries=1, max_entries=MOST_ERRANDS)
    outcome = SelectField(
        _l("What came of it"),
        choices=[SelectChoice(code.value, word) for code, word in OUTCOMES.items()],
        default=Outcome.SOLVED.value,
    )
    assisted = SelectMultipleField(
        _l("Help with the digital"),
        choices=[SelectChoice(code.value, word) for code, word in ASSISTED.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    note = TextAreaField(_l("Note for colleagues"), validators=[Optional(), Length(max=LONGEST, message=TOO_LONG)])

    @property
    def said(self) -> Closing:
        """Return what was said, once the form has been found right."""
        return Closing(
            outcome=Outcome(self.outcome.data),
            errands=tuple(one.form.said for one in self.errands),
            assisted=frozenset(Assisted(one) for one in self.assisted.data or ()),
            note=(self.note.data or "").strip() or None,
        )


class HandoverForm(FlaskForm):
    """A task for a department."""

    errands = FieldList(FormField(ErrandForm), min_entries=1, max_entries=MOST_ERRANDS)
    department = SelectField(
        _l("Department"), validators=[DataRequired(_l("Choose the department that is to answer."))]
    )
    text = TextAreaField(
        _l("What the department must know and do"),
        validators=[DataRequired(_l("Write what the department is to do.")), Length(max=LONGEST, message=TOO_LONG)],
    )
    basis = RadioField(
        _l("On what basis may this be told?"),
        choices=[SelectChoice(code.value, word) for code, word in BASES.items()],
        default=Basis.NO_SECRET.value,
    )


Resolver = Callable[[Session, str], str | None]


def find_services(session: Session, form: ClosingForm | HandoverForm, resolve: Resolver) -> None:
    """Turn what was typed into a service, for errands where none was chosen; the errand says so when there is none such.

    ``resolve`` returns the slug that a text names, or None.
    """
    for one in form.errands:
        errand = one.form
        typed = (errand.find.data or "").strip()
        if errand.service.data or not typed:
            continue
        errand.service.data = resolve(session, typed)
        if errand.service.data is None:
            errand.find.errors = [_l("No service is called that. Choose one from the list, or No service.")]


class ReplyForm(FlaskForm):
    """The department's answer to the service centre."""

    text = TextAreaField(
        _l("Answer the service centre"),
        validators=[
            DataRequired(_l("Write what you did, or what happens now.")),
            Length(max=4000, message=_l("Make it shorter: at most %(max)d characters.")),
        ],
    )
