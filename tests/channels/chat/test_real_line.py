"""The chat over real lines: another client than ours, order, a server that is killed, and two servers side by side."""

from collections.abc import Iterator

import pytest

from tests.channels.chat.house import Caller, House
from tests.conftest import lack, new_postgres_database

SOLVED = {"outcome": "solved", "errands": [{"reason": "other"}]}
TEXTS = [f"rad {n}" for n in range(40)]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A served service centre."""
    with House() as found:
        yield found


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_conversation_by_either_transport(transport: str, house: House) -> None:
    agent = house.agent()
    with Caller(house.desk.url, transport) as citizen:
        started = citizen.starts(text="Hej")
        assert started["ok"] and citizen.waits_for("message")[0]["text"] == "Hej"
        contact = started["contact"]
        agent.post(f"/contacts/{contact}/take", {})
        assert citizen.waits_for("taken") == [{"name": "Agent"}]
        agent.post(f"/contacts/{contact}/messages", {"text": "Hej på dig", "client_id": "a"})
        assert citizen.waits_for("message", 2)[1]["text"] == "Hej på dig"
        assert citizen.says("Tack")["seq"] == 3
        agent.post(f"/contacts/{contact}/resolve", SOLVED)
        assert citizen.waits_for("closed") == [{"reason": "helped"}]


def test_what_is_sent_without_waiting_is_stored_in_the_order_sent(house: House) -> None:
    with Caller(house.desk.url) as citizen, Caller(house.desk.url) as other_tab:
        citizen.starts()
        other_tab.resumes(key=citizen.key)
        for text in TEXTS:
            citizen.sends(text)
        heard = other_tab.waits_for("message", len(TEXTS))
        assert [(one["seq"], one["text"]) for one in heard] == list(enumerate(TEXTS, start=1))
        assert [one["text"] for one in citizen.resumes()["messages"]] == TEXTS


def test_everybody_who_waits_hears_when_the_line_moves(house: House) -> None:
    agent = house.agent()
    with Caller(house.desk.url) as first, Caller(house.desk.url) as second:
        places = [one.starts()["position"] for one in (first, second)]
        agent.post(f"/contacts/{first.key['contact']}/take", {})
        heard = second.waits_for("queue")
        assert heard[-1] == {"position": places[1] - 1, "wait": None}
        agent.post(f"/contacts/{first.key['contact']}/resolve", SOLVED)
        second.ask("leave", second.key)


def test_a_payload_as_deep_as_the_sea_harms_nobody(house: House) -> None:
    with Caller(house.desk.url) as citizen:
        citizen.starts()
        deep: object = "x"
        for _ in range(200):
            deep = [deep]
        assert citizen.ask("say", {**citizen.key, "client_id": "a", "text": deep})["error"] == "bad_request"
        assert citizen.says("Hej")["ok"]


def test_a_killed_server_has_every_acknowledged_word_and_goes_on(house: House) -> None:
    with Caller(house.desk.url) as citizen:
        citizen.starts()
        key = citizen.key
        acknowledged = [(citizen.says(text, text)["seq"], text) for text in TEXTS[:10]]
        house.desk.kill_server()
    house.desk.start()
    with Caller(house.desk.url) as citizen:
        there = citizen.resumes(0, key)
        assert [(one["seq"], one["text"]) for one in there["messages"]] == acknowledged
        assert citizen.says(TEXTS[9], TEXTS[9])["seq"] == 10, "sent again after the cut, stored once"
        assert citizen.says("vidare")["seq"] == 11


def test_a_server_that_is_renewed_says_when_to_be_back(house: House) -> None:
    with Caller(house.desk.url) as citizen:
        citizen.starts()
        assert house.desk.stop_server() == 0
        (goodbye,) = citizen.waits_for("reconnect")
        assert isinstance(goodbye["in_ms"], int) and goodbye["in_ms"] >= 0
    house.desk.start()


def test_a_conversation_goes_on_at_another_server_process(redis_url: str, postgres_server: str | None) -> None:
    if postgres_server is None:
        lack("PostgreSQL", "no initdb in /usr/lib/postgresql or on the path")
        return
    url = new_postgres_database(postgres_server, "chat_two_servers")
    shared = {"REDIS_URL": redis_url, "SECRET_KEY": "shared", "SEAL_KEY": "shared"}
    with House(url, shared) as one, House(url, shared, is_first=False) as two:
        agent = two.agent()
        with Caller(one.desk.url) as here, Caller(two.desk.url) as there:
            contact = here.starts(text="1")["contact"]
            assert there.resumes(0, here.key)["last_seq"] == 1
            assert there.says("2")["seq"] == 2
            assert here.says("3")["seq"] == 3
            agent.post(f"/contacts/{contact}/take", {})
            agent.post(f"/contacts/{contact}/messages", {"text": "4", "client_id": "a"})
            for page, count in ((here, 4), (there, 3)):
                page.waits_for("taken")
                heard = {message["seq"]: message["text"] for message in page.waits_for("message", count)}
                assert heard == {seq: str(seq) for seq in range(5 - count, 5)}
            one.desk.kill_server()
            assert [m["text"] for m in there.resumes(0)["messages"]] == ["1", "2", "3", "4"]
            assert there.says("5")["seq"] == 5
