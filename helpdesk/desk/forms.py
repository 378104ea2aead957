"""What an agent types at the desk."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from helpdesk.answers.words import AREAS
from helpdesk.desk.rules import PAUSE_REASONS
from helpdesk.queue.models import AgentState

LONGEST = 4000
TOO_LONG = _l("Make it shorter: at most %(max)d characters.")


class WordsForm(FlaskForm):
    """A message to the citizen, or a note for colleagues."""

    text = TextAreaField(
        _l("Text"),
        validators=[DataRequired(_l("Write something first.")), Length(max=LONGEST, message=TOO_LONG)],
    )


class TopicForm(FlaskForm):
    """What a contact is about."""

    area = SelectField(
        _l("Area"),
        choices=[SelectChoice("", _l("General question")), *(SelectChoice(*one) for one in AREAS.items())],
        validators=[Optional()],
    )
    topic = StringField(_l("Topic in a few words"), validators=[Optional(), Length(max=120, message=TOO_LONG)])


class StateForm(FlaskForm):
    """What the agent chooses to be."""

    state = SelectField(_l("My state"), choices=[SelectChoice(one.value) for one in AgentState])
    reason = SelectField(_l("Reason"), choices=[SelectChoice(one) for one in ("", *PAUSE_REASONS)], default="")


class CallForm(FlaskForm):
    """A call that came by a telephone of its own."""

    number = StringField(_l("Number"), validators=[Optional(), Length(max=40, message=TOO_LONG)])


class ItemForm(FlaskForm):
    """Something from the library."""

    kind = SelectField(_l("Kind"), choices=[SelectChoice(one) for one in ("service", "article")])
    slug = HiddenField(validators=[InputRequired(), Length(max=200)])


class SeenForm(FlaskForm):
    """A sign of life, and how far the open conversation has been read."""

    contact = HiddenField(validators=[Optional(), Length(max=64)])
    seq = IntegerField(validators=[Optional(), NumberRange(min=0, max=2**31 - 1)])
