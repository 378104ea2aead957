"""Contacts over the API, as the contract says."""

from collections.abc import Callable
from datetime import timedelta

from tests.api.conftest import Caller

As = Callable[..., Caller]


def test_a_chat_is_let_in_taken_answered_and_closed(calls_as: As) -> None:
    agent = calls_as("agent")
    made = agent("POST", "/contacts", {"channel": "chat", "language": "fi", "topic": "Päiväkoti", "text": "Hei"})
    assert made.status_code == 201
    chat = made.get_json()
    assert chat["stage"] == "waiting" and chat["needs"] == ["lang:fi"] and chat["token"] and chat["wait"] is None
    assert chat["arrived_at"].endswith("Z") and chat["number"].startswith("K")
    assert agent("PUT", "/me/state", {"state": "available", "ttl_s": 600}).get_json()["load"] == 0
    queue = agent("GET", "/queue").get_json()
    assert [one["id"] for one in queue["items"]] == [chat["id"]] and queue["items"][0]["position"] == 1
    assert queue["agents"] == {"on_duty": 1, "free": 1}
    taken = agent("POST", "/contacts/next", {})
    assert taken.status_code == 200 and taken.get_json()["agent"]["name"] == "Agent Larsson"
    said = agent("POST", f"/contacts/{chat['id']}/messages", {"text": "Hei!", "client_id": "a1"})
    assert said.status_code == 201 and said.get_json()["seq"] == 2
    again = agent("POST", f"/contacts/{chat['id']}/messages", {"text": "Hei!", "client_id": "a1"})
    assert again.get_json()["seq"] == 2
    assert agent("GET", "/me").get_json()["open"] == [chat["id"]]
    body = {"outcome": "solved", "errands": [{"service": "ansok-bygglov", "reason": "login"}], "assisted": ["guided"]}
    closed = agent("POST", f"/contacts/{chat['id']}/resolve", body).get_json()
    assert (closed["stage"], closed["ended_as"], closed["agent"]) == ("closed", "helped", None)
    whole = agent("GET", f"/contacts/{chat['id']}").get_json()
    assert [one["text"] for one in whole["messages"]] == ["Hei", "Hei!"]
    assert whole["events"][-1]["kind"] == "closed" and whole["why"]["rule"] == "earliest_promise"
    assert agent("GET", "/me").get_json()["load"] == 0


def test_nobody_waits_is_204(calls_as: As) -> None:
    agent = calls_as("agent")
    assert agent("POST", "/contacts/next", {}).status_code == 204


def test_a_visit_has_a_ticket_and_a_callback_a_number_that_is_not_shown(calls_as: As) -> None:
    agent = calls_as("agent")
    visit = agent("POST", "/contacts", {"channel": "walk_in"}).get_json()
    assert visit["ticket"]["number"] == "A001" and "/lapp/" in visit["ticket"]["url"]
    call = agent("POST", "/contacts", {"channel": "phone", "callback": {"number": "+46701740601"}})
    assert call.status_code == 201 and "+46701740601" not in call.get_data(as_text=True)


def test_refusals_say_what_the_contract_says(calls_as: As) -> None:
    agent, other = calls_as("agent"), calls_as("supervisor")
    chat = agent("POST", "/contacts", {"channel": "chat"}).get_json()["id"]
    cases = [
        (calls_as(None)("GET", "/me"), 401, "unauthorized"),
        (calls_as("agent", lifetime=timedelta(seconds=-1))("GET", "/me"), 401, "unauthorized"),
        (calls_as("agent", "queue:read")("POST", "/contacts/next", {}), 403, "forbidden"),
        (other("POST", "/contacts/next", {}), 403, "forbidden"),
        (calls_as("officer")("GET", f"/contacts/{chat}"), 404, "not_found"),
        (agent("GET", "/contacts/nonesuch"), 404, "not_found"),
        (agent("GET", "/nonesuch"), 404, "not_found"),
        (agent("POST", f"/contacts/{chat}/messages", {"text": "Hej", "client_id": "1"}), 409, "not_yours"),
        (agent("POST", "/contacts", {"channel": "chat", "colour": "red"}), 422, "invalid"),
        (agent("POST", "/contacts", {"channel": "pigeon"}), 422, "invalid"),
        (agent("POST", "/contacts", {"channel": "chat", "text": "x" * 4001}), 422, "invalid"),
        (agent("POST", "/contacts", {"channel": "chat", "text": "a\u0000b"}), 422, "invalid"),
        (agent("POST", "/contacts", ["chat"]), 422, "invalid"),
        (agent("GET", "/contacts?limit=1000"), 422, "invalid"),
        (agent("GET", "/contacts?cursor=%00"), 400, "malformed"),
        (agent("GET", "/contacts?cursor=abc"), 422, "invalid"),
    ]
    for response, status, code in cases:
        body = response.get_json()
        assert (response.status_code, body["code"], body["status"]) == (status, code, status)
        assert response.content_type == "application/problem+json" and body["type"] == f"/problems/{code}"


def test_what_is_no_json_is_400_the_wrong_type_415_and_too_much_413(calls_as: As) -> None:
    agent = calls_as("agent")
    post = {"path": "/api/v1/contacts", "headers": agent.headers, "method": "POST"}
    malformed = agent.client.open(data="{not json", content_type="application/json", **post)
    assert (malformed.status_code, malformed.get_json()["code"]) == (400, "malformed")
    wrong = agent.client.open(data="channel=chat", content_type="application/x-www-form-urlencoded", **post)
    assert (wrong.status_code, wrong.get_json()["code"]) == (415, "wrong_content_type")
    large = agent.client.open(data=b'{"text":"' + b"x" * (1 << 20) + b'"}', content_type="application/json", **post)
    assert (large.status_code, large.get_json()["code"]) == (413, "too_large")


def test_the_same_key_is_the_same_answer_and_another_body_is_refused(calls_as: As) -> None:
    agent = calls_as("agent")
    first = agent("POST", "/contacts", {"channel": "chat", "text": "Hej"}, Idempotency_Key="k1")
    again = agent("POST", "/contacts", {"channel": "chat", "text": "Hej"}, Idempotency_Key="k1")
    assert again.status_code == 201 and again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    other = agent("POST", "/contacts", {"channel": "chat", "text": "Hallå"}, Idempotency_Key="k1")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert len(agent("GET", "/contacts").get_json()["items"]) == 1


def test_cookies_are_not_accepted(calls_as: As) -> None:
    agent = calls_as("agent")
    agent.client.set_cookie("session", "anything")
    agent.headers = {}
    assert agent("GET", "/me").status_code == 401


def test_a_list_is_read_a_page_at_a_time(calls_as: As) -> None:
    agent = calls_as("agent")
    made = [agent("POST", "/contacts", {"channel": "chat"}).get_json()["id"] for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = agent("GET", f"/contacts?limit=2{cursor}").get_json()
        seen += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert seen == made[::-1]


def test_hold_resume_release_and_taking_what_is_gone(calls_as: As) -> None:
    agent = calls_as("agent")
    chat = agent("POST", "/contacts", {"channel": "chat"}).get_json()
    assert agent("POST", f"/contacts/{chat['id']}/take", {}).get_json()["stage"] == "talking"
    assert agent("POST", f"/contacts/{chat['id']}/hold").get_json()["stage"] == "held"
    assert agent("POST", f"/contacts/{chat['id']}/hold").get_json()["code"] == "wrong_stage"
    assert agent("POST", f"/contacts/{chat['id']}/resume").get_json()["stage"] == "talking"
    back = agent("POST", f"/contacts/{chat['id']}/release", {"note": "Fel språk"}).get_json()
    assert (back["stage"], back["due_at"], back["agent"]) == ("waiting", chat["due_at"], None)


def test_a_handover_reaches_the_department_and_its_reply_closes_the_contact(calls_as: As) -> None:
    agent, officer = calls_as("agent"), calls_as("officer")
    chat = agent("POST", "/contacts", {"channel": "chat", "text": "Hej"}).get_json()["id"]
    agent("POST", f"/contacts/{chat}/take", {})
    body = {"department": "bygg", "text": "Ring upp om altanen.", "basis": "no_secret"}
    made = agent("POST", f"/contacts/{chat}/handovers", body)
    assert made.status_code == 201
    assert agent("GET", f"/contacts/{chat}").get_json()["stage"] == "handed_over"
    assert officer("GET", f"/contacts/{chat}").get_json()["view"] == "full"
    assert agent("POST", f"/handovers/{made.get_json()['id']}/reply", {"text": "Klart"}).status_code == 403
    replied = officer("POST", f"/handovers/{made.get_json()['id']}/reply", {"text": "Vi har ringt."})
    assert replied.status_code == 201
    assert agent("GET", f"/contacts/{chat}").get_json()["stage"] == "closed"
