"""Conferences: who sits in which room, when it starts and ends, and what the product is told of it."""

from helpdesk.channels.phone.network.calls import Call, Room, Seat, new_sid
from helpdesk.channels.phone.network.post import complete, room_fields
from helpdesk.channels.phone.network.world import World
from helpdesk.channels.phone.verbs import Conference


def enter(world: World, call: Call, wish: Conference, base: str) -> Room:
    """Seat a call in the conference of this name, opened if need be. Only the first one in says where callbacks go."""
    room = world.rooms.get(wish.name)
    if room is None:
        callback = complete(base, wish.status_callback) if wish.status_callback else ""
        room = Room(
            new_sid("CF"), call.account, wish.name, world.clock.now(), callback, frozenset(wish.status_callback_events)
        )
        world.rooms[wish.name] = room
    seat = Seat(
        call=call,
        start_on_enter=wish.start_on_enter,
        end_on_exit=wish.end_on_exit,
        joined_at=world.clock.now(),
        muted=wish.muted,
        label=wish.participant_label,
    )
    room.seats[call.sid] = seat
    call.room = room
    tell(world, room, "join", "participant-join", seat)
    if room.status == "init" and len(room.seats) > 1 and any(one.start_on_enter for one in room.seats.values()):
        room.status = "in-progress"
        world.log(f"conference {room.name}: {len(room.seats)} are talking")
        tell(world, room, "start", "conference-start", None)
        for one in room.seats.values():
            leave_in_time(world, room, one)
    return room


def leave_in_time(world: World, room: Room, seat: Seat) -> None:
    """Plan that somebody hangs up when they have talked enough, if it is they who end the talk."""
    person = seat.call.person

    def put_down() -> None:
        if seat.call.room is room:
            world.log(f"{seat.label or 'a participant'} hangs up")
            world.end(seat.call, "completed")

    if person.talks is not None:
        world.later(person.talks, put_down)


def leave(world: World, call: Call) -> None:
    """Take a call out of its conference, if it sits in one. The room closes after a last or a deciding one."""
    room = call.room
    if room is None:
        return
    seat = room.seats.pop(call.sid)
    call.room = None
    tell(world, room, "leave", "participant-leave", seat)
    if room.status == "completed":
        return
    if seat.end_on_exit:
        close(world, room, "participant-with-end-conference-on-exit-left", call.sid)
    elif not room.seats:
        close(world, room, "last-participant-left", call.sid)


def close(world: World, room: Room, why: str, by: str | None) -> None:
    """End a conference: those who are left go on below their Dial."""
    room.status, room.ended_why, room.ended_by = "completed", why, by
    del world.rooms[room.name]
    world.past_rooms.append(room)
    for seat in list(room.seats.values()):
        leave(world, seat.call)
        world.wake(seat.call)
    tell(world, room, "end", "conference-end", None)


def hold(world: World, room: Room, seat: Seat, is_held: bool) -> None:
    """Let somebody listen to music, or back in."""
    if seat.held != is_held:
        seat.held = is_held
        tell(world, room, "hold", "participant-hold" if is_held else "participant-unhold", seat)


def tell(world: World, room: Room, asked_as: str, event: str, seat: Seat | None) -> None:
    """Send the conference's status callback if this kind was asked for."""
    room.sequence += 1
    if room.callback and asked_as in room.events:
        world.deliver_later(room.callback, room_fields(room, event, seat, world.clock.now()))
