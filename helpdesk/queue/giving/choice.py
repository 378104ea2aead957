"""What one agent may be given at a moment, and why others with an earlier promise were passed over."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.contacts.stages import Channel
from helpdesk.queue.giving.queries import levers, picture, promised_since
from helpdesk.queue.giving.rules import Colleague, Picture, Standing, held_back
from helpdesk.queue.models import Agent
from helpdesk.queue.queries import Burden, costs, first_hand_of, taker
from helpdesk.queue.rules import LaneView, Waiting, rule_of, why_not
from helpdesk.queue.seeks import Passed, lanes, passed_over
from helpdesk.settings import settings


class Choice:
    """The lanes that are open to an agent, by what they can and by the preferences.

    ``earlier``: by how much the lanes of a need that they have *first hand* count as due before their promises. Whether
    a chat is kept for a colleague is only looked at when a chat comes up and the agent has none: the picture of
    everybody at work costs three statements. Chats are kept for colleagues only where the program offers them to those:
    where agents take by themselves, whoever asks is given the chat.
    """

    def __init__(self, session: Session, agent: Agent, burden: Burden, now: datetime) -> None:
        self._session, self._now = session, now
        self._view = taker(session, agent, burden)
        self._own = Colleague(agent.id, self._view, burden.chats, agent.load == 0)
        self._picture: Picture | None = None
        self._has_preferences = settings(session).is_on("queue.offers")
        self.costs = costs(session)
        self._lanes: dict[int, LaneView] = {}
        self._passed: dict[int, str] = {}
        self.open_lanes: set[int] = set()
        for lane in lanes(session):
            self._lanes[lane.id] = lane
            reason = why_not(lane, self._view, self.costs)
            if reason is None:
                self.open_lanes.add(lane.id)
                reason = "letter" if lane.channel is Channel.MESSAGE else "being_taken"
            self._passed[lane.id] = reason
        self.earlier: dict[int, timedelta] = {}
        if first_hand := first_hand_of(session, agent.id):
            lead = levers(session).first_hand
            own = (lane for lane in self._lanes.values() if not lane.needs.isdisjoint(first_hand))
            self.earlier = {lane.id: lead for lane in own if lane.id in self.open_lanes}

    def may_have(self, head: Waiting) -> bool:
        """Say whether no preference keeps a contact for others; a lane whose first is kept is closed for this choice."""
        if head.lane_id not in self.open_lanes:
            return False
        if head.channel is not Channel.CHAT or self._own.chats > 0 or not self._has_preferences:
            return True
        if self._picture is None:
            self._picture = picture(self._session, self._now)
        since = promised_since(self._session, [head.id]).get(head.id, head.due_at)
        reason = held_back(Standing(head, self._lanes[head.lane_id], since), self._own, self._picture, self._now)
        if reason is not None:
            self.open_lanes.discard(head.lane_id)
            self._passed[head.lane_id] = reason
        return reason is None

    def why_closed(self, lane_id: int) -> str | None:
        """Say why the agent cannot be given contacts of a lane in which somebody waits; None when they can."""
        return None if lane_id in self.open_lanes else self._passed.get(lane_id)

    def why(self, chosen: Waiting) -> dict[str, Any]:
        """Return why the agent was given a contact: the rule, their abilities, and who was passed over."""
        is_first_hand = chosen.lane_id in self.earlier
        passed = [
            Passed(lane_id, "first_hand" if is_first_hand and reason == "being_taken" else reason)
            for lane_id, reason in self._passed.items()
        ]
        return {
            "rule": rule_of(chosen, self._now, self.earlier),
            "abilities": sorted(self._view.abilities),
            **passed_over(self._session, passed, chosen, self._now),
        }
