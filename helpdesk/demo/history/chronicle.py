"""The full past, day by day: who came, what became of each of them, and every row that the program would have written."""

from collections import Counter as Tallied
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from helpdesk.clock import local
from helpdesk.contacts import events
from helpdesk.contacts.doors.rules import closing_of
from helpdesk.contacts.stages import Actor, Channel, EndedAs, Outcome, Priority, Reason
from helpdesk.counters import Counter
from helpdesk.demo.history.biography import Biographer, Life, Numbers
from helpdesk.demo.history.causes import Causes
from helpdesk.demo.history.centre import live_through, staff_of
from helpdesk.demo.history.changes import CHANGES, PLANNED, Plan, weeks_until
from helpdesk.demo.history.house import House
from helpdesk.demo.history.ledger import Ledger
from helpdesk.demo.history.outcome import Ending, ending_of
from helpdesk.demo.history.papers import Clerical, Times
from helpdesk.demo.history.season import DAILY, WEEKDAYS, expected_on
from helpdesk.demo.history.visitors import Visitor, visitors_of
from helpdesk.queue.models import PeriodKind
from helpdesk.working_days import is_working_day

STAFFED = (4, 4, 4, 3, 3)
"""How many agents work, Monday to Friday."""
LETTERS = ("A", "B", "C")
LEFT_WAITING = 3
"""How many unread messages are left waiting in the present."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much past there is: full weeks before this one, and a factor for the number of contacts."""

    weeks: int
    volume: float = 1.0


@dataclass(slots=True)
class Past:
    """What the past is made of. ``seed`` and ``now`` decide all of it."""

    house: House
    seed: int
    now: datetime
    scale: Scale
    plan: Plan
    causes: Causes
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def today(self) -> date:
        """Return the local day of the present."""
        return local(self.now).date()

    def luck(self, *of: object) -> Random:
        """Return the luck of something, the same for the same seed whatever else happens."""
        return Random(" ".join(str(one) for one in (self.seed, *of)))


def drawn_share() -> float:
    """Return the share of an ordinary week's contacts that is left to chance, beside those that changes plan."""
    return 1 - sum(change.per_week for change in CHANGES) / (DAILY * sum(WEEKDAYS))


def planned_by_day(past: Past, monday: date) -> Mapping[date, Tallied[tuple[str, Reason]]]:
    """Spread the planned contacts of a week over its working days, up to today."""
    days = [monday + n * DAY for n in range(len(WEEKDAYS))]
    days = [day for day in days if is_working_day(day) and day <= past.today]
    found: dict[date, Tallied[tuple[str, Reason]]] = defaultdict(Tallied)
    luck = past.luck("planned", monday)
    for cause, count in sorted(past.plan[monday].items()):
        for day in luck.choices(days, weights=[expected_on(day) for day in days], k=count) if days else ():
            found[day][cause] += 1
    return found


def days_lived(past: Past) -> Iterator[tuple[date, list[Visitor]]]:
    """Live through the past, a day at a time; give everybody who came that day, with what became of their wait."""
    drawing = past.causes.without(PLANNED)
    scale = past.scale.volume * drawn_share() / drawing.whole
    abilities = [clerk.abilities for clerk in past.house.clerks]
    unread: list[Visitor] = []
    for monday in weeks_until(past.today, past.scale.weeks):
        planned = planned_by_day(past, monday)
        for n in range(len(WEEKDAYS)):
            day = monday + n * DAY
            if day > past.today or not is_working_day(day):
                continue
            luck = past.luck("day", day)
            come = visitors_of(day, past.house.hours, past.causes, drawing, planned.get(day, Tallied()), scale, luck)
            desks = staff_of(day, abilities, STAFFED[n], luck)
            closes = closing_of(past.house.hours["vaxel"], day)
            unread = live_through(day, closes, [*unread, *come], desks, luck)
            yield day, come


def write_past(past: Past, ledger: Ledger, lived: Callable[[int], object]) -> None:
    """Collect the rows of every contact up to the present; ``lived`` is told how many each day brought.

    Whoever is being helped at the present moment is left out, so that nobody is found in the middle of a sentence;
    a few messages that nobody has read wait.
    """
    writer = Biographer(past.house, ledger, past.numbers)
    clerical = Clerical(past.house, ledger, writer, past.now)
    drawing = past.causes.without(PLANNED)
    known: list[tuple[Visitor, date, int]] = []
    for day, come in days_lived(past):
        known += [(one, day, n) for n, one in enumerate(come)]
        lived(len(come))
    kept = [(one, day, n) for one, day, n in known if is_over(one, past.now)]
    waits = [one for one in known if one[0].channel is Channel.MESSAGE and is_unread(one[0], past.now)]
    for one, day, n in sorted([*kept, *waits[-LEFT_WAITING:]], key=lambda found: found[0].arrived):
        luck = past.luck("contact", day, n)
        helped_later = not is_over(one, past.now)
        if helped_later:
            one.taken = one.agent = None
        life = writer.arrive(one, luck)
        if not helped_later:
            complete(life, one, writer, clerical, possible(past, one, ending_of(one, drawing, luck)), luck)
        else:
            writer.converse(life, one.arrived, luck)
        writer.finish(life, {})
    count_up(past, ledger)


def possible(past: Past, one: Visitor, ending: Ending) -> Ending:
    """Return the ending with a handover turned into a message where nobody in the department answers tasks."""
    service = one.cause.service
    answers = service is not None and past.house.offices[service.department_id].officer_id is not None
    if ending.outcome is Outcome.HANDED_OVER and not answers:
        return replace(ending, outcome=Outcome.FORWARDED)
    return ending


def is_over(one: Visitor, now: datetime) -> bool:
    """Say whether somebody has left, or been helped to the end, by the present."""
    if one.left is not None:
        return one.left <= now
    return one.taken is not None and one.taken + timedelta(seconds=one.talk_s + one.wrap_up_s) <= now


def is_unread(one: Visitor, now: datetime) -> bool:
    """Say whether a message has come and nobody has opened it."""
    return one.arrived <= now and (one.taken is None or one.taken > now)


def complete(life: Life, one: Visitor, writer: Biographer, clerical: Clerical, ending: Ending, luck: Random) -> None:
    """Write down the rest of a contact: given up, not there, handed over or helped."""
    letter = "B" if one.priority is Priority.RAISED else luck.choices(LETTERS, weights=(82, 0, 18))[0]
    is_visit = one.channel is Channel.WALK_IN
    if one.left is not None or one.taken is None:
        gone = one.left or one.arrived
        if one.channel is Channel.CHAT:
            writer.converse(life, one.arrived, luck)
        if is_visit:
            writer.ticket(life, letter, gone, (), luck)
        writer.close(life, EndedAs.LEFT if is_visit else EndedAs.ABANDONED, gone, Actor.CITIZEN, None)
        return
    writer.take(life)
    if ending.is_no_show:
        gone = one.taken + timedelta(seconds=150)
        writer.ticket(life, letter, gone, (one.taken, one.taken + timedelta(seconds=70)), luck)
        writer.assign(life, gone, "no_show", [(PeriodKind.TALK, one.taken, gone)])
        writer.close(life, EndedAs.NO_SHOW, gone, Actor.AGENT, life.clerk.account_id if life.clerk else None)
        return
    talked = one.taken + timedelta(seconds=one.talk_s)
    times = Times(talked, talked + timedelta(seconds=one.wrap_up_s // 2), talked + timedelta(seconds=one.wrap_up_s))
    handed_over = ending.outcome is Outcome.HANDED_OVER
    if is_visit:
        writer.ticket(life, letter, times.ended, (one.taken,), luck)
    if one.channel in (Channel.CHAT, Channel.MESSAGE):
        writer.converse(life, talked, luck)
    spans = conversation(life, ending, talked, luck)
    if one.channel is Channel.PHONE:
        life.by_citizen(events.LineDown, talked)
    writer.assign(
        life,
        times.ended,
        "handed_over" if handed_over else "resolved",
        [*spans, (PeriodKind.WRAP_UP, talked, times.ended)],
    )
    clerical.settle(life, ending, Times(talked, times.ended, times.ended) if handed_over else times, luck)
    if handed_over:
        clerical.hand_over(life, ending, times.ended, luck)
        return
    life.row["ended_as"] = EndedAs.HELPED
    life.by_clerk(events.Resolved, times.resolved, outcome=ending.outcome.value)
    writer.close(life, EndedAs.HELPED, times.ended, Actor.AGENT, life.clerk.account_id if life.clerk else None)
    rated = times.ended + timedelta(seconds=luck.randint(20, 240))
    if ending.grades and rated <= clerical.now:
        life.by_citizen(events.Rated, rated, **ending.grades)


def conversation(
    life: Life, ending: Ending, talked: datetime, luck: Random
) -> list[tuple[PeriodKind, datetime, datetime]]:
    """Return the stretches of a conversation: talk, and sometimes a hold in the middle."""
    taken = life.one.taken or talked
    if not ending.held:
        return [(PeriodKind.TALK, taken, talked)]
    away = taken + (talked - taken) * 0.4
    away = away.replace(microsecond=0)
    back = min(away + timedelta(seconds=luck.randint(15, 75)), talked)
    life.by_clerk(events.Held, away)
    life.by_clerk(events.Resumed, back)
    return [(PeriodKind.TALK, taken, away), (PeriodKind.HOLD, away, back), (PeriodKind.TALK, back, talked)]


def count_up(past: Past, ledger: Ledger) -> None:
    """Set the running numbers to the last ones that were used."""
    for year, value in past.numbers.contacts.items():
        ledger.attach(Counter, scope="contact", day=date(year, 1, 1), letter="K", value=value)
    for (day, letter), value in past.numbers.tickets.items():
        ledger.attach(Counter, scope=f"ticket:{past.house.site}", day=day, letter=letter, value=value)
