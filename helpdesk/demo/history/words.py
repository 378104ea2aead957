"""What people say in the demo: topics, chats, notes, quotes, handovers and answers. Invented, in Swedish, naming nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.contacts.stages import Author, Reason

R = Reason
C, A = Author.CITIZEN, Author.AGENT


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat; ``{service}`` stands for what it is about."""

    author: Author
    text: str


def chat(*lines: str) -> tuple[Line, ...]:
    """Return a chat in which citizen and agent take turns, the citizen first."""
    return tuple(Line(C if n % 2 == 0 else A, text) for n, text in enumerate(lines))


TOPICS = (
    "Vill tala med rätt handläggare",
    "Vem ansvarar för vad",
    "Öppettider i servicecenter",
    "Fråga om en faktura",
    "Har fått ett brev",
    "Söker en anställd",
)
"""What those come about who come about no service."""

CHATS: Mapping[Reason, tuple[tuple[Line, ...], ...]] = {
    R.LOGIN: (
        chat(
            "Hej! Jag kommer inte in i e-tjänsten, {service}. Den bara snurrar när jag loggar in.",
            "Hej! Då tittar vi på det. Vilken sida står du på när det stannar?",
            "Den där man väljer e-legitimation.",
            "Prova att öppna sidan i ett nytt fönster och välj e-legitimation igen. Går det bättre?",
            "Ja nu! Tack för hjälpen.",
            "Vad bra! Hör av dig om det strular igen.",
        ),
        chat(
            "Jag har inget BankID. Kan jag ansöka ändå? Det gäller {service}.",
            "Ja, det går. Det finns en blankett på papper, eller så fyller vi i den tillsammans här i servicecenter.",
            "Då kommer jag in i morgon.",
            "Bra, välkommen. Vi har öppet från halv åtta.",
        ),
    ),
    R.CASE_STATUS: (
        chat(
            "Jag skickade in min ansökan för fem veckor sedan och har inte hört något. {service}.",
            "Hej! Jag kan se om den är registrerad. Ett ögonblick.",
            "Tack.",
            "Den har kommit in och väntar på handläggning. Du får ett brev med namnet på handläggaren.",
            "Ungefär när?",
            "Det brukar ta sex till åtta veckor. Jag ber avdelningen höra av sig till dig.",
        ),
        chat(
            "Hur vet jag om ni har fått min blankett? {service}",
            "Du ska få ett bevis när den är registrerad. När skickade du den?",
            "För två veckor sedan med post.",
            "Då borde den vara framme. Jag lämnar frågan till avdelningen, så återkommer de.",
        ),
    ),
    R.PAPER_ONLY: (
        chat(
            "Måste jag skriva ut blanketten? Jag har ingen skrivare. {service}",
            "Tyvärr går den inte att skicka in digitalt än. Du kan hämta den i servicecenter, eller så postar vi den.",
            "Kan ni posta den?",
            "Det gör vi i dag. Svarskuvert följer med.",
        ),
    ),
    R.NOT_FOUND: (
        chat(
            "Hej, jag letar efter {service} men hittar inget på hemsidan.",
            "Hej! Den ligger under e-tjänster och blanketter. Jag skickar länken.",
            "Nu ser jag den, tack!",
            "Så bra. Ha en fin dag!",
        ),
    ),
    R.HARD_TO_UNDERSTAND: (
        chat(
            "Jag förstår inte vad jag ska skriva i punkt 4. {service}",
            "Det är många som undrar över den. Där ska du skriva vem som äger fastigheten.",
            "Varför står det inte så?",
            "Det har du rätt i. Jag skickar det vidare som ett förslag.",
            "Tack!",
        ),
        chat(
            "Vad betyder beslutet jag fick? Det är så krångligt skrivet. {service}",
            "Jag kan förklara i stora drag. Vilket stycke gäller det?",
            "Det om villkoren.",
            "Det betyder att du behöver lämna in en ritning till innan du får börja.",
            "Okej, då förstår jag.",
        ),
    ),
    R.INFO_NOT_FOUND: (
        chat(
            "Vad kostar det? {service}",
            "Det beror på omfattningen. Jag skickar sidan med avgifterna.",
            "Perfekt, tack.",
        ),
    ),
    R.NO_ANSWER: (
        chat(
            "Jag har mejlat avdelningen två gånger utan svar. Det gäller {service}.",
            "Det var tråkigt att höra. Jag skriver en uppgift till dem nu, med svar senast i övermorgon.",
            "Bra, hoppas det händer något då.",
        ),
    ),
    R.NEW_NEED: (
        chat(
            "Hej! Hur gör jag för {service}?",
            "Hej! Du ansöker på vår webbplats. Jag skickar länken här.",
            "Tack så mycket!",
            "Varsågod. Fråga gärna igen om något är oklart.",
        ),
        chat(
            "Vem kan söka {service}?",
            "Alla som är folkbokförda här. Vill du att jag förklarar hur det går till?",
            "Nej det räcker så, tack.",
        ),
    ),
}
"""Chats by reason; whatever else somebody comes about is talked through as a first question."""

OTHER_LANGUAGES: Mapping[str, tuple[Line, ...]] = {
    "fi": chat(
        "Hei! Miten haen tätä palvelua? {service}",
        "Hei! Voit hakea verkossa. Lähetän linkin tähän.",
        "Kiitos paljon!",
    ),
    "en": chat(
        "Hello! Can I apply in English? {service}",
        "Hello! The form is in Swedish, but I can go through it with you here.",
        "That would be great, thank you.",
        "You are welcome. Start with your address at the top.",
    ),
}

QUOTES: Mapping[Reason, tuple[str, ...]] = {
    R.LOGIN: (
        "Jag har tre olika inloggningar till samma kommun och vet aldrig vilken som gäller.",
        "Min mamma har inget BankID. Hur ska hon göra?",
        "Den loggar ut mig mitt i och allt jag skrev är borta.",
    ),
    R.TOOL_PROBLEM: (
        "Det går inte att bifoga bilder från telefonen.",
        "Jag tryckte på skicka och fick bara en vit sida.",
    ),
    R.PAPER_ONLY: (
        "Varför ska jag skriva ut en blankett 2026?",
        "Jag har ingen skrivare, så jag fick åka till biblioteket först.",
    ),
    R.NOT_FOUND: (
        "Jag letade i en halvtimme och gav upp.",
        "Den ligger under ett namn som ingen människa använder.",
    ),
    R.HARD_TO_UNDERSTAND: (
        "Det står tillträdesdag. Vad betyder det?",
        "Jag fick ringa för att förstå vad jag skulle skriva i rutan.",
        "Man måste vara jurist för att läsa det där brevet.",
    ),
    R.CASE_STATUS: (
        "Det är tystnaden som är värst. Säg bara att ni har fått den.",
        "Jag ringer varje måndag bara för att höra om det har hänt något.",
    ),
    R.INFO_NOT_FOUND: ("Priset står ingenstans.",),
    R.NO_ANSWER: ("De lovade ringa upp. Det var tre veckor sedan.",),
}
"""What citizens said that hurt, by reason."""

NOTES = (
    "Har fått länk till tjänsten.",
    "Förklarat hur ansökan går till. Nöjd.",
    "Vill helst bli kontaktad på förmiddagen.",
    "Återkommer med kompletterande handlingar.",
    "Hänvisad till bokningen för ett besök.",
    "Undrade också över öppettiderna.",
)

TASKS: Mapping[Reason, tuple[str, ...]] = {
    R.CASE_STATUS: (
        "Undrar var ärendet ligger och vem som handlägger. Lovad besked från er.",
        "Har väntat längre än den utlovade tiden. Vill veta när beslut kan väntas.",
    ),
    R.NO_ANSWER: ("Har hört av sig flera gånger utan svar. Ska kontaktas av er.",),
    R.FAULT_REPORT: ("Felanmälan: platsen beskriven i anteckningen. Bör åtgärdas före helgen.",),
    R.COMPLAINT: ("Framför ett klagomål på bemötande och handläggningstid. Vill ha svar.",),
}
TASK = "Frågan kräver bedömning hos er. Återkoppla till den som frågar."
REPLIES = (
    "Vi har ringt upp. Ärendet är klart.",
    "Ärendet är fördelat. Besked kommer inom två veckor.",
    "Brev med beslut gick i går.",
    "Komplettering begärd, annars är allt i ordning.",
    "Åtgärdat i dag.",
)


def chat_about(reason: Reason | None, language: str, turn: int) -> tuple[Line, ...]:
    """Return a chat that fits a reason and a language; ``turn`` chooses among several."""
    if language in OTHER_LANGUAGES:
        return OTHER_LANGUAGES[language]
    found = CHATS.get(reason or R.NEW_NEED, CHATS[R.NEW_NEED])
    return found[turn % len(found)]


def task_for(reason: Reason | None, turn: int) -> str:
    """Return what a department is asked to do."""
    found = TASKS.get(reason, ()) if reason is not None else ()
    return found[turn % len(found)] if found else TASK
