"""The middle of the desk: writing, notes, holding, putting back, the topic, and words that are never lost."""

import pytest

from helpdesk.contacts.models import ContactAddress, ContactEvent, Message, Note, SealedText
from helpdesk.contacts.stages import Author, Channel, Stage
from helpdesk.web.models import InboxKey

TOLVAN = "19121212-1212"
"""A personal number that is nobody's: Skatteverket's own example."""


@pytest.fixture
def chat(town, maria):
    """A chat that Maria has."""
    return maria.takes(town.arrives(text="Hej! Jag heter Tolvan, 19121212-1212", name="Tolvan"))


def said(town, public_id):
    contact = town.contact(public_id)
    return [(one.author.value, one.text) for one in town.all(Message, Message.contact_id == contact.id)]


def test_what_was_said_is_shown_with_the_personal_number_hidden(maria, chat):
    page = maria.page(contact=chat)
    assert "Jag heter Tolvan" in page and "personal number hidden" in page
    assert "19121212" not in page


def test_a_message_is_stored_once_however_often_it_is_sent(town, maria, chat):
    for _ in range(2):
        assert maria.post(f"/kontakter/{chat}/meddelande", text="Hej Tolvan!", once="m1").status_code == 200
    assert said(town, chat)[1:] == [("agent", "Hej Tolvan!")]
    assert "Hej Tolvan!" in maria.page(contact=chat)


def test_the_same_key_with_other_words_is_refused_and_the_words_come_back(town, maria, chat):
    maria.post(f"/kontakter/{chat}/meddelande", text="Ett", once="m1")
    answer = maria.post(f"/kontakter/{chat}/meddelande", text="Två", once="m1")
    assert answer.status_code == 422
    assert ">Två</textarea>" in answer.text
    assert said(town, chat)[1:] == [("agent", "Ett")]


def test_nothing_is_not_sent_and_too_much_is_not_cut(town, maria, chat):
    assert "Write something first." in maria.send(f"/kontakter/{chat}/meddelande", text="  ").get_json()["detail"]
    too_long = maria.send(f"/kontakter/{chat}/meddelande", text="a" * 4001)
    assert too_long.status_code == 422
    assert "at most 4000 characters" in too_long.get_json()["fragments"]["unsent"]
    assert len(said(town, chat)) == 1


def test_a_script_gets_the_pieces_with_the_new_message(maria, chat):
    answer = maria.send(f"/kontakter/{chat}/meddelande", text="Hej <b>du</b>", contact=chat)
    assert "Hej &lt;b&gt;du&lt;/b&gt;" in answer.get_json()["fragments"]["main"]


def test_words_to_a_contact_that_a_colleague_has_are_kept_and_can_be_saved_as_a_note(town, maria, aino, chat):
    maria.post(f"/kontakter/{chat}/slapp")
    aino.takes(chat)
    answer = maria.post(f"/kontakter/{chat}/meddelande", text="Jag har kollat, det går bra.", contact=chat)
    assert answer.status_code == 409
    assert "A colleague has this contact now." in answer.text
    assert ">Jag har kollat, det går bra.</textarea>" in answer.text
    assert len(said(town, chat)) == 1
    maria.post(f"/kontakter/{chat}/anteckning", text="Jag har kollat, det går bra.", was_unsent="1")
    assert "Jag har kollat, det går bra." in aino.page(contact=chat)


def test_a_script_gets_the_words_that_could_not_be_sent_as_a_piece_of_the_page(maria, aino, chat):
    maria.post(f"/kontakter/{chat}/slapp")
    aino.takes(chat)
    answer = maria.send(f"/kontakter/{chat}/meddelande", text="Hallå")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_yours")
    assert ">Hallå</textarea>" in answer.get_json()["fragments"]["unsent"]
    kept = maria.send(f"/kontakter/{chat}/anteckning", text="Hallå", was_unsent="1")
    assert "textarea" not in kept.get_json()["fragments"]["unsent"]


def test_a_note_is_for_staff_and_its_personal_numbers_are_masked(town, maria, chat):
    maria.post(f"/kontakter/{chat}/anteckning", text=f"Gäller {TOLVAN}")
    (note,) = town.all(Note)
    assert TOLVAN not in note.text
    assert len(town.all(SealedText)) == 2
    assert said(town, chat) == [("citizen", said(town, chat)[0][1])]
    assert "Inside note" in maria.page(contact=chat)


def test_a_note_on_what_one_may_not_see_is_refused_as_unknown(town, maria, aino, chat):
    with town.database.transaction() as session:
        session.merge(town.contact(chat)).secrecy = True
    answer = aino.send(f"/kontakter/{chat}/anteckning", text="Hm")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert town.all(Note) == []


def test_a_secret_contact_of_a_colleague_shows_that_it_exists_and_nothing_else(town, maria, aino, chat):
    with town.database.transaction() as session:
        session.merge(town.contact(chat)).secrecy = True
    page = aino.page(contact=chat)
    assert "under secrecy" in page
    assert "Tolvan" not in page
    assert "Tolvan" in maria.page(contact=chat)


def test_holding_and_going_on(town, maria, chat):
    maria.post(f"/kontakter/{chat}/vantelage")
    assert town.contact(chat).stage is Stage.HELD
    assert "On hold:" in maria.page()
    again = maria.post(f"/kontakter/{chat}/vantelage", contact=chat)
    assert "It has moved on since the page was loaded" in again.text
    maria.post(f"/kontakter/{chat}/fortsatt")
    assert town.contact(chat).stage is Stage.TALKING


def test_putting_back_keeps_the_promise_and_frees_the_room(town, maria, chat):
    due_at = town.contact(chat).due_at
    answer = maria.post(f"/kontakter/{chat}/slapp")
    assert "Put back in the queue with the same promise." in answer.text
    contact = town.contact(chat)
    assert (contact.stage, contact.agent_id, contact.due_at) == (Stage.WAITING, None, due_at)
    assert town.agent().load == 0


def test_nobody_puts_back_what_a_colleague_has(town, aino, chat):
    assert "A colleague has this contact now." in aino.post(f"/kontakter/{chat}/slapp").text
    assert town.contact(chat).agent_id == town.agents["maria"]


def test_the_topic_is_an_area_and_a_few_masked_words(town, maria, chat):
    assert 'name="topic"' in maria.page(contact=chat, show="topic")
    maria.post(f"/kontakter/{chat}/amne", area="bygga-bo-miljo", topic=f"Sopor {TOLVAN}")
    contact = town.contact(chat)
    assert contact.area == "bygga-bo-miljo"
    assert contact.topic == "Sopor ●●●●●●-●●●●"
    kinds = [one.kind for one in town.all(ContactEvent, ContactEvent.contact_id == contact.id)]
    assert kinds[-1] == "described"


def test_an_area_that_does_not_exist_is_refused(town, maria, chat):
    assert (
        maria.client.post(
            f"/kontakter/{chat}/amne", data={"csrf_token": maria.token(), "area": "rymden", "topic": "x"}
        ).status_code
        == 422
    )
    assert town.contact(chat).area is None


def test_protected_identity_forgets_name_and_number_at_once(town, maria, chat):
    maria.post(f"/kontakter/{chat}/glom")
    assert town.contact(chat).protected
    assert town.all(ContactAddress) == []
    page = maria.page(contact=chat)
    assert "Protected identity" in page and ">Tolvan<" not in page


def test_reading_is_noted_once_and_never_goes_back(town, maria, chat):
    maria.post(f"/kontakter/{chat}/meddelande", text="Ett")
    with town.database.transaction() as session:
        session.merge(town.contact(chat)).agent_read_seq = 0
    assert "new message" in maria.page()
    for seq in (1, 99, 1):
        assert maria.send("/arbetsyta/livstecken", contact=chat, seq=seq).status_code == 204
    assert town.contact(chat).agent_read_seq == 2
    assert maria.send("/arbetsyta/livstecken", contact="finns-inte", seq=1).status_code == 204


def test_a_call_and_a_visit_have_no_field_to_write_to_the_citizen(town, maria):
    call = maria.takes(town.arrives(Channel.PHONE, number="+46701740612"))
    page = maria.page(contact=call)
    assert "070-174 06 12" in page and "Save the note" in page
    assert f"/kontakter/{call}/meddelande" not in page
    assert maria.send(f"/kontakter/{call}/meddelande", text="Hej").get_json()["code"] == "wrong_stage"


def test_who_called_before_is_shown_beside_the_call(town, maria):
    before = town.arrives(Channel.PHONE, 3000, topic="Byta förskola", number="+46701740612")
    secret = town.arrives(Channel.PHONE, 2000, topic="Skulder", number="+46701740612")
    with town.database.transaction() as session:
        session.merge(town.contact(secret)).secrecy = True
    call = maria.takes(town.arrives(Channel.PHONE, number="+46701740612"))
    page = maria.page(contact=call)
    assert "2 in 90 days" in page
    assert f"earlier-{before}" in page and "Byta förskola" in page
    assert "Skulder" not in page


def test_the_citizens_words_count_as_new_until_they_are_read(town, maria, chat):
    assert town.contact(chat).last_word_by is Author.CITIZEN
    assert '<span class="count count--new">1<span class="vh"> new message</span>' in maria.page()


def test_a_message_keeps_nothing_in_the_inbox_but_what_came_of_it(town, maria, chat):
    maria.post(f"/kontakter/{chat}/meddelande", text="Hemligt", once="m1")
    with town.database.reading() as session:
        kept = session.query(InboxKey).all()
    assert all("Hemligt" not in str(one.answer) for one in kept)
