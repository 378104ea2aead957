"""The results page: one page that a board reader understands in two minutes."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from helpdesk.clock import now
from helpdesk.db import reading
from helpdesk.feedback.options import service_titles
from helpdesk.insight.queries import results
from helpdesk.people import guard

bp = Blueprint("insight", __name__)


@bp.get("/resultat", endpoint="results")
@guard.opens("results")
def show_results() -> ResponseReturnValue:
    """Show what hurt most, what was decided and what is late, in totals."""
    with reading() as session:
        found = results(session, guard.current_viewer(), now())
        titles = service_titles(session)
        return render_template("insight/results.html", results=found, titles=titles)
