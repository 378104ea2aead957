"""What a citizen writes in the forms of the chat's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, IntegerField, StringField, TelField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, NumberRange, Optional, Regexp

from helpdesk.channels.chat.calls import UUID4
from helpdesk.channels.chat.rules import MAX_TEXT
from helpdesk.web.languages import LANGUAGES

TOO_LONG = _l("Make it shorter: at most %(max)d characters.")
ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
NUMBER = r"^[+0-9][0-9 \-]{5,24}$"


def tidy(text: str | None) -> str | None:
    """Return a text as it can be kept: line ends as pages over the socket send them; None for nothing but space."""
    kept = (text or "").replace("\r\n", "\n").replace("\0", "").strip()
    return kept or None


class BeginningForm(FlaskForm):
    """The first words of somebody who wants to chat. ``client_id`` makes the form happen once however often it is sent."""

    client_id = HiddenField(validators=[Regexp(UUID4)])
    language = StringField(_l("Language"), validators=[AnyOf(LANGUAGES)])
    topic = StringField(
        _l("What is your question about?"),
        filters=[tidy],
        validators=[DataRequired(_l("Write a word or two about your question.")), Length(max=200, message=TOO_LONG)],
    )
    text = TextAreaField(
        _l("Your question, if you want to write it already now"),
        filters=[tidy],
        validators=[Optional(), Length(max=MAX_TEXT, message=TOO_LONG)],
    )
    name = StringField(
        _l("What shall we call you?"), filters=[tidy], validators=[Optional(), Length(max=80, message=TOO_LONG)]
    )


class MessageForm(FlaskForm):
    """A message to be answered later, and where the answer should go."""

    client_id = HiddenField(validators=[Regexp(UUID4)])
    topic = StringField(
        _l("What is it about?"), filters=[tidy], validators=[Optional(), Length(max=200, message=TOO_LONG)]
    )
    text = TextAreaField(
        _l("Your message"),
        filters=[tidy],
        validators=[DataRequired(_l("Write your message.")), Length(max=MAX_TEXT, message=TOO_LONG)],
    )
    email = EmailField(
        _l("E-mail address for the answer"),
        filters=[tidy],
        validators=[
            Optional(),
            Regexp(ADDRESS, message=_l("Write the whole address, with @ and what comes after it.")),
            Length(max=200, message=TOO_LONG),
        ],
    )
    phone = TelField(
        _l("Phone number, if you would rather be called"),
        filters=[tidy],
        validators=[Optional(), Regexp(NUMBER, message=_l("Write the number with digits only."))],
    )
    name = StringField(
        _l("What shall we call you?"), filters=[tidy], validators=[Optional(), Length(max=80, message=TOO_LONG)]
    )


class SayingForm(FlaskForm):
    """Something that the citizen says in a conversation."""

    client_id = HiddenField(validators=[DataRequired(), Length(max=64)])
    text = TextAreaField(
        _l("Write a message"),
        filters=[tidy],
        validators=[DataRequired(_l("Write something first.")), Length(max=MAX_TEXT, message=TOO_LONG)],
    )


class SurveyForm(FlaskForm):
    """The three questions of the service survey, from 1 to 5; each may be left out."""

    treatment = IntegerField(validators=[Optional(), NumberRange(1, 5)])
    ease = IntegerField(validators=[Optional(), NumberRange(1, 5)])
    clarity = IntegerField(validators=[Optional(), NumberRange(1, 5)])
