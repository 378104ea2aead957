"""Change requests over the API, and the description of it all."""

from collections.abc import Callable

from openapi_spec_validator import validate

from tests.api.conftest import Caller

As = Callable[..., Caller]


def close_one(agent: Caller, reason: str) -> None:
    """Let a citizen come and go for one reason with the building permit."""
    chat = agent("POST", "/contacts", {"channel": "chat"}).get_json()["id"]
    agent("POST", f"/contacts/{chat}/take", {})
    body = {"outcome": "solved", "errands": [{"service": "ansok-bygglov", "reason": reason}]}
    assert agent("POST", f"/contacts/{chat}/resolve", body).status_code == 200


def test_demand_is_counted_and_the_department_answers(calls_as: As) -> None:
    agent, improver, officer = calls_as("agent"), calls_as("improver"), calls_as("officer")
    for reason in ("login", "login", "new_need"):
        close_one(agent, reason)
    body = {
        "title": "Inloggningen krånglar",
        "lead": "bygg",
        "services": ["ansok-bygglov"],
        "reasons": ["login"],
        "text": "Många kommer inte in.",
    }
    made = improver("POST", "/change-requests", body)
    assert made.status_code == 201
    request = made.get_json()
    assert request["state"] == "draft" and request["id"].startswith("F-") and request["demand"]["contacts"] == 2
    assert request["demand"]["coverage"] == 1
    assert officer("GET", f"/change-requests/{request['id']}").status_code == 404
    path = f"/change-requests/{request['id']}"
    assert improver("PATCH", path, {"state": "new"}).status_code == 428
    assert improver("PATCH", path, {"state": "new"}, If_Match='"stale"').status_code == 412
    moved = improver("PATCH", path, {"state": "new"}, If_Match=made.headers["ETag"])
    assert (moved.status_code, moved.get_json()["state"]) == (200, "new")
    assert improver("PATCH", path, {"state": "planned"}, If_Match=moved.headers["ETag"]).status_code == 409
    said = officer("POST", f"{path}/comments", {"text": "Vi tittar på det."})
    assert said.status_code == 201 and said.get_json()["from_department"] is True
    seen = agent("GET", path).get_json()
    assert [one["text"] for one in seen["comments"]] == ["Vi tittar på det."] and seen["first_answer_at"]
    listed = officer("GET", "/change-requests?state=new").get_json()["items"]
    assert [one["id"] for one in listed] == [request["id"]]


def test_the_description_is_valid_and_names_every_operation(calls_as: As) -> None:
    nobody = calls_as(None)
    description = nobody("GET", "/openapi.json").get_json()
    validate(description)
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]["/contacts/{contact}/take"]) == {"post"}
