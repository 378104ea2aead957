"""The player: once a second it looks at the list and lets happen what is due. One process plays, however many serve."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from random import Random
from typing import Concatenate, ParamSpec

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.config import Config
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.contacts.stages import Stage
from helpdesk.db import Database
from helpdesk.demo.live import citizens, colleagues
from helpdesk.demo.live.callers import EXCHANGE, Callers, end_dead_lines
from helpdesk.demo.live.memory import Memo, has_lease, let_go, remembered
from helpdesk.demo.live.rules import colleagues_help, comes, may_give_up, must_come_at_once
from helpdesk.queue.models import Agent
from helpdesk.queue.queries import count_waiting
from helpdesk.refusals import Refusal
from helpdesk.settings import settings

P = ParamSpec("P")
LOG = logging.getLogger(__name__)
EVERY_S = 1.0
RENEW_AFTER = timedelta(seconds=5)
KINDS, WEIGHTS = ("call", "chat", "visit"), (45, 35, 20)
LONG_AGO = timedelta(days=1)


class Player:
    """Plays the day in one process. ``callers`` None: nobody calls, they chat or walk in."""

    def __init__(
        self, database: Database, callers: Callers | None, clock: Callable[[], datetime], luck: Random
    ) -> None:
        self.database, self.callers, self.clock, self.luck = database, callers, clock, luck
        self.name = secrets.token_hex(8)
        self.plays = False
        self.lines = ExitStack()
        self.renewed_at = self.last_came = clock() - LONG_AGO
        self.turn = luck.randint(0, 99)

    def tick(self) -> None:
        """Let happen what is due now. Whatever the program refuses (somebody was faster) is left for the next time."""
        now = self.clock()
        with self.database.reading() as session:
            is_on = settings(session).is_on("demo.live")
        if self.plays and not is_on:
            self.stop()
        if not is_on or not self.is_mine(now):
            return
        if self.callers is not None:
            self.callers.go_on()
        with self.database.reading() as session:
            memos = remembered(session)
            waiting = count_waiting(session)
        waiting = self.someone_comes(waiting, now)
        self.someone_gives_up(memos, waiting, now)
        self.citizens_speak(memos, now)
        self.colleagues_work(memos, now)
        if colleagues_help(waiting):
            self.colleague_takes(memos, now)

    def is_mine(self, now: datetime) -> bool:
        """Say whether this process plays: take the lease, or renew it every few seconds."""
        if self.plays and now - self.renewed_at < RENEW_AFTER:
            return True
        played, self.renewed_at = self.plays, now
        with self.database.transaction() as session:
            self.plays = has_lease(session, self.name, now)
        if self.plays and not played and self.callers is not None:
            end_dead_lines(self.database, now)
            self.lines.enter_context(self.callers.reachable())
        elif played and not self.plays:
            self.lines.close()
        return self.plays

    def someone_comes(self, waiting: int, now: datetime) -> int:
        """Let somebody come if it is time; return how many wait then."""
        at_once = must_come_at_once(waiting)
        coming = self.callers.in_menu() if self.callers is not None and not at_once else 0
        if not comes(waiting, coming, (now - self.last_came).total_seconds()):
            return waiting
        self.turn += 1
        self.last_came = now
        kind = self.luck.choices(KINDS, weights=WEIGHTS)[0]
        if kind == "call" and self.callers is not None and not at_once:
            self.callers.come(self.turn, self.luck)
            return waiting
        come = citizens.come_in if kind == "visit" else citizens.come_to_chat
        return waiting + self.attempt(come, self.turn, now, self.luck)

    def someone_gives_up(self, memos: Mapping[str, Memo], waiting: int, now: datetime) -> None:
        """Let one go whose patience has ended, as long as the list stays long enough."""
        for public_id, memo in memos.items():
            if memo.until <= now and may_give_up(waiting) and self.waits(public_id):
                self.attempt(citizens.leave_line, public_id, memo, now)
                return

    def waits(self, public_id: str) -> bool:
        """Say whether a contact is waiting."""
        with self.database.reading() as session:
            return contact_by_public_id(session, public_id).stage is Stage.WAITING

    def citizens_speak(self, memos: Mapping[str, Memo], now: datetime) -> None:
        """Let citizens answer their agents, and the pages of those who wait give their signs of life."""
        with self.database.reading() as session:
            speaking, silent = citizens.turns(session, memos, now), citizens.silent_ones(session, memos, now)
        for one in speaking:
            self.attempt(citizens.talk_back, one, now)
        if silent:
            self.attempt(citizens.stay, silent, now)

    def colleagues_work(self, memos: Mapping[str, Memo], now: datetime, in_hurry: bool = False) -> None:
        """Let the colleagues be there, talk and finish; in a hurry they only finish."""
        with self.database.reading() as session:
            there = colleagues.colleagues(session)
            late = [one.id for one in there if not in_hurry and colleagues.needs_sign(session, one, now)]
            todo = [doing for one in there for doing in colleagues.deeds(session, one, memos, now, in_hurry)]
        for agent_id in late:
            self.attempt(colleagues.come_to_work, agent_id, now)
        for doing in todo:
            self.attempt(colleagues.carry_out, doing, now)

    def colleague_takes(self, memos: Mapping[str, Memo], now: datetime) -> None:
        """Let the first colleague who is free take whom they can help."""
        with self.database.reading() as session:
            found = whom(session, colleagues.colleagues(session), memos, now)
        if found is not None:
            self.attempt(colleagues.begin, *found, now)

    def attempt(self, act: Callable[Concatenate[Session, P], object], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Do one thing in a transaction of its own; False when the program refused it."""
        try:
            with self.database.transaction() as session:
                act(session, *args, **kwargs)
        except Refusal as refusal:
            LOG.debug("the played day: %s", refusal)
            return False
        return True

    def stop(self) -> None:
        """End the played day: whoever waits goes home, the colleagues finish and leave."""
        now = self.clock()
        if self.callers is not None:
            self.callers.hang_up_those_who_wait()
        with self.database.reading() as session:
            memos = remembered(session)
            there = [one.id for one in colleagues.colleagues(session)]
        for public_id, memo in memos.items():
            if self.waits(public_id):
                self.attempt(citizens.leave_line, public_id, memo, now)
        self.colleagues_work(memos, now, in_hurry=True)
        for agent_id in there:
            self.attempt(colleagues.go_home, agent_id, now)
        self.leave()

    def leave(self) -> None:
        """Let another process play: the lines are closed and the lease is free. Whoever waits stays."""
        if self.plays:
            self.plays = False
            self.attempt(let_go, self.name, self.clock())
        self.lines.close()


def whom(session: Session, there: Sequence[Agent], memos: Mapping[str, Memo], now: datetime) -> tuple[int, str] | None:
    """Return which colleague takes whom; None when nobody is free or nobody waits whom they can help."""
    for agent in there:
        public_id = colleagues.next_for(session, agent, memos, EXCHANGE, now)
        if public_id is not None:
            return agent.id, public_id
    return None


def callers_of(app: Flask, clock: Callable[[], datetime]) -> Callers | None:
    """Return those who call; None when the telephone is a real one."""
    config: Config = app.config["HELPDESK"]
    is_real = config.twilio_account_sid or config.twilio_api_url
    return None if is_real or not config.twilio_auth_token else Callers(app, clock)


def play(app: Flask, clock: Callable[[], datetime], wait: Callable[[float], bool]) -> None:
    """Play until ``wait`` (a wait for the given seconds) says to stop. An error of the database is logged and tried again."""
    database: Database = app.extensions["helpdesk.database"]
    player = Player(database, callers_of(app, clock), clock, Random())
    while not wait(EVERY_S):
        try:
            player.tick()
        except SQLAlchemyError:
            LOG.exception("the played day stumbled; trying again")
    player.leave()
