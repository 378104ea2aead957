"""The words on screen for what comes of a contact: outcomes, help with the digital, bases, and reasons with their keys."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.contacts.stages import Assisted, Exclusion, Outcome, Reason
from helpdesk.resolution.models import Basis

OUTCOMES: Mapping[Outcome, LazyString] = {
    Outcome.SOLVED: _l("Solved"),
    Outcome.CONNECTED: _l("Connected to somebody"),
    Outcome.FORWARDED: _l("Forwarded"),
    Outcome.REGISTERED_ELSEWHERE: _l("Registered in another system"),
    Outcome.REFERRED_SELF_SERVICE: _l("Referred to an e-service or form"),
    Outcome.REFERRED_INTERNAL: _l("Referred to a colleague"),
    Outcome.ASKED_TO_RETURN: _l("Asked to come back"),
}
"""What came of it. A handover has a form of its own."""

ASSISTED: Mapping[Assisted, LazyString] = {
    Assisted.LENT_COMPUTER: _l("Lent a computer"),
    Assisted.PRINTED: _l("Printed or scanned"),
    Assisted.GUIDED: _l("Guided through an e-service"),
    Assisted.EID_HELP: _l("Helped with e-ID"),
    Assisted.FILLED_IN_TOGETHER: _l("Filled in together"),
    Assisted.PROXY: _l("Through a representative"),
    Assisted.REFERRED_HELP_PLACE: _l("Referred to a place for digital help"),
}

BASES: Mapping[Basis, LazyString] = {
    Basis.NO_SECRET: _l("Nothing in it is secret"),
    Basis.CONSENT: _l("The citizen agrees"),
    Basis.NECESSARY: _l("It is necessary for our own work"),
}

EXCLUSIONS: Mapping[Exclusion, LazyString] = {
    Exclusion.NO_EID: _l("Has no e-ID"),
    Exclusion.NO_DEVICE: _l("Has no computer or smartphone"),
    Exclusion.LANGUAGE: _l("The language"),
    Exclusion.DISABILITY: _l("A disability"),
    Exclusion.TRUST: _l("Does not trust the digital way"),
    Exclusion.PAPER_ONLY: _l("It can only be done on paper"),
}

REASONS: Mapping[Reason, tuple[str, LazyString]] = {
    Reason.CASE_STATUS: ("1", _l("What happens with my case")),
    Reason.NEW_NEED: ("2", _l("First question, nothing failed")),
    Reason.INFO_NOT_FOUND: ("3", _l("Information could not be found")),
    Reason.HARD_TO_UNDERSTAND: ("4", _l("Hard to understand")),
    Reason.TOOL_PROBLEM: ("5", _l("A digital tool does not work")),
    Reason.LOGIN: ("6", _l("Signing in or e-ID")),
    Reason.NOT_FOUND: ("7", _l("The service could not be found")),
    Reason.NO_ANSWER: ("8", _l("A promised reply did not come")),
    Reason.FAULT_REPORT: ("9", _l("Fault report")),
    Reason.OTHER: ("0", _l("Something else")),
    Reason.INFO_MISSING: ("a", _l("Information is missing")),
    Reason.INFO_WRONG: ("b", _l("Information is wrong")),
    Reason.MISSING_SERVICE: ("c", _l("There is no such service")),
    Reason.PAPER_ONLY: ("d", _l("Only on paper")),
    Reason.CHOSE_PERSON: ("e", _l("Chose to talk to a person")),
    Reason.COMPLAINT: ("f", _l("Complaint")),
    Reason.COMMENT: ("g", _l("Comment")),
}
"""Why the citizen had to contact us, the commonest first, each with the one key that chooses it in the closing form."""
