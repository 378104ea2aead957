"""What an administrator types: a setting's new value."""

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, ValidationError

from helpdesk.settings import KNOWN, BadValue, Known, parse

LONGEST_VALUE = 200


class SettingForm(FlaskForm):
    """The value of one setting; which one stands in the address."""

    value = StringField(_l("Value"), validators=[Length(max=LONGEST_VALUE, message=_l("Use at most 200 characters."))])

    def __init__(self, key: str) -> None:
        super().__init__()
        self.known = KNOWN[key]

    def validate_value(self, field: StringField) -> None:
        """Refuse what the setting cannot be. Raises ValidationError with words that help."""
        typed = field.data or ""
        if not typed.isprintable():
            raise ValidationError(gettext("Use letters, digits and signs on one line."))
        try:
            parse(self.known.key, typed)
        except BadValue as error:
            raise ValidationError(what_fits(self.known)) from error


def what_fits(known: Known) -> str:
    """Return in words which values a setting may have."""
    if isinstance(known.default, bool):
        return str(gettext("Write on or off."))
    if isinstance(known.default, int):
        return str(gettext("Write a whole number from %(low)s to %(high)s.", low=known.low, high=known.high))
    if known.choices:
        return str(
            ngettext("Write %(words)s.", "Write one of: %(words)s.", len(known.choices), words=", ".join(known.choices))
        )
    return str(gettext("Write some text."))
