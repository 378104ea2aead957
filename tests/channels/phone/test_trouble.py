"""Overload, crashes, refusals and races: nobody is lost, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from helpdesk.channels.phone.models import CallLeg, LegRole
from helpdesk.channels.phone.network.calls import Person
from helpdesk.channels.phone.rules import LegState
from helpdesk.channels.phone.telephone import sign
from helpdesk.contacts.stages import Stage
from helpdesk.outbox.models import OutboxRow
from tests.channels.phone.conftest import ACCOUNT, PUBLIC, TOKEN, talk, waits

CALLER, CENTRE = "+46701740601", "+46980319200"
STATUS = PUBLIC + "/twilio/status"


@pytest.mark.parametrize("statuses", [(429,), (500, 500), (503, 429)])
def test_an_overloaded_network_is_asked_again_and_each_row_is_sent_once(installation, statuses):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=10)
    installation.take(maria)
    installation.twilio.fail_next(*statuses)
    installation.work()
    rows = installation.outbox()
    assert sum(row.sent_at is None for row in rows) == len(statuses)
    assert all(row.dead_at is None and row.not_before > row.created_at for row in rows if row.sent_at is None)
    hurry(installation)
    installation.work()
    installation.network.run(until=lambda: call.room is not None and call.room.status == "in-progress")
    assert all(row.sent_at is not None for row in installation.outbox())
    assert installation.work() == 0
    assert len([one for one in installation.twilio.requests("POST", "Calls") if one.status == 201]) == 1
    assert installation.twilio.refused == []


def hurry(installation):
    """Let what waits for another try be due now."""
    with installation.database.transaction() as session:
        for row in installation.outbox():
            one = session.merge(row)
            one.not_before = one.created_at


def test_a_worker_that_died_before_it_could_note_what_it_sent_rings_nobody_twice(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    installation.take(maria)
    talk(installation, call)
    with installation.database.transaction() as session:
        for row in session.scalars(select(OutboxRow)):
            row.sent_at, row.not_before = None, row.created_at
    assert installation.work() == 2
    installation.network.run(limit=60)
    assert call.room.status == "in-progress"
    assert len(installation.network.calls) == 2
    assert len(installation.legs()) == 2


def test_the_same_webhook_from_many_sides_at_once_is_one_contact(installation):
    installation.staff("maria")
    form = {"AccountSid": ACCOUNT, "CallSid": "CA" + "7" * 32, "From": CALLER, "To": CENTRE, "Digits": "1"}
    headers = {"X-Twilio-Signature": sign(TOKEN, PUBLIC + "/twilio/menu?step=area", form)}

    def send(n):
        token = {"I-Twilio-Idempotency-Token": f"token {n % 3}"}
        client = installation.app.test_client()
        return client.post("/twilio/menu?step=area", data=form, headers=headers | token)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    assert len(installation.contacts()) == 1
    assert len(installation.legs()) == 1


def test_a_citizen_who_hangs_up_at_the_very_moment_of_the_take_is_lost_to_neither(installation):
    agents = installation.staff("maria", "aino", "samira", "ida")
    calls = [waits(installation) for _ in agents]
    start = Barrier(2 * len(agents))

    def take(agent_id):
        start.wait(20)
        return installation.take(agent_id)

    def hang_up(call):
        form = {"AccountSid": ACCOUNT, "CallSid": call.sid, "From": CALLER, "To": CENTRE, "CallStatus": "completed"}
        headers = {"X-Twilio-Signature": sign(TOKEN, STATUS, form)}
        start.wait(20)
        return installation.app.test_client().post("/twilio/status", data=form, headers=headers).status_code

    with ThreadPoolExecutor(2 * len(agents)) as pool:
        taken = [pool.submit(take, agent) for agent in agents]
        ended = [pool.submit(hang_up, call) for call in calls]
        assert {one.result(60) for one in ended} == {200}
        keys = [one.result(60) for one in taken]
    assert {leg.state for leg in installation.legs()} == {LegState.ENDED}
    for contact in installation.contacts():
        wanted = Stage.WRAP_UP if contact.public_id in keys else Stage.CLOSED
        assert contact.stage is wanted
    assert installation.work() == len([key for key in keys if key]) * 2
    assert installation.twilio.seen == []


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_number_that_cannot_be_rung_gives_the_citizen_back(installation, status):
    (maria,) = installation.staff("maria")
    waits(installation)
    installation.take(maria)
    installation.twilio.fail_next()
    real, asked = installation.twilio.exchange.answer, []

    def refuse(method, path, fields):
        asked.append(path)
        if path == "Calls":
            return status, {"code": 21211, "message": "no", "more_info": "", "status": status}
        return real(method, path, fields)

    installation.twilio.exchange.answer = refuse
    installation.work()
    (contact,) = installation.contacts()
    assert contact.stage is Stage.WAITING
    assert asked[-1] == "Calls"
    assert [row.kind for row in installation.outbox()] == ["phone.connect", "phone.ring", "phone.requeue"]


def deaf(installation):
    """Let the program be down: whatever the network reports is lost. Returns what lets it hear again."""
    carry = installation.network.post.carry

    def lost(path, form, headers):
        raise OSError("nobody is there")

    installation.network.post.carry = lost

    def hears():
        installation.network.post.carry = carry
        installation.network.complaints.clear()

    return hears


def forget_what_was_sent(installation):
    """Be as a worker that was ended after the network had acted, before it could note anything; the lease is over."""
    with installation.database.transaction() as session:
        for row in session.scalars(select(OutboxRow)):
            row.sent_at, row.not_before = None, row.created_at
        for leg in session.scalars(select(CallLeg).where(CallLeg.role == LegRole.AGENT)):
            session.delete(leg)


def test_what_was_asked_for_before_the_power_went_is_found_in_the_network_and_not_done_twice(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    installation.take(maria)
    hears = deaf(installation)
    assert installation.work() == 2
    installation.network.run(until=lambda: call.room is not None and call.room.status == "in-progress")
    forget_what_was_sent(installation)
    hears()
    assert [leg.state for leg in installation.legs()] == [LegState.QUEUED]
    assert installation.work() == 2
    installation.network.run(limit=30)
    assert call.room.status == "in-progress"
    assert len(installation.network.calls) == 2
    citizen, agent = installation.legs()
    assert (citizen.state, citizen.conference_key) == (LegState.CONNECTED, call.room.sid)
    assert (agent.state, agent.agent_id) == (LegState.CONNECTED, maria)
    assert installation.twilio.refused == []


def test_an_agent_who_did_not_answer_while_the_power_was_out_lets_the_citizen_wait_again(installation):
    (maria,) = installation.staff("maria")
    installation.network.people = lambda number: Person(answers_after=None)
    waits(installation, talks=600)
    (before,) = installation.contacts()
    installation.take(maria)
    hears = deaf(installation)
    installation.work()
    installation.network.run(
        until=lambda: any(one.status == "no-answer" for one in installation.network.calls.values())
    )
    forget_what_was_sent(installation)
    hears()
    installation.work()
    (contact,) = installation.contacts()
    assert (contact.stage, contact.due_at, contact.agent_id) == (Stage.WAITING, before.due_at, None)
    assert len(installation.network.calls) == 2


def test_what_never_reached_the_network_is_asked_again(installation):
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    installation.take(maria)
    with installation.database.transaction() as session:
        for row in session.scalars(select(OutboxRow)):
            row.attempts = 1
    talk(installation, call)
    assert len(installation.network.calls) == 2
    assert installation.twilio.refused == []


def test_a_network_that_does_not_say_what_it_did_is_asked_again(installation):
    """A key that may write but not read, say: better twice than never."""
    (maria,) = installation.staff("maria")
    call = waits(installation, talks=600)
    installation.take(maria)
    with installation.database.transaction() as session:
        for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id)):
            row.attempts = 1
            row.not_before = row.created_at
    refused, reply = [], installation.twilio.exchange.answer

    def answer(method, path, fields):
        if method != "GET":
            return reply(method, path, fields)
        refused.append(path)
        return 403, {"code": 20403, "message": "Forbidden", "status": 403, "more_info": ""}

    installation.twilio.exchange.answer = answer
    talk(installation, call)
    assert refused == ["Conferences", "Calls"]
