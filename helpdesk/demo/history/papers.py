"""What a contact of the past leaves behind: errands, digital help, flags, notes, tasks for departments, what was looked up."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from helpdesk.clock import local
from helpdesk.contacts import events
from helpdesk.contacts.models import Errand, ErrandAssistance, KnowledgeLink, Note
from helpdesk.contacts.stages import Actor, EndedAs, Exclusion, Outcome, Stage
from helpdesk.demo.history.biography import Biographer, Life, new_key
from helpdesk.demo.history.house import House, Office
from helpdesk.demo.history.ledger import Ledger
from helpdesk.demo.history.outcome import Ending, ErrandLived
from helpdesk.demo.history.words import NOTES, QUOTES, REPLIES, task_for
from helpdesk.feedback.models import PainPoint, QuoteState
from helpdesk.resolution.models import Basis, Handover, HandoverReply
from helpdesk.working_days import moment_on, working_day_after

ANSWER_DAYS = 2
END_OF_DAY = time(16)
ANSWERED, ANSWERED_LATELY = 0.98, 0.4
"""The share of tasks that a department answers sooner or later, and of the latest ones so far."""
LATELY = timedelta(days=6)
NOTED = 0.1
LOOKED_UP = 0.45
QUOTES_JUDGED_AFTER = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Times:
    """When things happened to a contact that was helped: end of talk, when it was said what came of it, and the end."""

    talked: datetime
    resolved: datetime
    ended: datetime

    def seconds(self, taken: datetime) -> int:
        """Return the measured time: talk, hold and wrap-up."""
        return round((self.ended - taken).total_seconds())


class Clerical:
    """Writes down what comes of contacts. ``now``: the present of the past, after which nothing happens."""

    def __init__(self, house: House, ledger: Ledger, writer: Biographer, now: datetime) -> None:
        self.house, self.ledger, self.writer, self.now = house, ledger, writer, now

    def settle(self, life: Life, ending: Ending, times: Times, luck: Random) -> None:
        """Write down the errands of a contact with everything that hangs on them."""
        total = times.seconds(life.one.taken or times.talked)
        share, rest = divmod(total, len(ending.errands))
        errand_ids = []
        for n, lived in enumerate(ending.errands, start=1):
            seconds = share + (1 if n <= rest else 0)
            errand_ids.append(self.errand(life, n, lived, ending.outcome, seconds, times.resolved, luck))
        first = ending.errands[0]
        service = first.cause.service
        life.row["outcome"] = ending.outcome
        life.row["is_repeat"] = any(one.is_repeat for one in ending.errands)
        if service is not None and service.secrecy:
            life.row |= {
                "secrecy": True,
                "authority_id": service.authority_id,
                "department_id": service.department_id,
            }
        if ending.flagged:
            self.flag(life, errand_ids[0], first, ending.quoted, times.talked, luck)
        if luck.random() < NOTED and not life.row["secrecy"]:
            self.note(life, luck.choice(NOTES), times.resolved, False, luck)
        self.look_up(life, times.talked, luck)

    def errand(
        self, life: Life, n: int, lived: ErrandLived, outcome: Outcome, seconds: int, at: datetime, luck: Random
    ) -> int:
        """Write one errand down and return its id."""
        service, home = lived.cause.service, self.house.home
        errand_id = self.ledger.add(
            Errand,
            public_id=new_key(luck),
            contact_id=life.id,
            n=n,
            service_id=service.id if service else None,
            topic=service.title if service else life.row["topic"],
            reason=lived.reason,
            outcome=outcome,
            exclusion=lived.exclusion,
            seconds=seconds,
            is_repeat=lived.is_repeat,
            authority_id=service.authority_id if service else home.authority_id,
            department_id=service.department_id if service else home.id,
            secrecy=service.secrecy if service else False,
            closed_at=at,
        )
        for kind in lived.helps:
            self.ledger.attach(ErrandAssistance, errand_id=errand_id, kind=kind, seconds=round(seconds * 0.6))
        return errand_id

    def flag(self, life: Life, errand_id: int, lived: ErrandLived, quoted: bool, at: datetime, luck: Random) -> None:
        """Write down that the agent flagged what hurt, often with a quote, which an improver has judged after some days."""
        if lived.reason is None or life.clerk is None:
            return
        quote = luck.choice(QUOTES[lived.reason]) if quoted and lived.reason in QUOTES else None
        judged = quote is not None and at < self.now - QUOTES_JUDGED_AFTER
        state = QuoteState.PROPOSED
        if judged:
            state = QuoteState.REFUSED if luck.random() < 0.12 else QuoteState.APPROVED
        public_id = new_key(luck)
        self.ledger.add(
            PainPoint,
            public_id=public_id,
            errand_id=errand_id,
            account_id=life.clerk.account_id,
            service_id=lived.cause.service.id if lived.cause.service else None,
            reason=lived.reason,
            exclusion=lived.exclusion or (Exclusion.NO_EID if luck.random() < 0.1 else None),
            is_repeat=lived.is_repeat,
            quote=quote,
            quote_state=state,
            wants_to_know=luck.random() < 0.7,
            at=at,
        )
        life.by_clerk(events.Flagged, at, pain_point=public_id)

    def note(self, life: Life, text: str, at: datetime, is_official: bool, luck: Random) -> None:
        """Write a note by the contact's agent."""
        if life.clerk is None:
            return
        public_id = new_key(luck)
        self.ledger.add(
            Note,
            public_id=public_id,
            contact_id=life.id,
            account_id=life.clerk.account_id,
            text=text,
            at=at,
            authority_id=life.row["authority_id"],
            secrecy=life.row["secrecy"],
            is_official=is_official,
            locked_at=at if is_official else None,
        )
        life.by_clerk(events.Noted, at, note=public_id)

    def look_up(self, life: Life, at: datetime, luck: Random) -> None:
        """Remember which service or article was used, for many contacts that were about one."""
        service, clerk = life.one.cause.service, life.clerk
        if service is None or clerk is None or luck.random() >= LOOKED_UP:
            return
        article = self.house.articles.get(service.id) if luck.random() < 0.4 else None
        was_sent = luck.random() < 0.4
        self.ledger.add(
            KnowledgeLink,
            contact_id=life.id,
            service_id=None if article else service.id,
            revision_id=article[0] if article else None,
            account_id=clerk.account_id,
            was_sent=was_sent,
            at=at,
        )
        life.by_clerk(events.KnowledgeUsed, at, item=article[1] if article else service.slug, was_sent=was_sent)

    def hand_over(self, life: Life, ending: Ending, at: datetime, luck: Random) -> None:
        """Give the service's department a task; mostly it has answered by now."""
        service, clerk = life.one.cause.service, life.clerk
        if service is None or clerk is None:
            raise ValueError("a handover goes to the department of a service")
        office = self.house.offices[service.department_id]
        task = f"{service.title}. {task_for(ending.errands[0].reason, luck.randint(0, 5))}"
        self.note(life, task, at, True, luck)
        day = working_day_after(local(at).date(), ANSWER_DAYS)
        answered = self.answer_time(office, at, luck)
        public_id = new_key(luck)
        handover_id = self.ledger.add(
            Handover,
            public_id=public_id,
            contact_id=life.id,
            errand_id=None,
            department_id=office.id,
            authority_id=office.authority_id,
            from_authority_id=self.house.home.authority_id,
            secrecy=office.secrecy,
            basis=Basis.CONSENT if office.secrecy else luck.choice((Basis.NO_SECRET, Basis.NECESSARY)),
            text=task,
            account_id=clerk.account_id,
            at=at,
            due_day=day,
            due_at=moment_on(day, END_OF_DAY),
            register_number=None,
            answered_at=answered,
        )
        life.row |= {
            "stage": Stage.HANDED_OVER,
            "ended_as": EndedAs.HANDED_OVER,
            "authority_id": office.authority_id,
            "department_id": office.id,
            "secrecy": life.row["secrecy"] or office.secrecy,
        }
        life.by_clerk(events.HandedOver, at, handover=public_id, department=office.slug)
        if answered is not None and office.officer_id is not None:
            self.ledger.add(
                HandoverReply,
                public_id=new_key(luck),
                handover_id=handover_id,
                account_id=office.officer_id,
                text=luck.choice(REPLIES),
                at=answered,
            )
            life.tell(events.HandoverAnswered, answered, Actor.OFFICER, office.officer_id, handover=public_id)
            self.writer.close(life, EndedAs.HANDED_OVER, answered, Actor.OFFICER, office.officer_id)

    def answer_time(self, office: Office, at: datetime, luck: Random) -> datetime | None:
        """Return when a department answers a task: mostly in time, sometimes late, sometimes not yet."""
        late = luck.choices((0, 1, 2, 3, 6), weights=(30, 34, 16, 12, 8))[0]
        minutes = luck.randint(0, 7 * 60)
        share = ANSWERED if at < self.now - LATELY else ANSWERED_LATELY
        if office.officer_id is None or luck.random() >= share:
            return None
        day = working_day_after(local(at).date(), late)
        moment = moment_on(day, time(8)) + timedelta(minutes=minutes)
        if moment <= at:
            moment = at + timedelta(minutes=20 + minutes // 10)
        return moment if moment <= self.now else None
