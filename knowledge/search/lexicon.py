"""Small words of the three languages that carry no topic: grammar, and what people say around their question.

General language only. The municipality's own and everyday words come from the catalogue.
"""

_SWEDISH = """
alla allt alltid alltså andra annan annat att av bara beror bli blir blivit brukar både bör da de den denna dem dess
dessa det detta dig din dina dit ditt dock du där därför då efter ej eller emot en ens er era ert ett fast fler flera
fram fyra får för före förra från gen genom ger ges gör göra ha hade han hans har hel hela helst henne hennes hit hon
honom hos hur här i ibland icke igen in inne innan inte ja jag jo ju kan kanske knappt kunna kunde kunnat lite liten
litet lär man mej med medan mellan men mer mera mest mig min mina mitt mot mycket många måste nej ni någon något
några nån nåt när nästan och också om oss på redan samma samt sedan sej sen si sig sin sina sitt själv ska skall
skulle som så sådan sådana sån ta till tills trots tror två under upp ur ut utan vad var vara varför varit varje vars
vart vem vems verkligen vi vid vidare vilka vilken vilket vill våra vårt vår väl är än ännu även åt över typ liksom
utanför innanför ovanför framför bakom bredvid nära bort borta ihop fram väldigt jätte ganska riktigt ungefär sådär
få komma kommer kom kommit stå står stod stått ta tar tog tagit sätta sätter låta låter bör borde haft hitta hittar
en ett två tre fyra fem sex sju åtta nio tio tjugo första andra tredje idag igår imorgon nu sist senast
"""
_SWEDISH_FRAME = """
hej hejsan hallå tjena god morgon goddag tack snälla ursäkta fråga frågor fråga undrar undrade undra funderar fundera
funderade vet veta visste gärna behöver behöv behövde behövs vill ville velat ringer ringde ringa prata pratar tala
talar hjälp hjälpa hjälper säga säger sa sade sagt heter kommun kommunen kommunens ni er dom hör höra tänkte tänker
tänkt försöker försökt försökte problem gäller gällde saken tycker tyckte vänder vända ordna ordnar fixa fixar göra
finns fanns finnas nåt nånstans någonstans möjligt möjlighet går gå gick gått vänlig vänligen information info
""".replace(" gick gått", "")
_ENGLISH = """
a about after all am an and any are as at be because been before being both but by can cannot could did do does doing
for from had has have having he her here him his how i if in into is it its just me more most my no nor not now of off
on once only or other our out over own same she should so some such than that the their them then there these they
this those through to too under until up very was we were what when where which while who whom why will with would
you your yours
"""
_ENGLISH_FRAME = """
hi hello hey please thanks thank question wonder wondering know want wanted need needs like get got help ask asking
tell find municipality someone somebody something
"""
_FINNISH = """
ei eikä emme en että hän ja jo joka jos jossa joten jotka kuin kuinka kun kuten me mihin mikä miksi mikäli millainen
milloin missä mistä miten mitä mukaan mutta mutta myös minun minulla minulle minä ne niin nämä olen ole oli olla
olisi on ovat pitää se sekä sen siellä siitä sinä sitten tai tämä tätä vai vain vaikka voi voin voiko voinko vielä
"""
_FINNISH_FRAME = """
hei moi terve päivää huomenta kiitos kysymys kysyisin kysyä haluan haluaisin tarvitsen tarvitaan apua kunta kunnan
saanko saa saada tiedän tietää
"""

SMALL_WORDS = {
    "sv": frozenset(_SWEDISH.split()),
    "en": frozenset(_ENGLISH.split()),
    "fi": frozenset(_FINNISH.split()),
}
"""Grammar: never searched for, unless a query has nothing else."""

FRAME_WORDS = {
    "sv": frozenset(_SWEDISH_FRAME.split()),
    "en": frozenset(_ENGLISH_FRAME.split()),
    "fi": frozenset(_FINNISH_FRAME.split()),
}
"""What stands around a question (*hej, jag undrar om man kan …*): weighs little beside words that say what it is about."""
