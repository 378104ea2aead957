"""What leaves the house: written with its cause, sent once by whoever leases it, tried again, and at last a dead letter."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from helpdesk.db import Database
from helpdesk.outbox.actions import LEASE, TRIES, Letter, Refused, TryLater, deliver, lease, mark_failed, send_later
from helpdesk.outbox.models import OutboxRow
from helpdesk.outbox.queries import BATCH, due_rows, oldest_unsent
from tests.conftest import NOW


class Post:
    """Remembers what it was given instead of sending it; ``trouble`` is raised, one by one, by the next letters."""

    def __init__(self, *trouble: Exception) -> None:
        self.sent: list[str] = []
        self.trouble = list(trouble)

    def __call__(self, letter: Letter) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(letter.key)


def write(database: Database, *keys: str, at: datetime = NOW, not_before: datetime | None = None) -> None:
    with database.transaction() as session:
        for key in keys:
            send_later(session, "letter", key, {"to": key}, at, not_before=not_before)


def row(database: Database, key: str) -> OutboxRow:
    with database.reading() as session:
        return session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one()


def at(seconds: float) -> Callable[[], datetime]:
    return lambda: NOW + timedelta(seconds=seconds)


def test_a_row_is_sent_once_and_its_payload_travels(database: Database) -> None:
    seen: list[Letter] = []
    write(database, "a")
    assert deliver(database, {"letter": seen.append}, at(0)) == 1
    assert deliver(database, {"letter": seen.append}, at(3600)) == 0
    assert [(one.key, one.kind, dict(one.payload), one.contact_id) for one in seen] == [
        ("a", "letter", {"to": "a"}, None)
    ]
    assert row(database, "a").sent_at == NOW


def test_what_was_rolled_back_is_never_sent(database: Database) -> None:
    post = Post()
    with pytest.raises(LookupError), database.transaction() as session:
        send_later(session, "letter", "a", {}, NOW)
        raise LookupError
    assert deliver(database, {"letter": post}, at(0)) == 0 and post.sent == []


def test_the_same_key_is_one_row_also_in_one_transaction(database: Database) -> None:
    write(database, "a", "a")
    write(database, "a")
    with database.reading() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == 1


def test_two_causes_that_write_the_same_key_at_once_make_one_row(database: Database) -> None:
    """On PostgreSQL the second waits for the first; on SQLite it waits for its turn."""
    inside, errors = threading.Event(), list[BaseException]()

    def second() -> None:
        inside.wait(10)
        try:
            write(database, "a")
        except IntegrityError as error:
            errors.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    with database.transaction() as session:
        send_later(session, "letter", "a", {"by": "first"}, NOW)
        inside.set()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(10)
    assert errors == []
    assert row(database, "a").payload == {"by": "first"}


def test_nothing_is_sent_before_its_time(database: Database) -> None:
    post = Post()
    write(database, "later", not_before=NOW + timedelta(seconds=30))
    assert deliver(database, {"letter": post}, at(29)) == 0
    assert deliver(database, {"letter": post}, at(30)) == 1


def test_a_lease_is_held_by_one_sender_and_runs_out(database: Database) -> None:
    write(database, "a")
    with database.reading() as session:
        (row_id,) = due_rows(session, NOW)
    with database.transaction() as session:
        assert lease(session, row_id, NOW) is not None
    with database.transaction() as session:
        assert lease(session, row_id, NOW + LEASE - timedelta(seconds=1)) is None
    with database.transaction() as session:
        assert lease(session, row_id, NOW + LEASE) is not None


def test_a_failure_waits_twice_as_long_each_time_and_then_lies_with_the_dead(database: Database) -> None:
    post = Post(*(TryLater(f"busy {n}") for n in range(TRIES)))
    write(database, "a")
    moment = NOW
    waits = []
    for _ in range(TRIES):
        assert deliver(database, {"letter": post}, lambda at=moment: at) == 0
        found = row(database, "a")
        if found.dead_at is None:
            waits.append((found.not_before - moment).total_seconds())
            assert deliver(database, {"letter": post}, lambda at=found.not_before: at - timedelta(seconds=1)) == 0
        moment = found.not_before
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    assert (found.attempts, found.last_error) == (TRIES, f"busy {TRIES - 1}") and found.dead_at is not None
    assert deliver(database, {"letter": post}, at(1e6)) == 0 and post.sent == []


def test_a_receiver_says_when_to_come_again(database: Database) -> None:
    post = Post(TryLater("429", after_s=300))
    write(database, "a")
    deliver(database, {"letter": post}, at(0))
    assert row(database, "a").not_before == NOW + timedelta(seconds=300)
    assert deliver(database, {"letter": post}, at(300)) == 1
    assert row(database, "a").last_error is None


def test_what_can_never_be_sent_is_dead_at_once_and_holds_up_nothing(database: Database) -> None:
    post = Post(Refused("no such number"))
    write(database, "a", "b")
    with database.transaction() as session:
        send_later(session, "pigeon", "c", {}, NOW)
    assert deliver(database, {"letter": post}, at(0)) == 1
    assert post.sent == ["b"]
    assert row(database, "a").last_error == "no such number" and row(database, "a").dead_at == NOW
    assert row(database, "c").last_error == "nothing here sends pigeon"


def test_a_row_whose_senders_never_came_back_is_not_tried_for_ever(database: Database) -> None:
    write(database, "a")
    moment = NOW
    for _ in range(TRIES):
        with database.transaction() as session:
            assert lease(session, row(database, "a").id, moment) is not None
        moment += LEASE
    assert deliver(database, {"letter": Post()}, lambda: moment) == 0
    assert row(database, "a").dead_at == moment


def test_a_sender_that_breaks_leaves_the_row_for_the_next_try(database: Database) -> None:
    write(database, "a")
    with pytest.raises(ZeroDivisionError):
        deliver(database, {"letter": Post(ZeroDivisionError())}, at(0))
    post = Post()
    assert deliver(database, {"letter": post}, at(LEASE.total_seconds() - 1)) == 0
    assert deliver(database, {"letter": post}, at(LEASE.total_seconds())) == 1


def test_a_late_failure_does_not_undo_that_another_sender_sent_it(database: Database) -> None:
    write(database, "a")
    deliver(database, {"letter": Post()}, at(0))
    with database.transaction() as session:
        mark_failed(session, row(database, "a").id, "timed out", NOW, None, is_final=True)
    assert row(database, "a").sent_at == NOW and row(database, "a").dead_at is None


def test_a_row_that_was_deleted_while_it_was_sent_is_no_error(database: Database) -> None:
    def send_and_forget(letter: Letter) -> None:
        with database.transaction() as session:
            session.delete(session.scalars(select(OutboxRow)).one())

    write(database, "a")
    assert deliver(database, {"letter": send_and_forget}, at(0)) == 1


def test_the_network_is_never_waited_for_in_a_transaction(database: Database) -> None:
    def sender(letter: Letter) -> None:
        with database.transaction() as session:
            send_later(session, "letter", f"{letter.key} again", {}, NOW + timedelta(days=1), not_before=NOW + LEASE)

    write(database, "a")
    assert deliver(database, {"letter": sender}, at(0)) == 1


def test_a_long_line_is_sent_in_order_a_batch_at_a_time_and_its_age_is_known(database: Database) -> None:
    post = Post()
    keys = [f"{n:02d}" for n in range(BATCH + 5)]
    write(database, *keys)
    with database.reading() as session:
        assert oldest_unsent(session) == NOW
    assert deliver(database, {"letter": post}, at(0)) == BATCH
    assert deliver(database, {"letter": post}, at(0)) == 5
    assert post.sent == keys
    with database.reading() as session:
        assert oldest_unsent(session) is None


def test_two_workers_together_send_each_row_once(database_url: str, database: Database) -> None:
    """Two workers with a database of their own each, as two processes have."""
    keys = [f"{n:02d}" for n in range(12)]
    write(database, *keys)
    post, start = Post(), threading.Barrier(2)

    def work() -> None:
        own = Database(database_url)
        start.wait(10)
        while True:
            with own.reading() as session:
                if not due_rows(session, NOW):
                    break
            deliver(own, {"letter": post}, at(0))
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(post.sent) == keys
