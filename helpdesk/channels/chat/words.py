"""What the chat says to citizens in words: why something was refused, that somebody has gone, and the three questions."""

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.refusals import Refusal
from helpdesk.web.languages import LANGUAGES

QUESTIONS = (
    ("treatment", _l("How were you treated?"), _l("very badly"), _l("very well")),
    ("ease", _l("How easy was it to get help?"), _l("very hard"), _l("very easy")),
    ("clarity", _l("How clear was the answer?"), _l("very unclear"), _l("very clear")),
)
"""The questions of the municipalities' common service survey, each answered from 1 to 5: name, question, what 1 and 5 mean."""


def refusal_words(refusal: Refusal) -> str:
    """Return why something was refused, in words for the citizen."""
    words: dict[str, str] = {
        "not_found": _("We do not find this conversation any more."),
        "closed": _("The conversation is over. What you wrote was not sent."),
        "key_reused": _("This was sent before with other words."),
        "shut": _("The chat is closed right now. You can leave a message."),
        "full": _("Many are waiting in the chat right now. You can leave a message."),
        "rate_limited": _("That was a lot at once. Wait a moment, then go on."),
        "wrong_stage": _("This can be answered when the conversation is over."),
    }
    return words.get(refusal.code, refusal.detail)


def words_of_leaving(language: str) -> str:
    """Return what both sides read when the citizen goes, in the language of the conversation."""
    with force_locale(language if language in LANGUAGES else "sv"):
        return str(_("The visitor has left the chat."))
