"""Twice is once: the same key gives the same answer, also when both come at the same moment."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.db import Database
from helpdesk.refusals import InProgress, KeyReused
from helpdesk.web.inbox import DAY, answer_to, forget_old_keys, keep_answer
from helpdesk.web.models import InboxKey
from tests.conftest import NOW

Answer = dict[str, Any] | None


def ask(database: Database, answer: Answer = None, *, key: str = "k", hash: str = "h", scope: str = "s") -> Answer:
    """Do a request with a key in a transaction of its own; return what was answered before, None the first time."""
    with database.transaction() as session:
        there = answer_to(session, scope, key, hash, NOW)
        if there is None and answer is not None:
            keep_answer(session, scope, key, answer)
    return there


def test_the_second_is_answered_as_the_first(database: Database) -> None:
    assert ask(database, {"status": 201, "body": "å"}) is None
    assert ask(database) == {"status": 201, "body": "å"}


def test_another_request_with_the_key_is_refused_another_scope_is_another_key(database: Database) -> None:
    ask(database, {"n": 1})
    with pytest.raises(KeyReused):
        ask(database, hash="other")
    assert ask(database, {"n": 2}, scope="t") is None
    assert ask(database) == {"n": 1}


def test_what_failed_may_be_tried_again_with_its_key(database: Database) -> None:
    with pytest.raises(LookupError), database.transaction() as session:
        answer_to(session, "s", "k", "h", NOW)
        raise LookupError
    assert ask(database, {"n": 1}) is None


def test_a_request_that_kept_no_answer_is_not_done_twice(database: Database) -> None:
    with database.transaction() as session:
        assert answer_to(session, "s", "k", "h", NOW) is None
    with pytest.raises(InProgress):
        ask(database)


def test_a_key_is_kept_a_day(database: Database) -> None:
    ask(database, {"n": 1})
    with database.transaction() as session:
        assert answer_to(session, "s", "k", "other", NOW + DAY) is None
    ask(database, {"n": 1}, key="old")
    with database.transaction() as session:
        forget_old_keys(session, NOW + DAY)
        assert session.scalars(select(InboxKey.key)).all() == ["k"]


def while_the_first_runs(database: Database, second: Callable[[Session], None], first_fails: bool) -> list[Any]:
    """Run a request, and a second one with its key in the middle of it; return what the second one met."""
    met: list[Any] = []
    inside = threading.Event()

    def other() -> None:
        inside.wait(10)
        try:
            with database.transaction() as session:
                met.append(second(session))
        except (InProgress, KeyReused) as refusal:
            met.append(type(refusal))

    thread = threading.Thread(target=other)
    thread.start()
    try:
        with database.transaction() as session:
            assert answer_to(session, "s", "k", "h", NOW, waits=False) is None
            inside.set()
            thread.join(0.3)
            keep_answer(session, "s", "k", {"n": 1})
            if first_fails:
                raise LookupError
    except LookupError:
        pass
    thread.join(20)
    return met


@pytest.mark.parametrize(("first_fails", "expected"), [(False, {"n": 1}), (True, None)])
def test_one_who_waits_gets_the_first_ones_answer_or_does_the_work(
    database: Database, first_fails: bool, expected: Answer
) -> None:
    met = while_the_first_runs(database, lambda session: answer_to(session, "s", "k", "h", NOW), first_fails)
    assert met == [expected]


def test_one_who_does_not_wait_is_told_that_it_runs_on_sqlite_it_takes_its_turn(database: Database) -> None:
    met = while_the_first_runs(database, lambda session: answer_to(session, "s", "k", "h", NOW, waits=False), False)
    assert met == [{"n": 1} if database.is_sqlite else InProgress]


def test_another_key_does_not_wait(database: Database) -> None:
    met = while_the_first_runs(database, lambda session: answer_to(session, "s", "z", "h", NOW, waits=False), False)
    assert met == [None]


def test_ten_at_once_do_the_work_once(database: Database) -> None:
    done: list[int] = []
    answers: list[Answer] = []

    def request() -> None:
        with database.transaction() as session:
            there = answer_to(session, "s", "k", "h", NOW + timedelta(seconds=1))
            if there is None:
                done.append(1)
                keep_answer(session, "s", "k", {"n": 1})
            answers.append(there)

    threads = [threading.Thread(target=request) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done == [1] and answers.count({"n": 1}) == 9 and answers.count(None) == 1
