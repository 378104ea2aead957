"""Who is given whom: chats leave room for calls and visits, and the one who alone can help is kept for those who need it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.contacts.stages import Channel
from helpdesk.queue.giving.rules import Colleague, Levers, Picture, Standing, agent_for, held_back, matches
from helpdesk.queue.rules import Costs, LaneView, Taker, Waiting, why_not
from tests.conftest import NOW

COSTS = Costs(phone=12, walk_in=12, chat=4, message=4)
EVERY_DOOR = frozenset(Channel)


def at_work(number: int, *abilities: str, chats: int = 0, **more: object) -> Colleague:
    """Somebody who is ready, with this many chats and room for the rest."""
    taker = Taker(EVERY_DOOR, frozenset(abilities), 12 - 4 * chats, False)
    return replace(Colleague(number, taker, chats, chats == 0), **more)


def picture(*colleagues: Colleague, percent: int = 33, costs: Costs = COSTS) -> Picture:
    """Everybody on duty."""
    return Picture({one.id: one for one in colleagues}, costs, Levers(percent))


def waits(number: int, channel: Channel, *needs: str, due_s: int = 60, for_s: int = 60) -> Standing:
    """Somebody who has waited ``for_s`` seconds and is due in ``due_s``."""
    lane = LaneView(hash((channel, needs)) % 1000, channel, frozenset(needs))
    one = Waiting(number, lane.id, channel, NOW + timedelta(seconds=due_s))
    return Standing(one, lane, NOW - timedelta(seconds=for_s))


def offered(line: list[Standing], house: Picture, late: bool = False) -> list[tuple[int, int]]:
    """Who is offered to whom, as numbers."""
    return [(match.standing.one.id, match.agent_id) for match in matches(line, house, NOW, late)]


def test_a_chat_goes_to_the_one_who_has_most_chats_and_room() -> None:
    house = picture(at_work(1), at_work(2, chats=1), at_work(3, chats=2), at_work(4, chats=3))
    assert offered([waits(7, Channel.CHAT)], house) == [(7, 3)]


def test_a_new_chat_desk_is_not_opened_while_a_chatting_colleague_has_room_and_half_the_promise_is_left() -> None:
    house = picture(at_work(1), at_work(2, chats=1), at_work(3), percent=100)
    chat = waits(7, Channel.CHAT, due_s=100, for_s=20)
    assert held_back(chat, house.colleagues[1], house, NOW) == "fill_before_open"
    assert held_back(chat, house.colleagues[2], house, NOW) is None
    half_run = waits(7, Channel.CHAT, due_s=60, for_s=60)
    assert held_back(half_run, house.colleagues[1], house, NOW) is None


def test_a_chatting_colleague_who_cannot_take_it_holds_nobody_back() -> None:
    chat = waits(7, Channel.CHAT, "lang:fi", due_s=100, for_s=20)
    for colleague in (
        at_work(2, chats=1),
        at_work(2, "lang:fi", chats=3),
        at_work(2, "lang:fi", chats=1, is_ready=False),
    ):
        house = picture(at_work(1, "lang:fi"), colleague, percent=100)
        assert held_back(chat, house.colleagues[1], house, NOW) is None


def test_a_third_of_those_on_duty_have_chats_rounded_up() -> None:
    assert [picture(*(at_work(n) for n in range(count))).most_chat_desks for count in (1, 3, 4, 6, 7)] == [
        1,
        1,
        2,
        2,
        3,
    ]


def test_one_chat_desk_more_only_if_another_has_nothing_at_all_or_the_chat_is_late() -> None:
    full = at_work(1, chats=3)
    chat, late = waits(7, Channel.CHAT, due_s=10, for_s=110), waits(7, Channel.CHAT, due_s=-1, for_s=121)
    alone = picture(full, at_work(2), at_work(3, is_ready=False))
    assert held_back(chat, alone.colleagues[2], alone, NOW) == "chat_desks"
    assert held_back(late, alone.colleagues[2], alone, NOW) is None
    two_free = picture(full, at_work(2), at_work(3))
    assert held_back(chat, two_free.colleagues[2], two_free, NOW) is None


def test_calls_and_visits_are_never_held_back() -> None:
    house = picture(at_work(1, chats=3), at_work(2))
    for channel in (Channel.PHONE, Channel.WALK_IN, Channel.MESSAGE):
        assert held_back(waits(7, channel, due_s=100, for_s=1), house.colleagues[2], house, NOW) is None


def test_the_one_with_fewest_abilities_beyond_the_need_is_asked_then_the_longest_rested_then_the_lowest_number() -> (
    None
):
    call = waits(7, Channel.PHONE)
    speaks, rested, fresh = (
        at_work(1, "lang:fi"),
        at_work(3, last_ended_at=NOW - timedelta(hours=1)),
        at_work(2, last_ended_at=NOW),
    )
    assert offered([call], picture(speaks, rested, fresh)) == [(7, 3)]
    assert offered([call], picture(speaks, fresh)) == [(7, 2)]
    assert offered([waits(7, Channel.PHONE, "lang:fi")], picture(speaks, rested)) == [(7, 1)]
    assert offered([call], picture(at_work(5), at_work(4))) == [(7, 4)]


def test_with_the_lever_a_call_stands_beside_one_chat_but_not_beside_two() -> None:
    beside = replace(COSTS, phone=8)
    call = waits(7, Channel.PHONE)
    assert offered([call], picture(at_work(1, chats=1), costs=beside)) == [(7, 1)]
    assert offered([call], picture(at_work(1, chats=2), costs=beside)) == []
    assert offered([call], picture(at_work(1, chats=1))) == []


def test_first_hand_counts_as_due_two_minutes_earlier_for_that_agent_only() -> None:
    finnish, plain = waits(1, Channel.PHONE, "lang:fi", due_s=100), waits(2, Channel.PHONE, due_s=0)
    aino = at_work(1, "lang:fi", first_hand=frozenset({"lang:fi"}))
    assert offered([finnish, plain], picture(aino)) == [(1, 1)]
    assert offered([finnish, plain], picture(replace(aino, first_hand=frozenset()))) == [(2, 1)]
    assert sorted(offered([finnish, plain], picture(aino, at_work(2)))) == [(1, 1), (2, 2)]


def test_one_late_letter_goes_before_people_and_the_next_after_them() -> None:
    letters = [waits(number, Channel.MESSAGE, due_s=-600) for number in (1, 2)]
    call = waits(3, Channel.PHONE)
    house = picture(at_work(1), at_work(2), at_work(3))
    assert offered([*letters, call], house, late=True) == [(1, 1), (3, 2), (2, 3)]
    assert offered([*letters, call], house, late=False) == [(3, 1), (1, 2), (2, 3)]


NEEDS = st.frozensets(st.sampled_from(["lang:fi", "lang:ar", "skill:bygg"]))
LINE = st.lists(
    st.builds(
        lambda number, channel, needs, target_s, for_s: waits(
            number, channel, *sorted(needs), due_s=target_s - for_s, for_s=for_s
        ),
        st.integers(1, 500),
        st.sampled_from(Channel),
        NEEDS,
        st.integers(1, 900),
        st.integers(0, 1800),
    ),
    unique_by=lambda standing: standing.one.id,
    max_size=12,
)
HOUSE = st.lists(
    st.builds(
        lambda number, needs, chats, ready, first: at_work(
            number, *sorted(needs), chats=chats, is_ready=ready, first_hand=needs if first else frozenset()
        ),
        st.integers(1, 500),
        NEEDS,
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)


@settings(deadline=None)
@given(LINE, HOUSE, st.booleans())
def test_whatever_stands_in_line_nobody_gets_two_or_what_they_cannot_take_and_nobody_able_idles(
    line: list[Standing], colleagues: list[Colleague], late: bool
) -> None:
    house = picture(*colleagues)
    found = matches(line, house, NOW, late)
    assert max(Counter(match.agent_id for match in found).values(), default=0) <= 1
    assert max(Counter(match.standing.one.id for match in found).values(), default=0) <= 1
    after = house
    for match in found:
        colleague = house.colleagues[match.agent_id]
        assert colleague.is_ready and why_not(match.standing.lane, colleague.taker, COSTS) is None
        channel = match.standing.one.channel
        after = after.after(colleague.given(channel, COSTS.of(channel)))
    given_ids = {match.standing.one.id for match in found}
    for standing in line:
        if standing.one.id not in given_ids:
            assert agent_for(standing, after, NOW) is None, "somebody waits whom somebody could have had"


@settings(deadline=None)
@given(LINE, HOUSE)
def test_nobody_is_held_back_past_their_promise(line: list[Standing], colleagues: list[Colleague]) -> None:
    house = picture(*colleagues)
    for standing in line:
        past = standing.one.due_at + timedelta(seconds=1)
        for colleague in colleagues:
            assert held_back(standing, colleague, house, past) is None
