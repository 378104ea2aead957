"""The demo's change requests, told as stories: who asked for what, who answered, what was decided. In Swedish, invented."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.contacts.stages import Reason
from helpdesk.demo.history.changes import CASES
from helpdesk.feedback.actions import GROUP
from helpdesk.feedback.models import RequestKind, RequestState, View

R, S = Reason, RequestState
EVERY_VIEW = tuple(View)
IMPROVER = "eva"


class Does(StrEnum):
    """What happens in a step."""

    SEND = "send"
    SAY = "say"
    MOVE = "move"
    LOOK = "look"
    MERGE = "merge"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who (the first part of their address) does what, so many calendar days ago."""

    days: int
    who: str
    does: Does
    text: str | None = None
    to: RequestState | None = None
    views: tuple[View, ...] = ()
    into: str | None = None
    """The key of the request that this one is taken up in."""


@dataclass(frozen=True, slots=True)
class Story:
    """One change request from its draft on. ``change``: the delivered change (history/changes.py) that it led to."""

    key: str
    days: int
    title: str
    text: str
    lead: str
    causes: tuple[tuple[str, Reason], ...]
    steps: tuple[Step, ...] = ()
    kind: RequestKind = RequestKind.CHANGE
    change: str | None = None
    judge: str = ""
    """For a delivered one: who answered and decided for the department."""
    said: tuple[str, ...] = ()
    """For a delivered one: the lines of its thread, the department's first."""


def say(days: int, who: str, text: str) -> Step:
    """Return a line in the thread."""
    return Step(days, who, Does.SAY, text)


def move(days: int, who: str, to: RequestState, text: str | None = None) -> Step:
    """Return a move to another state."""
    return Step(days, who, Does.MOVE, text, to)


def send(days: int) -> Step:
    """Return the sending of a draft."""
    return Step(days, IMPROVER, Does.SEND)


def look(days: int, who: str, *views: View, text: str | None = None) -> Step:
    """Return a look from some of the six sides; with a text there is a risk, and that is what is done about it."""
    return Step(days, who, Does.LOOK, text, views=views)


DELIVERED = (
    Story(
        "uncertain",
        0,
        "Beställ ritning: samma namn på webben som i folkmun",
        "Den som letar efter sina ritningar söker på ”ritning” och hittar inget. Tjänsten heter något annat.",
        "bygg",
        (("bestall-ritning", R.NOT_FOUND),),
        change="uncertain",
        judge="henrik",
        said=("Vi kan byta namn utan kostnad.", "Bra. Vi mäter hur många som ändå hör av sig."),
    ),
    Story(
        "proved",
        0,
        "Ägarbyte: förklara tillträdesdag och visa ett ifyllt exempel",
        "Nya husägare ringer för att fråga vad tillträdesdag är och vem som läser av mätaren. Ett exempel skulle räcka.",
        "vatten-avfall",
        (("agarbyte-va", R.HARD_TO_UNDERSTAND), ("agarbyte-va", R.INFO_NOT_FOUND)),
        change="proved",
        judge="petra",
        said=(
            "Det här känner vi igen från vår egen telefon. Vi tar fram ett exempel.",
            "Servicecenter har provat sidan med tre besökare. Alla klarade den.",
        ),
    ),
    Story(
        "hidden_by_summer",
        0,
        "Avfallsabonnemang: logga in med BankID i stället för eget konto",
        "Kundportalen kräver ett eget konto som ingen minns. De som bara vill byta kärl ger upp och ringer.",
        "vatten-avfall",
        (("avfallsabonnemang", R.LOGIN), ("avfallsabonnemang", R.TOOL_PROBLEM)),
        kind=RequestKind.MOVE,
        change="hidden_by_summer",
        judge="petra",
        said=("Leverantören kan slå på det till sommaren.", "Tack! Vi följer upp när hösten är här."),
    ),
    Story(
        "no_effect",
        0,
        "Automatiskt kvitto när en ansökan har kommit in",
        "Den vanligaste frågan av alla är: har ni fått min ansökan, och vad händer nu? Ett kvitto borde räcka.",
        GROUP,
        tuple((slug, R.CASE_STATUS) for slug in CASES),
        change="no_effect",
        judge="koncern",
        said=(
            "Ledningsgruppen ställer sig bakom. IT-enheten inför kvitto i alla tre portalerna.",
            "Kvittot säger att ansökan kommit in, men inte när svaret kommer. Är det nog?",
        ),
    ),
    Story(
        "measuring",
        0,
        "Ekonomiskt bistånd: skriv om följebrevet på klarspråk",
        "Brevet som följer med besluten läses upp i telefon varje dag. Skriv om det tillsammans med dem som får det.",
        "ekonomiskt-bistand",
        (("ekonomiskt-bistand", R.HARD_TO_UNDERSTAND),),
        change="measuring",
        judge="bodil",
        said=("Vi har provat en ny text med fem personer.", "Den är mycket bättre. Tack för att vi fick läsa först."),
    ),
)
"""Those that were delivered; their days follow from the delivery."""

STORIES = (
    Story(
        "one_login",
        96,
        "En inloggning i stället för tre",
        "Invånarna möter tre olika inloggningar, beroende på vilken avdelning som har köpt plattformen.",
        GROUP,
        (
            ("ansok-forskola", R.LOGIN),
            ("inkomstuppgift-barnomsorg", R.LOGIN),
            ("boka-lokal", R.LOGIN),
            ("ansok-bygglov", R.LOGIN),
        ),
        (
            send(94),
            say(84, "koncern", "Frågan rör flera nämnder och tas upp av ledningsgruppen i nästa möte."),
            move(80, IMPROVER, S.ASSESSING),
            look(60, "koncern", View.ECONOMY, View.ARCHITECTURE),
            look(48, "koncern", View.SECURITY, text="Avtalet om e-legitimation måste gälla alla plattformar."),
            say(30, IMPROVER, "Nu ligger kontakterna för fyra tjänster samlade här. Vad behövs för ett beslut?"),
        ),
        kind=RequestKind.MOVE,
    ),
    Story(
        "permit_words",
        75,
        "Bygglov: förklara vad som ska bifogas",
        "De flesta frågorna gäller ritningar och skala. En lista med bilder skulle hjälpa.",
        "bygg",
        (("ansok-bygglov", R.HARD_TO_UNDERSTAND), ("ansok-bygglov", R.INFO_NOT_FOUND)),
        (
            send(74),
            say(66, "henrik", "Bra underlag. Vi har redan exempelritningar som kan läggas ut."),
            move(60, "henrik", S.ASSESSING),
            look(40, "henrik", View.LAW, View.BENEFIT),
            look(33, "henrik", View.TECHNOLOGY, text="Bilderna måste ha textbeskrivning."),
            Step(20, "maria", Does.FOLLOW),
        ),
    ),
    Story(
        "permit_status",
        70,
        "Visa var en bygglovsansökan ligger",
        "Många ringer för att höra var ansökan ligger. Egentligen undrar de vad som saknas.",
        "bygg",
        (("ansok-bygglov", R.INFO_MISSING),),
        (send(68), Step(58, IMPROVER, Does.MERGE, into="permit_words")),
    ),
    Story(
        "income",
        120,
        "Inkomstuppgift: påminnelse med länk rakt till tjänsten",
        "Brevet säger ”logga in i Skolportalen” och inget mer. Föräldrar ringer för att hitta rätt sida.",
        "forskola",
        (("inkomstuppgift-barnomsorg", R.NOT_FOUND), ("inkomstuppgift-barnomsorg", R.INFO_NOT_FOUND)),
        (
            send(118),
            say(112, "gunilla", "Vi kan lägga en länk i nästa utskick."),
            move(110, "gunilla", S.ASSESSING),
            look(100, "gunilla", *EVERY_VIEW),
            move(90, "gunilla", S.ACCEPTED),
            move(84, "gunilla", S.PLANNED),
            say(20, IMPROVER, "Nästa utskick går i januari. Får vi läsa texten innan?"),
        ),
    ),
    Story(
        "emptying",
        58,
        "Slamtömning: beställ på webben",
        "Blanketten skrivs ut, fylls i för hand och skrivs in igen hos er.",
        "vatten-avfall",
        (("slamtomning", R.PAPER_ONLY), ("slamtomning", R.NOT_FOUND)),
        (
            send(57),
            say(50, "petra", "Ja, det är dags. Vi tittar på samma lösning som för avläsning."),
            move(46, "petra", S.ASSESSING),
            look(30, "petra", View.ECONOMY, View.BENEFIT, View.LAW),
            move(
                24, "petra", S.ACCEPTED, "Arkitektur, teknik och säkerhet ses över med leverantören före planeringen."
            ),
        ),
        kind=RequestKind.NEW,
    ),
    Story(
        "benefit_online",
        140,
        "Ekonomiskt bistånd: visa vilka papper som saknas",
        "Den som har glömt en bilaga får veta det per brev efter en vecka, och ringer under tiden.",
        "ekonomiskt-bistand",
        (("ekonomiskt-bistand", R.INFO_MISSING),),
        (
            send(138),
            say(131, "bodil", "Vi vill det här också. Frågan är hur det visas utan att röja något."),
            move(130, "bodil", S.ASSESSING),
            look(110, "bodil", View.LAW, text="Visas bara efter inloggning, aldrig i mejl eller sms."),
            look(100, "bodil", *(view for view in EVERY_VIEW if view is not View.LAW)),
            move(92, "bodil", S.ACCEPTED),
            move(60, "bodil", S.PLANNED),
        ),
    ),
    Story(
        "school_choice",
        45,
        "Skolval: blankett som går att fylla i på telefonen",
        "Blanketten måste skrivas ut. Många familjer har varken dator eller skrivare.",
        "grundskola",
        (("skolval", R.PAPER_ONLY), ("skolval", R.NOT_FOUND)),
        (send(43), say(9, IMPROVER, "Kan ni ge ett första svar? Skolvalet öppnar snart.")),
        kind=RequestKind.NEW,
    ),
    Story(
        "bulky",
        27,
        "Grovavfall: boka hämtning utan att ringa",
        "Alla bokningar görs per telefon i dag.",
        "vatten-avfall",
        (("grovavfall", R.PAPER_ONLY), ("grovavfall", R.FAULT_REPORT)),
        (send(25),),
        kind=RequestKind.NEW,
    ),
    Story(
        "stove",
        9,
        "Eldstad: säg vad sotaren ska skriva under",
        "Handlingen heter något annat hos sotaren än hos oss, så den kommer in fel.",
        "bygg",
        (("anmalan-eldstad", R.HARD_TO_UNDERSTAND), ("anmalan-eldstad", R.INFO_MISSING)),
        (send(6), Step(5, "jonas", Does.FOLLOW)),
    ),
    Story(
        "drawings",
        110,
        "Gratis ritningar som nedladdning",
        "Den som vill ha sina ritningar får vänta i en vecka på något som redan är skannat.",
        "bygg",
        (("bestall-ritning", R.PAPER_ONLY), ("bestall-ritning", R.CASE_STATUS)),
        (
            send(108),
            move(100, "henrik", S.ASSESSING),
            look(90, "henrik", View.LAW, text="Ritningar kan röra skyddsobjekt och måste granskas en och en."),
            move(
                83,
                "henrik",
                S.DECLINED,
                "Varje ritning måste prövas innan den lämnas ut. Det går inte att öppna arkivet.",
            ),
        ),
    ),
    Story(
        "school_bus",
        4,
        "Skolskjuts: ansök på webben",
        "Utkast. Väntar på siffror för vårterminen.",
        "grundskola",
        (("skolskjuts", R.PAPER_ONLY), ("skolskjuts", R.HARD_TO_UNDERSTAND)),
        kind=RequestKind.NEW,
    ),
)
"""All others: one in every state, two whose first answer is overdue."""
