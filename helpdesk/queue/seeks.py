"""Who heads each lane, and who was passed over: one index seek a lane, in statements that stay the same.

They are written out, because the number of lanes differs from take to take: a statement put together anew each time
costs more than everything else that a take does. SQLite has no LATERAL, PostgreSQL no cheap IN with a LIMIT.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, bindparam, exists, select, text
from sqlalchemy.orm import Session

from helpdesk.contacts.models import Contact
from helpdesk.contacts.stages import Stage
from helpdesk.queue.models import Lane
from helpdesk.queue.rules import LaneView, Waiting
from knowledge.base import UtcDateTime

PASSED_OVER_SHOWN = 5
COUNT_AT_MOST = 200
"""A count behind *why this one?* stops here, so that its cost does not grow with the queue."""

HERE = "w.stage = 'waiting' AND w.lane_id = l.value"
FIRST = "ORDER BY w.due_at, w.id LIMIT :depth"
AHEAD = "(w.due_at, w.id) < (:due_at, :id)"
READY = "w.ready_at <= :now"
LANES_IN = {"sqlite": "json_each(:lanes) AS l", "postgresql": "unnest(CAST(:lanes AS integer[])) AS l(value)"}


def statement(dialect: str, which: str) -> TextClause:
    """Return what seeks the first contacts of each lane that are ``which``."""
    seek = f"FROM contact AS w WHERE {HERE} AND {which} {FIRST}"
    lanes = LANES_IN[dialect]
    fields = "c.id, c.lane_id, c.channel, c.due_at, c.public_id, c.ready_at"
    if dialect == "sqlite":
        written = f"SELECT {fields} FROM {lanes} CROSS JOIN contact AS c ON c.id IN (SELECT w.id {seek})"
    else:
        written = f"SELECT {fields} FROM {lanes} CROSS JOIN LATERAL (SELECT w.* {seek}) AS c"
    return moments(written).columns(  # type: ignore[return-value]
        Contact.id, Contact.lane_id, Contact.channel, Contact.due_at, Contact.public_id, Contact.ready_at
    )


def moments(written: str) -> TextClause:
    """Return a statement whose moments are stored as everywhere else."""
    names = [name for name in ("now", "due_at") if f":{name}" in written]
    return text(written).bindparams(*(bindparam(name, type_=UtcDateTime()) for name in names))


HEADS = {dialect: statement(dialect, READY) for dialect in LANES_IN}
EARLIEST = {dialect: statement(dialect, AHEAD) for dialect in LANES_IN}


def counting(dialect: str, at_most: int) -> TextClause:
    """Return what counts, in each lane, those who are ahead of somebody; no further than ``at_most``."""
    some = f"SELECT 1 FROM contact AS w WHERE {HERE} AND {AHEAD} LIMIT {at_most}"
    return moments(f"SELECT l.value AS lane_id, (SELECT count(*) FROM ({some}) AS ahead) AS n FROM {LANES_IN[dialect]}")


COUNTS = {dialect: counting(dialect, COUNT_AT_MOST) for dialect in LANES_IN}


def dialect_and_lanes(session: Session, lane_ids: Collection[int]) -> tuple[str, Any]:
    """Return the database's kind and the lanes as it takes them."""
    dialect = session.get_bind().dialect.name
    return dialect, json.dumps(sorted(lane_ids)) if dialect == "sqlite" else sorted(lane_ids)


def lanes(session: Session) -> list[LaneView]:
    """Return every lane in which somebody waits. A small table: one row a door and set of needs."""
    somebody = exists().where(Contact.stage == Stage.WAITING, Contact.lane_id == Lane.id)
    return [
        LaneView(row.id, row.channel, frozenset(row.needs.split()))
        for row in session.execute(select(Lane.id, Lane.channel, Lane.needs).where(somebody).order_by(Lane.id))
    ]


def heads(session: Session, lane_ids: Collection[int], now: datetime, depth: int) -> list[Waiting]:
    """Return the first ``depth`` ready contacts of each lane."""
    if not lane_ids:
        return []
    dialect, given = dialect_and_lanes(session, lane_ids)
    rows = session.execute(HEADS[dialect], {"lanes": given, "now": now, "depth": depth})
    return [Waiting(row.id, row.lane_id, row.channel, row.due_at) for row in rows]


@dataclass(frozen=True, slots=True)
class Passed:
    """Contacts of one lane with an earlier promise that the agent was not given, and why not."""

    lane_id: int
    reason: str


def passed_over(session: Session, passed: Sequence[Passed], before: Waiting, now: datetime) -> dict[str, Any]:
    """Return the five earliest who were passed over for ``before``, with the reason, and how many more per reason.

    A lane has one reason at a time: whatever keeps its first from an agent keeps the later ones too.
    """
    reasons = {lane.lane_id: lane.reason for lane in passed}
    dialect, given = dialect_and_lanes(session, reasons)
    place = {"due_at": before.due_at, "id": before.id}
    asked = place | {"lanes": given, "depth": PASSED_OVER_SHOWN}
    earliest = sorted(session.execute(EARLIEST[dialect], asked), key=lambda row: (row.due_at, row.id))
    in_lane = Counter(row.lane_id for row in earliest)
    if more := [lane_id for lane_id, count in in_lane.items() if count == PASSED_OVER_SHOWN]:
        _dialect, given = dialect_and_lanes(session, more)
        in_lane.update(
            {
                row.lane_id: row.n - PASSED_OVER_SHOWN
                for row in session.execute(COUNTS[dialect], place | {"lanes": given})
            }
        )
    counts: Counter[str] = Counter()
    for lane_id, count in in_lane.items():
        counts[reasons[lane_id]] += count
    shown = earliest[:PASSED_OVER_SHOWN]
    counts.subtract(reasons[row.lane_id] for row in shown)
    return {
        "passed_over": [
            {"contact": row.public_id, "reason": "not_ready" if row.ready_at > now else reasons[row.lane_id]}
            for row in shown
        ],
        "more": {reason: count for reason, count in sorted(counts.items()) if count > 0},
    }
