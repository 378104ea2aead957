"""What the kiosk, the reception and the ticket page hear."""

from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.channels.walk_in.actions import Arriving
from helpdesk.channels.walk_in.rules import LATE_MINUTES, Letter, Want, service_day
from helpdesk.channels.walk_in.words import LETTERS, NEEDS, SPOKEN, TONGUES, TOPICS, topic_of
from helpdesk.working_days import moment_on


def clock_or_error(_form: FlaskForm, field: Field) -> None:
    """Take a time of day as ``10:30`` or ``10.30``; anything else is an error in words."""
    if field.data:
        try:
            field.data = time.fromisoformat(field.data.strip().replace(".", ":").zfill(5)).strftime("%H:%M")
        except ValueError as error:
            raise ValidationError(_l("Write the time with hours and minutes, such as 10:30.")) from error


class VisitForm(FlaskForm):
    """What the kiosk and the reception have in common."""

    need = SelectMultipleField(_l("Needs"), choices=[SelectChoice(one.want.value, one.title) for one in NEEDS])
    booked = StringField(_l("Booked time"), validators=[Optional(), clock_or_error])

    def wants(self) -> frozenset[Want]:
        """Return what the visitor needs in the room."""
        return frozenset(Want(one) for one in self.need.data or ())

    def booked_at(self, now: datetime) -> datetime | None:
        """Return the booked time of today, None when none was said."""
        return moment_on(service_day(now), time.fromisoformat(self.booked.data)) if self.booked.data else None


class KioskForm(VisitForm):
    """The touch screen: an errand, needs, the visitor's language."""

    topic = SelectField(choices=[SelectChoice(one.key, one.title) for one in TOPICS])
    lang = SelectField(choices=[SelectChoice(one.code, one.name) for one in TONGUES], default="sv")

    def arriving(self, site: str, now: datetime) -> Arriving:
        """Return the visitor. Only a valid form has one."""
        topic = topic_of(self.topic.data)
        if topic is None:
            raise ValueError("the form was not validated")
        return Arriving(
            site=site,
            letter=topic.letter,
            topic=topic.for_staff,
            area=topic.area,
            language=self.lang.data,
            wants=self.wants(),
            booked_at=self.booked_at(now) if topic.letter is Letter.BOOKED else None,
        )


class ReceptionForm(VisitForm):
    """The host's form: the kind of errand is enough."""

    letter = RadioField(
        _l("Errand"),
        choices=[SelectChoice(one.value, words) for one, words in LETTERS.items()],
        default=Letter.QUESTION.value,
    )
    topic = StringField(
        _l("What it is about"), validators=[Optional(), Length(max=120, message=_l("Use at most 120 characters."))]
    )
    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, name) for code, name in SPOKEN.items()], default="sv"
    )
    need = SelectMultipleField(
        _l("Needs"),
        choices=[SelectChoice(one.want.value, one.title) for one in NEEDS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def arriving(self, site: str, now: datetime) -> Arriving:
        """Return the visitor. A booked time makes it a booked visit whatever kind was chosen."""
        booked_at = self.booked_at(now)
        return Arriving(
            site=site,
            letter=Letter.BOOKED if booked_at is not None else Letter(self.letter.data),
            topic=(self.topic.data or "").strip() or None,
            language=self.language.data,
            wants=self.wants(),
            booked_at=booked_at,
        )


class LateForm(FlaskForm):
    """How late the visitor will be."""

    minutes = SelectField(choices=[SelectChoice(str(one), str(one)) for one in LATE_MINUTES])


def shape_of(form: FlaskForm) -> dict[str, Any]:
    """Return what a form says, without its token: two requests with one key must say the same."""
    return {name: value for name, value in sorted(form.data.items()) if name != "csrf_token"}
