"""A page read without a browser: its bones, its links, and its forms with what they would send."""

import re
from html.parser import HTMLParser

Attributes = dict[str, str | None]

NOT_LABELLED = ("hidden", "submit", "button", "reset", "image")
DATA_TYPES = ("application/json", "application/ld+json")
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "path",
        "circle",
        "rect",
        "line",
        "use",
        "polyline",
    ]
)
NAMED = ("a", "button", "h1", "h2", "h3", "label", "summary")
"""What must say something to whoever cannot see it."""
EXAMPLES = {
    "email": "anna@example.example",
    "tel": "070-174 06 01",
    "number": "1",
    "date": "2026-12-01",
    "time": "10:00",
    "datetime-local": "2026-12-01T10:00",
    "url": "https://example.test/",
    "password": "ett nytt långt lösenord",
}


class Form:
    """A form as it stands: its method, its address, and what a browser without scripts would send."""

    def __init__(self, given: Attributes) -> None:
        self.method = (given.get("method") or "get").lower()
        self.action = given.get("action") or ""
        self.sent: list[tuple[str, str]] = []

    def has(self, name: str) -> bool:
        """Say whether a field is among what is sent."""
        return any(pair[0] == name for pair in self.sent)

    def set(self, name: str, value: str) -> None:
        """Send this instead of what was there."""
        self.sent = [pair for pair in self.sent if pair[0] != name] + [(name, value)]

    def option(self, name: str, given: Attributes) -> None:
        """Take an option of a select: the one that is selected, else the first that means something."""
        if "selected" in given or (given.get("value") and not self.has(name)):
            self.set(name, given.get("value") or "")

    def input(self, name: str, kind: str, given: Attributes) -> None:
        """Take a field of one line."""
        value = given.get("value")
        if kind == "radio":
            if "checked" in given or not self.has(name):
                self.set(name, value or "on")
        elif kind == "checkbox":
            if "checked" in given:
                self.sent.append((name, value or "on"))
        elif kind not in (*NOT_LABELLED[1:], "file"):
            self.sent.append((name, value or EXAMPLES.get(kind, "Hej")))

    def button(self, name: str, given: Attributes) -> None:
        """Take a button with a name: the first one is pressed."""
        if not self.has(name):
            self.sent.append((name, given.get("value") or ""))


class Page(HTMLParser):
    """What a page is made of. ``is_whole``: not only a piece of one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.is_whole = html.lstrip()[:9].lower() == "<!doctype"
        self.lang: str | None = None
        self.title = ""
        self.h1 = 0
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[Attributes] = []
        self.nameless: list[str] = []
        self.inline: list[str] = []
        self.resources: list[str] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: list[tuple[str, Attributes, list[str]]] = []
        self._select: str | None = None
        self._textarea: tuple[str, list[str]] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag."""
        given = dict(attrs)
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not given.get("src") and given.get("type") not in DATA_TYPES):
            self.inline.append(f"<{tag}>")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "html":
            self.lang = given.get("lang")
        self.h1 += tag == "h1"
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag in ("script", "img", "link", "source", "audio", "use", "iframe"):
            self.resources += [given[name] or "" for name in ("src", "href") if given.get(name)]
        if tag == "img" and given.get("alt") is None:
            self.nameless.append("img")
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag == "form":
            self.forms.append(Form(given))
        self.take_field(tag, given)
        if name := given.get("aria-label") or given.get("alt"):
            self.say(name)
        if tag not in VOID:
            self._open.append((tag, given, []))

    def take_field(self, tag: str, given: Attributes) -> None:
        """Take note of a field: is it labelled, and what would its form send?"""
        kind, name = (given.get("type") or "text").lower(), given.get("name")
        if tag in ("input", "select", "textarea") and not (tag == "input" and kind in NOT_LABELLED):
            is_wrapped = any(one[0] == "label" for one in self._open)
            self.fields.append(given | {"wrapped": "1" if is_wrapped else None})
        if tag == "select":
            self._select = name
        if tag == "textarea" and name:
            self._textarea = (name, [])
        if not self.forms or given.get("form"):
            return
        if tag == "option" and self._select:
            self.forms[-1].option(self._select, given)
        elif tag == "input" and name:
            self.forms[-1].input(name, kind, given)
        elif tag == "button" and name and kind in ("submit", "text"):
            self.forms[-1].button(name, given)

    def say(self, words: str) -> None:
        """Add words to everything that is open."""
        for _tag, _given, said in self._open:
            said.append(words)

    def handle_data(self, text: str) -> None:
        """Keep words."""
        if self._textarea is not None:
            self._textarea[1].append(text)
        self.say(text)

    def handle_endtag(self, tag: str) -> None:
        """Take note of an end."""
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._textarea is not None:
            name, words = self._textarea
            if self.forms:
                self.forms[-1].sent.append((name, "".join(words).strip() or "Hej"))
            self._textarea = None
        at = next((n for n in range(len(self._open) - 1, -1, -1) if self._open[n][0] == tag), None)
        if at is None:
            return
        _tag, given, said = self._open.pop(at)
        text = "".join(said).strip()
        if tag == "title" and not any(one[0] == "svg" for one in self._open):
            self.title = text
        is_pattern = any(one[0] == "template" for one in self._open)  # a script fills it in
        if (
            tag in NAMED
            and not is_pattern
            and not (text or any(given.get(one) for one in ("aria-label", "aria-labelledby", "title")))
        ):
            self.nameless.append(f"{tag} {given}")

    def faults(self) -> list[str]:
        """Return what is wrong with the page."""
        found = [f"inline: {one}" for one in self.inline] + [f"without a name: {one}" for one in self.nameless]
        found += [f"from elsewhere: {one}" for one in self.resources if re.match(r"(https?:)?//", one)]
        found += [f"id twice: {one}" for one in sorted(set(self.ids)) if self.ids.count(one) > 1]
        for field in self.fields:
            is_named = field.get("aria-label") or field.get("aria-labelledby") or field.get("wrapped")
            if not is_named and field.get("id") not in self.labels:
                found.append(f"without a label: {field.get('name')} {field.get('id')}")
        if self.is_whole:
            found += [] if self.lang in ("sv", "fi", "en") else [f"lang={self.lang}"]
            found += [] if self.title else ["no title"]
            found += [] if self.h1 == 1 else [f"{self.h1} h1"]
        return found
