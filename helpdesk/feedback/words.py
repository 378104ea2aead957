"""The words that people read for the codes of the road back: reasons, states, sides, and the rest."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.contacts.stages import Exclusion, Reason
from helpdesk.feedback.benefit.models import EffectVerdict
from helpdesk.feedback.models import RequestKind, Verdict, View
from helpdesk.feedback.rules import RequestState

REASONS: Mapping[Reason, LazyString] = {
    Reason.NOT_FOUND: _l("The service could not be found"),
    Reason.MISSING_SERVICE: _l("There is no such service"),
    Reason.TOOL_PROBLEM: _l("A digital tool does not work"),
    Reason.LOGIN: _l("Signing in or e-ID"),
    Reason.INFO_NOT_FOUND: _l("Information could not be found"),
    Reason.INFO_MISSING: _l("Information is missing"),
    Reason.INFO_WRONG: _l("Information is wrong"),
    Reason.HARD_TO_UNDERSTAND: _l("Hard to understand: page, form, letter or decision"),
    Reason.CASE_STATUS: _l("What happens with my case"),
    Reason.NO_ANSWER: _l("A promised contact or reply did not come"),
    Reason.PAPER_ONLY: _l("Only on paper"),
    Reason.NEW_NEED: _l("First question, nothing failed"),
    Reason.CHOSE_PERSON: _l("Chose to talk to a person"),
    Reason.FAULT_REPORT: _l("Fault report"),
    Reason.COMPLAINT: _l("Complaint"),
    Reason.COMMENT: _l("Comment"),
    Reason.OTHER: _l("Something else"),
}
"""Why the citizen had to contact us."""

EXCLUSIONS: Mapping[Exclusion, LazyString] = {
    Exclusion.NO_EID: _l("Has no e-ID"),
    Exclusion.NO_DEVICE: _l("Has no computer or smartphone"),
    Exclusion.LANGUAGE: _l("The language"),
    Exclusion.DISABILITY: _l("A disability"),
    Exclusion.TRUST: _l("Does not trust the digital way"),
    Exclusion.PAPER_ONLY: _l("It can only be done on paper"),
}
"""Why somebody could not go the digital way."""

STATES: Mapping[RequestState, LazyString] = {
    RequestState.DRAFT: _l("Draft"),
    RequestState.NEW: _l("New"),
    RequestState.ASSESSING: _l("Being assessed"),
    RequestState.ACCEPTED: _l("Accepted"),
    RequestState.PLANNED: _l("Planned"),
    RequestState.DELIVERED: _l("Delivered"),
    RequestState.FOLLOWED_UP: _l("Followed up"),
    RequestState.DECLINED: _l("Declined"),
    RequestState.MERGED: _l("Merged"),
}
"""Where a change request is."""

MOVES: Mapping[RequestState, LazyString] = {
    RequestState.NEW: _l("Send to the department"),
    RequestState.ASSESSING: _l("Take up for assessment"),
    RequestState.ACCEPTED: _l("Accept"),
    RequestState.DECLINED: _l("Decline"),
    RequestState.PLANNED: _l("Plan it"),
    RequestState.DELIVERED: _l("It is delivered"),
    RequestState.FOLLOWED_UP: _l("End the follow-up"),
}
"""What the button says that moves a request there."""

SIGNS: Mapping[RequestState, str] = {
    RequestState.DRAFT: "pencil",
    RequestState.NEW: "circle-dashed",
    RequestState.ASSESSING: "scale",
    RequestState.ACCEPTED: "circle-check",
    RequestState.PLANNED: "calendar-clock",
    RequestState.DELIVERED: "package-check",
    RequestState.FOLLOWED_UP: "chart-line",
    RequestState.DECLINED: "circle-slash-2",
    RequestState.MERGED: "git-merge",
}
"""The drawing beside a state's word."""

KINDS: Mapping[RequestKind, LazyString] = {
    RequestKind.NEW: _l("Something new"),
    RequestKind.CHANGE: _l("A change"),
    RequestKind.MOVE: _l("A move to another place"),
    RequestKind.RETIRE: _l("Something is ended"),
}
"""What kind of change is asked for."""

VIEWS: Mapping[View, LazyString] = {
    View.SECURITY: _l("Security"),
    View.LAW: _l("Law"),
    View.TECHNOLOGY: _l("Technology"),
    View.ARCHITECTURE: _l("Architecture"),
    View.ECONOMY: _l("Economy"),
    View.BENEFIT: _l("Citizens' benefit"),
}
"""The six sides that a decision is looked at from."""

VERDICTS: Mapping[Verdict, LazyString] = {
    Verdict.FINE: _l("Fine"),
    Verdict.RISK: _l("Risk, with a measure"),
}
"""What was found from one side."""

EFFECTS: Mapping[EffectVerdict, LazyString] = {
    EffectVerdict.PROVED: _l("The effect is proved"),
    EffectVerdict.NO_EFFECT: _l("No effect"),
    EffectVerdict.WORSE: _l("It became worse"),
    EffectVerdict.UNCERTAIN: _l("The effect is uncertain"),
}
"""What a follow-up found."""
