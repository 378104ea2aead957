"""How a contact ends at the desk: errands and reasons, handing over, the wrap-up, and the quick log of a call."""

from datetime import timedelta

import pytest

from helpdesk.clock import now
from helpdesk.contacts.models import Errand, ErrandAssistance, Note
from helpdesk.contacts.stages import Channel, EndedAs, Outcome, Reason, Stage
from helpdesk.queue.assignments import mine
from helpdesk.resolution.actions import begin_wrap_up, due_wrap_ups, end_wrap_up
from helpdesk.resolution.models import Basis, Handover
from knowledge.library import LibraryVersion

FULL = {"errands-0-service": "ansok-bygglov", "errands-0-reason": "case_status", "outcome": "solved"}


@pytest.fixture
def chat(town, maria):
    """A chat that Maria has."""
    return maria.takes(town.arrives(text="Hur går det med mitt bygglov?", name="Gunilla"))


def test_the_closing_form_has_labels_and_one_key_for_each_reason(maria, chat):
    page = maria.page(contact=chat, show="close")
    assert page.count('data-pick="') == len(Reason)
    assert len({part.split('"')[0] for part in page.split('data-pick="')[1:]}) == len(Reason)
    for name in ("errands-0-find", "outcome", "closing-note"):
        assert f'<label for="{name}">' in page or f'for="{name}">' in page


def test_closing_keeps_service_and_reason_and_starts_the_wrap_up(town, maria, chat):
    answer = maria.post(f"/kontakter/{chat}/avsluta", **FULL, note="Väntar på grannens svar", once="c1")
    assert answer.status_code == 200 and "Wrap-up" in answer.text
    contact, (errand,) = town.contact(chat), town.all(Errand)
    assert (contact.stage, contact.ended_as, contact.outcome) == (Stage.WRAP_UP, EndedAs.HELPED, Outcome.SOLVED)
    assert (errand.reason, errand.service_id) == (Reason.CASE_STATUS, town.centre.permit.id)
    assert [one.text for one in town.all(Note)] == ["Väntar på grannens svar"]
    assert town.agent().load == 4
    maria.post(f"/kontakter/{chat}/klar")
    assert (town.contact(chat).stage, town.agent().load) == (Stage.CLOSED, 0)


def test_no_service_and_several_errands_and_help_with_the_digital(town, maria, chat):
    maria.post(
        f"/kontakter/{chat}/avsluta",
        **{
            **FULL,
            "errands-1-service": "-",
            "errands-1-reason": "paper_only",
            "errands-1-exclusion": "no_eid",
            "errands-1-repeat": "y",
            "assisted": ["printed", "eid_help"],
            "outcome": "referred_self_service",
        },
    )
    first, second = town.all(Errand)
    assert (second.service_id, second.reason, second.exclusion, second.is_repeat) == (
        None,
        "paper_only",
        "no_eid",
        True,
    )
    assert first.outcome is Outcome.REFERRED_SELF_SERVICE
    with town.database.reading() as session:
        assert {one.kind.value for one in session.query(ErrandAssistance)} == {"printed", "eid_help"}


def test_without_a_reason_nothing_is_closed_and_everything_typed_stays(town, maria, chat):
    fields = {"errands-0-service": "ansok-bygglov", "outcome": "solved", "note": "Ring i morgon"}
    answer = maria.post(f"/kontakter/{chat}/avsluta", **fields, contact=chat, show="close")
    assert answer.status_code == 422
    assert "Choose one reason." in answer.text
    assert ">Ring i morgon</textarea>" in answer.text
    assert 'value="ansok-bygglov" checked' in answer.text
    assert (town.contact(chat).stage, town.all(Errand)) == (Stage.TALKING, [])


def test_one_more_errand_is_only_one_more_row(town, maria, chat):
    answer = maria.post(f"/kontakter/{chat}/avsluta", **FULL, add="1")
    assert answer.status_code == 200
    assert 'name="errands-1-reason"' in answer.text and "Errand 2" in answer.text
    assert 'name="errands-1-reason"' in maria.page(contact=chat, show="close", rows="2")
    assert 'name="errands-1-reason"' in maria.page(contact=chat, show="hand_over", rows="2")
    assert town.contact(chat).stage is Stage.TALKING


def test_a_service_may_be_named_by_its_title(town, maria, chat):
    maria.post(f"/kontakter/{chat}/avsluta", **{**FULL, "errands-0-service": "", "errands-0-find": "Ansok-Bygglov"})
    assert [one.service_id for one in town.all(Errand)] == [town.centre.permit.id]


def test_a_service_that_is_not_there_is_asked_about_again(town, maria, chat):
    fields = {**FULL, "errands-0-service": "", "errands-0-find": "xyzzy"}
    answer = maria.post(f"/kontakter/{chat}/avsluta", **fields)
    assert answer.status_code == 422 and "No service is called that." in answer.text
    gone = maria.send(f"/kontakter/{chat}/avsluta", **{**FULL, "errands-0-service": "finns-inte"})
    assert gone.status_code == 422
    assert town.contact(chat).stage is Stage.TALKING


def test_what_was_used_in_the_contact_is_offered_first(town, maria, chat):
    maria.post(f"/kontakter/{chat}/anvant", kind="service", slug="ansok-bygglov")
    page = maria.page(contact=chat, show="close")
    assert 'name="errands-0-service" value="ansok-bygglov" checked' in page


def test_services_are_found_while_typing(town, maria, chat):
    with town.database.transaction() as session:
        session.merge(LibraryVersion(id=1, n=2))
    answer = maria.client.get("/arbetsyta/tjanster", query_string={"q": "ansok-bygglov", "errand": "0"})
    html = answer.get_json()["fragments"]["errands-0-found"]
    assert 'value="ansok-bygglov"' in html


def test_the_note_of_a_close_that_is_refused_is_not_lost(town, maria, aino, chat):
    maria.post(f"/kontakter/{chat}/slapp")
    aino.takes(chat)
    answer = maria.post(f"/kontakter/{chat}/avsluta", **FULL, note="Hon ringer igen på fredag")
    assert answer.status_code == 409
    assert ">Hon ringer igen på fredag</textarea>" in answer.text
    assert town.all(Errand) == []


def test_closing_twice_is_once(town, maria, chat):
    for _ in range(2):
        assert maria.post(f"/kontakter/{chat}/avsluta", **FULL, once="c1").status_code == 200
    assert len(town.all(Errand)) == 1
    again = maria.send(f"/kontakter/{chat}/avsluta", **FULL, once="c2")
    assert (again.status_code, again.get_json()["code"]) == (409, "closed")


def test_handing_over_gives_the_department_a_task_with_a_basis(town, maria, chat):
    assert 'name="department"' in maria.page(contact=chat, show="hand_over")
    fields = {"department": "bygg", "text": "Ring Gunilla om grannens svar.", "basis": "consent", **FULL}
    answer = maria.post(f"/kontakter/{chat}/lamna-over", **fields, once="h1")
    assert "Handed over." in answer.text
    (handover,) = town.all(Handover)
    assert (handover.department_id, handover.basis) == (town.centre.building.id, Basis.CONSENT)
    assert town.contact(chat).stage is Stage.HANDED_OVER
    assert (town.agent().load, town.all(Errand)[0].reason) == (0, Reason.CASE_STATUS)


def test_a_handover_says_to_whom_and_what(town, maria, chat):
    answer = maria.post(f"/kontakter/{chat}/lamna-over", department="", text=" ", basis="no_secret", **FULL)
    assert answer.status_code == 422
    assert "Choose the department that is to answer." in answer.text
    assert "Write what the department is to do." in answer.text
    assert town.all(Handover) == []


def test_a_call_by_another_telephone_is_logged_in_three_steps(town, maria):
    answer = maria.post("/arbetsyta/samtal", once="s1")
    (call,) = [one for one in town.all_contacts() if one.channel is Channel.PHONE]
    assert (call.stage, call.agent_id) == (Stage.TALKING, town.agents["maria"])
    assert "data-closing" in answer.text
    maria.post(f"/kontakter/{call.public_id}/avsluta", **FULL)
    assert town.contact(call.public_id).ended_as is EndedAs.HELPED
    assert call.due_at - call.arrived_at == timedelta(minutes=3)


def test_a_call_is_not_begun_beside_a_chat_and_leaves_nothing_behind(town, maria, chat):
    answer = maria.post("/arbetsyta/samtal", contact=chat)
    assert "You have no room for it." in answer.text
    assert len(town.all_contacts()) == 1


def test_what_is_only_to_finish_costs_nothing_and_can_still_be_closed(town, maria, chat):
    with town.database.transaction() as session:
        begin_wrap_up(session, mine(session, town.agents["maria"], chat), 0, now())
    with town.database.transaction() as session:
        (contact_id,) = due_wrap_ups(session, now())
        end_wrap_up(session, contact_id, now())
    assert town.agent().load == 0
    page = maria.page()
    assert "To finish" in page and f'id="finish-{chat}"' in page
    maria.post(f"/kontakter/{chat}/avsluta", **FULL)
    assert town.contact(chat).ended_as is EndedAs.HELPED
