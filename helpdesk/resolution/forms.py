"""What a department types when it answers a handover."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length


class ReplyForm(FlaskForm):
    """The department's answer to the service centre."""

    text = TextAreaField(
        _l("Answer the service centre"),
        validators=[
            InputRequired(_l("Write what you did, or what happens now.")),
            Length(max=4000, message=_l("Make it shorter: at most %(max)d characters.")),
        ],
    )
