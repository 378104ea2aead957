"""Identity numbers in free text: every shape is masked, nothing else is touched, and what was masked can be unsealed."""

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.contacts.actions import CITIZEN, By, Words, note, say
from helpdesk.contacts.models import Message, Note, SealedText
from helpdesk.contacts.sealing import MASK, SHAPE, Sealer, is_identity_number, mask
from helpdesk.contacts.stages import Actor, Author
from tests.builders import Centre
from tests.conftest import NOW


def with_check_digit(nine: str) -> str:
    """Return nine digits with their check digit (Luhn, as the tax agency prints it)."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
    return nine + str(-total % 10)


NUMBERS = st.builds(
    lambda year, month, day, coordination, serial: with_check_digit(
        f"{year:02d}{month:02d}{day + 60 * coordination:02d}{serial:03d}"
    ),
    st.integers(0, 99),
    st.integers(1, 12),
    st.integers(1, 28),
    st.booleans(),
    st.integers(1, 999),
)
"""Ten digits of a valid personal or coordination number."""
SHAPES = (
    "{d}{n}",
    "{d}-{n}",
    "{d}+{n}",
    "{d}–{n}",
    "{d}−{n}",
    "{d} {n}",
    "{d} - {n}",
    "19{d}{n}",
    "19{d}-{n}",
    "19{d} {n}",
    "{y} {m} {dd} {n}",
    "19{y}-{m}-{dd}-{n}",
    "{y}/{m}/{dd}-{n}",
    "{d}\u00a0{n}",
    "{d}\u2011{n}",
    "{y}{m}{dd} {n2}",
)


def spelt(number: str, shape: str) -> str:
    """Write ten digits in one of the shapes that people use."""
    d, n = number[:6], number[6:]
    return shape.format(d=d, n=n, y=d[:2], m=d[2:4], dd=d[4:], n2=f"{n[:2]} {n[2:]}")


def put_back(text: str, hidden: tuple[str, ...]) -> str:
    """Return the text as it was typed."""
    for one in hidden:
        text = text.replace(MASK, one, 1)
    return text


@settings(deadline=None)
@given(
    NUMBERS, st.sampled_from(SHAPES), st.sampled_from(["", "Hej ", "pnr:", "(", "Rum 12 ", "07 01 ", "Dnr 2026-113, "])
)
def test_every_shape_is_masked_wherever_it_stands(number: str, shape: str, before: str) -> None:
    typed = spelt(number, shape)
    masked = mask(f"{before}{typed}, tack.")
    assert put_back(masked.text, masked.hidden) == f"{before}{typed}, tack."
    assert number[6:] not in masked.text.replace(before, "", 1)
    assert len(masked.hidden) == 1


@settings(deadline=None)
@given(st.text(alphabet="0123456789-+ .,/aö\n", max_size=60))
def test_nothing_else_is_changed_and_nothing_valid_is_left(text: str) -> None:
    masked = mask(text)
    assert put_back(masked.text, masked.hidden) == text
    assert all(
        any(is_identity_number(found.group()) for at in range(len(one)) if (found := SHAPE.match(one, at)))
        for one in masked.hidden
    )
    assert mask(masked.text).hidden == ()


@settings(deadline=None)
@given(NUMBERS)
def test_a_wrong_check_digit_or_a_longer_number_stays(number: str) -> None:
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert mask(f"Ärende {wrong}.").hidden == ()
    longer = f"8{number}"
    assume(not is_identity_number(longer))
    assert mask(longer).text == longer


@pytest.mark.parametrize(
    "text",
    [
        "Ring 0980-31 92 00 eller +46 70 174 06 01",
        "Fastighet 1:23, 12 345 kr, faktura 20261123",
        "2026-11-23 kl 10.15",
        "IBAN SE35 5000 0000 0549 1000 0003",
    ],
)
def test_what_else_people_type_stays(text: str) -> None:
    assert mask(text) == mask(text).__class__(text, ())


def test_digits_of_other_scripts_hide_nothing() -> None:
    assert mask("٨٥٠٧٠٩-٩٨٠٥").text == MASK


def test_a_number_that_looks_valid_by_chance_does_not_show_the_end_of_the_one_it_touches() -> None:
    """07 01 85 0711 is a valid coordination number; the real one begins in its middle."""
    assert is_identity_number("07 01 850711") and is_identity_number("850711-9819")
    assert mask("Rum 07 01 850711-9819.").text == f"Rum {MASK}."


def test_two_numbers_side_by_side_are_both_masked() -> None:
    assert mask("850709-9805 19850709-9805,850709-9805").hidden == ("850709-9805", "19850709-9805", "850709-9805")


@settings(deadline=None)
@given(st.text(max_size=40), st.text(min_size=1, max_size=20))
def test_what_is_sealed_opens_with_its_own_key_only(text: str, key: str) -> None:
    sealer = Sealer(key)
    assert sealer.open(sealer.seal(text)) == text
    with pytest.raises(InvalidToken):
        Sealer(f"{key}x").open(sealer.seal(text))


def test_a_message_is_stored_masked_and_what_was_masked_lies_beside_it(session: Session, centre: Centre) -> None:
    chat = centre.arrives(name="Anna 850709-9805", text="Jag heter Anna, 850709-9805 och 19850709 9805")
    message = session.scalars(select(Message).where(Message.contact_id == chat.id)).one()
    assert message.text == f"Jag heter Anna, {MASK} och {MASK}"
    assert message.name == f"Anna {MASK}"
    sealed = session.scalars(
        select(SealedText).where(SealedText.message_id == message.id).order_by(SealedText.id)
    ).all()
    sealer: Sealer = session.info["sealer"]
    assert [sealer.open(one.cipher) for one in sealed] == ["850709-9805", "19850709 9805"]
    assert b"850709" not in sealed[0].cipher and sealed[0].key_id == sealer.key_id
    assert chat.topic is None


def test_topic_and_note_are_masked_too(session: Session, centre: Centre) -> None:
    agent = centre.agent()
    chat = centre.arrives(topic="Bygglov för 850709-9805")
    assert chat.topic == f"Bygglov för {MASK}"
    written = note(session, chat, "Hen heter 850709+9805", By(Actor.AGENT, agent.account_id), NOW)
    assert session.get_one(Note, written.id).text == f"Hen heter {MASK}"
    assert session.scalars(select(SealedText.note_id)).all() == [written.id]


def test_the_same_words_again_are_the_same_message_although_they_were_masked(session: Session, centre: Centre) -> None:
    chat = centre.arrives()
    words = Words(Author.CITIZEN, "Mitt nummer är 850709-9805", "c1")
    first = say(session, chat.id, words, CITIZEN, NOW)
    assert say(session, chat.id, words, CITIZEN, NOW).id == first.id
    assert len(session.scalars(select(SealedText)).all()) == 1
