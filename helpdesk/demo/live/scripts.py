"""What the played citizens come about and say. Invented; they name nobody."""

from dataclasses import dataclass

from helpdesk.channels.walk_in.rules import Letter
from helpdesk.contacts.stages import Reason

R = Reason


@dataclass(frozen=True, slots=True)
class Talk:
    """A chat: what it is about, and what citizen (first) and agent say in turn."""

    topic: str
    service: str | None
    reason: Reason
    lines: tuple[str, ...]
    language: str = "sv"

    @property
    def by_citizen(self) -> tuple[str, ...]:
        """Return what the citizen says."""
        return self.lines[::2]

    @property
    def by_agent(self) -> tuple[str, ...]:
        """Return what a played colleague answers."""
        return self.lines[1::2]


@dataclass(frozen=True, slots=True)
class Errand:
    """A visit or a call: what it is about."""

    topic: str
    service: str | None
    reason: Reason
    letter: Letter = Letter.QUESTION
    language: str = "sv"
    area: str | None = None


CHATS = (
    Talk(
        "Ladda upp bilder i bygglov",
        "ansok-bygglov",
        R.TOOL_PROBLEM,
        (
            "Hej! Jag kan inte ladda upp mina ritningar från telefonen. Den säger bara ”fel”.",
            "Hej! Då hjälper jag dig. Vilket slags filer är det?",
            "Foton. Jag fotade av ritningarna hemma.",
            "Prova att spara dem som pdf först. Jag kan visa hur.",
            "Ja tack, gärna.",
            "Öppna bilden, välj Skriv ut och sedan Spara som pdf.",
            "Nu gick det! Tack så mycket.",
        ),
    ),
    Talk(
        "Förskoleplats, inget besked",
        "ansok-forskola",
        R.CASE_STATUS,
        (
            "Vi sökte plats i augusti och har inte hört någonting. Är ansökan framme?",
            "Hej! Jag ser efter hur det ligger till.",
            "Tack. Vi börjar jobba i januari båda två.",
            "Den är framme och ni står i kö. Besked ska komma inom fyra månader från ert önskade datum.",
            "Okej. Går det att se någonstans var i kön man är?",
            "Inte än, tyvärr. Jag skickar det vidare som ett önskemål.",
            "Bra, tack för hjälpen!",
        ),
    ),
    Talk(
        "Byta sopkärl",
        "avfallsabonnemang",
        R.LOGIN,
        (
            "Hur loggar jag in för att byta till ett mindre sopkärl? Jag har inget konto.",
            "Hej! Du skapar ett konto i kundportalen första gången. Har du en faktura framme?",
            "Ja, den har jag.",
            "Kundnumret uppe till höger behövs när du skapar kontot.",
            "Aha. Hade varit enklare med BankID.",
            "Det håller vi med om, det är på gång.",
            "Nu fick jag det att fungera. Tack!",
        ),
    ),
    Talk(
        "Skolskjuts blankett",
        "skolskjuts",
        R.PAPER_ONLY,
        (
            "Måste man skriva ut blanketten för skolskjuts? Vi har ingen skrivare hemma.",
            "Ja, än så länge. Jag kan posta den till dig, eller så finns den här i servicecenter.",
            "Kan jag komma in i dag?",
            "Absolut, vi har öppet till fem.",
            "Perfekt, då gör jag det.",
        ),
    ),
    Talk(
        "Parkeringstillstånd",
        "parkeringstillstand",
        R.NEW_NEED,
        (
            "Hej, min pappa behöver parkeringstillstånd. Kan jag söka åt honom?",
            "Hej! Ja, med en fullmakt. Det behövs också ett intyg från läkare.",
            "Hur gammalt får intyget vara?",
            "Högst sex månader.",
            "Tack, då vet jag.",
        ),
    ),
    Talk(
        "Faktura två gånger",
        "anstand-faktura",
        R.INFO_WRONG,
        (
            "Jag har fått samma faktura två gånger. Ska jag betala båda?",
            "Nej, betala bara en. Är det samma fakturanummer på båda?",
            "Nej, olika nummer men samma belopp.",
            "Då ber jag ekonomienheten titta på det och höra av sig.",
            "Okej, bra.",
        ),
    ),
    Talk(
        "Hemtjänst till mamma",
        "ansok-hemtjanst",
        R.HARD_TO_UNDERSTAND,
        (
            "Vi har fått ett beslut om hemtjänst men förstår inte vad ”insats beviljas i del” betyder.",
            "Hej! Det betyder att ni fått en del av det ni sökte.",
            "Vilken del då?",
            "Det ska stå under rubriken Bedömning. Vill du att handläggaren ringer upp?",
            "Ja tack, helst på förmiddagen.",
            "Det ordnar jag.",
            "Tack snälla.",
        ),
    ),
    Talk(
        "Rent a hall",
        "boka-lokal",
        R.NEW_NEED,
        (
            "Hi! I want to book a sports hall for our club on Saturdays. Where do I start?",
            "Hello! You book it on our web site. I will send you the link.",
            "Do we need to be registered first?",
            "Yes, the association has to be in our register. It takes a few days.",
            "Okay, thank you!",
        ),
        language="en",
    ),
    Talk(
        "Rakennuslupa",
        "ansok-bygglov",
        R.NEW_NEED,
        (
            "Hei! Tarvitsenko luvan pieneen varastoon?",
            "Hei! Kuinka suuri varasto on?",
            "Noin 12 neliötä.",
            "Silloin lupaa ei yleensä tarvita. Tarkistan vielä paikan.",
            "Kiitos!",
        ),
        language="fi",
    ),
    Talk(
        "Lampa som inte lyser",
        "felanmalan-gata",
        R.FAULT_REPORT,
        (
            "Gatlampan utanför förskolan har varit släckt i två veckor.",
            "Tack för att du hör av dig. Vet du vilket nummer det står på stolpen?",
            "Nej, men det är den närmast grinden.",
            "Då vet jag. Felanmälan är gjord.",
            "Toppen.",
        ),
    ),
    Talk(
        "Anmäla kamin",
        "anmalan-eldstad",
        R.INFO_NOT_FOUND,
        (
            "Behöver jag anmäla om jag byter kamin mot en likadan?",
            "Hej! Nej, inte om rökkanalen är kvar som den är.",
            "Var står det? Jag hittar det inte på sidan.",
            "Det borde stå där. Jag skickar artikeln, och säger till dem som skriver sidan.",
            "Tack!",
        ),
    ),
    Talk(
        "Modersmål",
        "modersmal",
        R.NOT_FOUND,
        (
            "Var ansöker man om modersmålsundervisning? Jag hittar det inte.",
            "Hej! Det ligger i Skolportalen under Ansökningar. Här är länken.",
            "Nu ser jag. Tack!",
        ),
    ),
)
"""Those who chat."""

VISITS = (
    Errand("Hjälp att fylla i blankett", "skolskjuts", R.PAPER_ONLY, Letter.HELP),
    Errand("Fråga om bygglov", "ansok-bygglov", R.NEW_NEED),
    Errand("Hjälp med BankID", "inkomstuppgift-barnomsorg", R.LOGIN, Letter.HELP),
    Errand("Hämta handlingar", "begar-handling", R.NEW_NEED),
    Errand("Färdtjänst", "ansok-fardtjanst", R.HARD_TO_UNDERSTAND),
    Errand("Help with a form", "sfi-ansokan", R.HARD_TO_UNDERSTAND, Letter.HELP, "en"),
    Errand("Betala en faktura", "anstand-faktura", R.NEW_NEED),
    Errand("Synpunkt", "synpunkter", R.COMPLAINT),
)
"""Those who walk in."""

CALLS = (
    Errand("11", "autogiro", R.NEW_NEED),
    Errand("12", "ansok-bygglov", R.CASE_STATUS),
    Errand("13", "ansok-fardtjanst", R.CASE_STATUS),
    Errand("14", "ansok-forskola", R.CASE_STATUS),
    Errand("11", "felanmalan-gata", R.FAULT_REPORT),
    Errand("12", "avfallsabonnemang", R.LOGIN),
    Errand("14", "skolskjuts", R.PAPER_ONLY),
    Errand("31", None, R.NEW_NEED, language="en"),
)
"""Those who call: the keys that they press (language, area), and what it is about."""
