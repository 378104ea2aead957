"""The left of the desk: state, room, who waits, and taking."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.clock import now
from helpdesk.contacts.models import ContactEvent
from helpdesk.contacts.stages import Channel, Stage, WaitsFor
from helpdesk.news import ChangeVersion
from helpdesk.queue.models import AgentState, Presence


def rows(page):
    return re.findall(r'<li id="row-([^"]+)"', page)


def test_the_desk_has_one_heading_a_title_and_everything_in_three_panes(maria):
    page = maria.page()
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert re.search(r"<title>Workspace – ", page)
    for pane in ("desk-left", "main", "desk-right"):
        assert f'id="{pane}"' in page
    assert 'style="' not in page and "onclick" not in page


def test_those_who_wait_stand_in_the_order_of_their_promises(town, maria):
    visit = town.arrives(Channel.WALK_IN, 100, topic="Parkering")
    call = town.arrives(Channel.PHONE, 60, topic="Faktura")
    chat = town.arrives(Channel.CHAT, 10, topic="Gatlampa")
    assert rows(maria.page()) == [chat, call, visit]


def test_a_row_says_topic_language_wait_and_what_is_left(town, maria):
    town.arrives(Channel.CHAT, 150, topic="Hemtjänstavgift", language="fi")
    page = maria.page()
    assert "Hemtjänstavgift" in page
    assert 'class="is-late v-100"' in page and "over target" in page
    assert '<span class="vh">Finnish</span>' in page
    assert "of 2:00" in page
    assert "needs somebody else" in page


def test_of_a_secret_contact_only_its_area_is_shown(town, maria):
    public_id = town.arrives(topic="Försörjningsstöd till Kalle", area="stod-omsorg")
    with town.database.transaction() as session:
        session.merge(town.contact(public_id)).secrecy = True
    page = maria.page()
    assert "Försörjningsstöd till Kalle" not in page
    assert "Support and care" in page


def test_the_open_contact_says_why_it_was_given(town, maria):
    town.arrives(Channel.CHAT, 90, language="fi")
    town.arrives(Channel.CHAT, 30)
    page = maria.post("/arbetsyta/ta-nasta").text
    assert "It had the earliest promise of those you can take." in page
    assert "1 came before and was passed over: needs somebody else." in page
    chosen = maria.takes(town.arrives())
    assert "You chose it from the list." in maria.page(contact=chosen)


def test_f2_takes_whoever_is_next_and_opens_them(town, maria):
    town.arrives(Channel.WALK_IN, 10)
    chat = town.arrives(Channel.CHAT, 30, topic="Sopor")
    answer = maria.post("/arbetsyta/ta-nasta")
    assert f"contact={chat}" in answer.request.query_string.decode()
    assert f'id="panel-{chat}"' in answer.text
    assert (town.contact(chat).stage, town.contact(chat).agent_id) == (Stage.TALKING, town.agents["maria"])
    assert town.agent().load == 4


def test_the_button_says_who_is_next_and_nobody_is_offered_whom_one_cannot_take(town, maria):
    town.arrives(Channel.CHAT, 90, language="fi")
    assert 'aria-disabled="true"><b>Take next' in maria.page()
    town.arrives(Channel.CHAT, 30, language="en")
    assert "Next for you:" in maria.page() and "in english" in maria.page()


def test_taking_when_nobody_waits_says_so_and_changes_nothing(town, maria):
    assert "Nobody is waiting whom you can take right now." in maria.post("/arbetsyta/ta-nasta").text
    assert town.agent().load == 0


def test_the_same_press_twice_takes_one(town, maria):
    town.arrives()
    town.arrives()
    first = maria.post("/arbetsyta/ta-nasta", once="k1")
    second = maria.post("/arbetsyta/ta-nasta", once="k1")
    assert first.request.query_string == second.request.query_string
    assert town.agent().load == 4


def test_two_who_choose_the_same_row_get_one_owner_and_a_clear_word(town, maria, aino):
    public_id = town.arrives()
    maria.takes(public_id)
    answer = aino.post(f"/arbetsyta/ta/{public_id}")
    assert "A colleague has already taken this contact." in answer.text
    assert town.contact(public_id).agent_id == town.agents["maria"]
    assert aino.send(f"/arbetsyta/ta/{public_id}").get_json()["code"] == "taken"


def test_a_call_does_not_fit_beside_a_chat(town, maria):
    maria.takes(town.arrives())
    call = town.arrives(Channel.PHONE)
    assert "You have no room for it." in maria.post(f"/arbetsyta/ta/{call}").text
    assert town.contact(call).stage is Stage.WAITING


def test_three_chats_fill_the_room_in_three_slots(town, maria):
    for _ in range(2):
        maria.takes(town.arrives())
    page = maria.page()
    assert page.count('class="slot slot--on slot--chat grow-4"') == 2
    assert page.count('class="slot grow-4"') == 1
    assert "room for 1 more chat" in page


def test_fits_now_leaves_out_whom_one_cannot_take(town, maria):
    fits, finnish = town.arrives(), town.arrives(language="fi")
    later = town.arrives(Channel.PHONE, 300, waits_for=WaitsFor.CALLBACK, at=now() + timedelta(minutes=20))
    assert set(rows(maria.page())) == {fits, finnish, later}
    assert rows(maria.page(fits="1")) == [fits]


def test_resting_has_a_reason_and_takes_nothing(town, maria):
    public_id = town.arrives()
    maria.post("/arbetsyta/lage", state="paused", reason="lunch")
    assert (town.agent().state, town.agent().pause_reason) == (AgentState.PAUSED, "lunch")
    assert "You are paused or offline" in maria.page()
    assert "You are paused or offline. Become available first." in maria.post(f"/arbetsyta/ta/{public_id}").text
    maria.post("/arbetsyta/lage", state="available")
    assert (town.agent().state, town.agent().pause_reason) == (AgentState.AVAILABLE, None)


@pytest.mark.parametrize("state", ["", "resting"])
def test_a_state_that_does_not_exist_is_refused(town, maria, state):
    assert maria.send("/arbetsyta/lage", state=state).status_code == 422
    assert town.agent().state is AgentState.AVAILABLE


def test_looking_changes_nothing(town, maria):
    contact = maria.takes(town.arrives(text="Hej"))

    def everything():
        with town.database.reading() as session:
            versions = session.execute(select(ChangeVersion.name, ChangeVersion.version)).all()
            presence = session.scalars(select(Presence.seen_at)).all()
            return versions, presence, len(session.scalars(select(ContactEvent)).all())

    before = everything()
    for show in ("talk", "close", "hand_over", "flag", "topic"):
        maria.page(contact=contact, show=show)
    for part in ("desk", "mine", "all", "search"):
        assert maria.client.get("/live/desk", query_string={"part": part, "contact": contact}).status_code == 200
    assert everything() == before


def test_a_sign_of_life_is_a_post_of_its_own(town, maria):
    with town.database.transaction() as session:
        session.get_one(Presence, town.agents["maria"]).seen_at = now() - timedelta(minutes=5)
    assert maria.send("/arbetsyta/livstecken").status_code == 204
    with town.database.reading() as session:
        seen_at = session.get_one(Presence, town.agents["maria"]).seen_at
    assert now() - seen_at < timedelta(minutes=1)


def test_a_live_page_gets_the_same_pieces_as_the_full_page(town, maria):
    town.arrives(topic="Sopor")
    answer = maria.client.get("/live/desk", query_string={"lang": "en"}).get_json()
    assert set(answer["fragments"]) == {"desk-left", "main"}
    assert answer["version"] > 0 and answer["now"].endswith("Z")
    assert "Sopor" in answer["fragments"]["desk-left"]


def test_a_live_page_that_has_everything_is_told_nothing(town, maria):
    fresh = maria.client.get("/live/desk").get_json()
    at = re.search(r"at=(\d+)", fresh["fragments"]["desk-left"])[1]
    asks = {"since": fresh["version"], "at": at}
    assert maria.client.get("/live/desk", query_string=asks).status_code == 204
    assert maria.client.get("/live/desk", query_string={**asks, "at": int(at) - 60}).status_code == 200
    town.arrives()
    assert maria.client.get("/live/desk", query_string=asks).status_code == 200


def test_others_are_turned_away(app, town, client):
    assert client.get("/arbetsyta").location.startswith("/logga-in")
    assert client.post("/arbetsyta/ta-nasta").status_code == 400
