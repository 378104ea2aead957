"""The reader takes what we speak and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.channels.phone.twiml import MAX_LENGTH, BadTwiml, read
from helpdesk.channels.phone.verbs import Conference, Dial, Enqueue, Gather, Hangup, Leave, Pause, Redirect, Say


def test_a_menu_is_read_with_its_prompts_and_its_end():
    verbs = read(
        '<Response><Gather numDigits="1" timeout="6" action="/twilio/menu?step=area">'
        '<Say language="sv-SE">Hej</Say><Pause length="2"/></Gather><Redirect>/twilio/menu?none=1</Redirect></Response>'
    )
    assert verbs == (
        Gather((Say("Hej", "sv-SE"), Pause(2)), "/twilio/menu?step=area", num_digits=1, timeout=6),
        Redirect("/twilio/menu?none=1"),
    )


def test_a_queue_and_a_conference_are_read():
    verbs = read(
        '<Response><Enqueue waitUrl="/twilio/wait" action="/twilio/left">main</Enqueue><Dial><Conference beep="false" '
        'endConferenceOnExit="true" statusCallback="/twilio/status" statusCallbackEvent="start join">K1</Conference></Dial>'
        "<Leave/><Hangup/></Response>"
    )
    assert verbs == (
        Enqueue("main", "/twilio/wait", action="/twilio/left"),
        Dial(
            Conference(
                "K1",
                beep="false",
                end_on_exit=True,
                status_callback="/twilio/status",
                status_callback_events=("start", "join"),
            )
        ),
        Leave(),
        Hangup(),
    )


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<Sing>la</Sing>", "not allowed here"),
        ('<Say lang="sv">Hej</Say>', "no attribute lang"),
        ("<Say> </Say>", "nothing to say"),
        ("<Say><Pause/></Say>", "holds text"),
        ('<Pause length="0"/>', "whole number"),
        ("<Gather><Redirect>/x</Redirect></Gather>", "not allowed here"),
        ('<Gather method="PUT"/>', "one of GET, POST"),
        ("<Redirect>javascript:alert(1)</Redirect>", "neither an http address nor a path"),
        ("<Redirect></Redirect>", "neither an http address nor a path"),
        ("<Dial>+46701740601</Dial>", "loose text"),
        ("<Dial/>", "exactly one <Conference>"),
        ('<Dial><Conference statusCallbackEvent="join dance">K</Conference></Dial>', "no event dance"),
        ("<Enqueue></Enqueue>", "name its queue"),
        ("<Hangup>now</Hangup>", "is empty"),
        ("<Hangup/>bye", "loose text after"),
        ("hello", "loose text in"),
    ],
)
def test_what_twilio_would_ignore_or_refuse_is_refused(inside, why):
    with pytest.raises(BadTwiml, match=why):
        read(f"<Response>{inside}</Response>")


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<Response>",
        "<Answer/>",
        '<Response version="1"/>',
        "<!DOCTYPE Response [<!ENTITY a 'b'>]><Response><Say>&a;</Say></Response>",
        f"<Response><Say>{'a' * MAX_LENGTH}</Say></Response>",
    ],
)
def test_a_document_that_is_no_twiml_is_refused(document):
    with pytest.raises(BadTwiml):
        read(document)


@given(st.text(max_size=200))
def test_whatever_comes_in_either_reads_or_says_why_not(text):
    try:
        read(text)
    except BadTwiml as error:
        assert str(error)
