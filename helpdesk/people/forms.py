"""What people type when they sign in."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

LONGEST_ADDRESS = 254
"""RFC 5321."""
LONGEST_PASSWORD = 200


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField(
        _l("E-mail address"),
        validators=[
            InputRequired(_l("Write your e-mail address.")),
            Length(max=LONGEST_ADDRESS, message=_l("Write your e-mail address.")),
        ],
    )
    password = PasswordField(
        _l("Password"),
        validators=[
            InputRequired(_l("Write your password.")),
            Length(max=LONGEST_PASSWORD, message=_l("Write your password.")),
        ],
    )


class NewPasswordForm(FlaskForm):
    """A password of one's own instead of the first one."""

    password = PasswordField(
        _l("New password"),
        validators=[
            InputRequired(_l("Write a password.")),
            Length(12, LONGEST_PASSWORD, _l("Use at least 12 characters. A sentence of your own works well.")),
        ],
    )
    again = PasswordField(
        _l("The same password again"), validators=[EqualTo("password", _l("The two passwords differ."))]
    )
