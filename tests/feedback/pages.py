"""A browser without JavaScript for the tests of the road back: signing in, pressing forms, and looking at a page's bones."""

import re
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import PASSWORD


class Bones(HTMLParser):
    """What every page must have: a title, a language, one first heading, labelled fields, ids of their own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lang: str | None = None
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.title = ""
        self._in_title, self._label_depth = False, 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one tag."""
        given = dict(attrs)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "html":
            self.lang = given.get("lang")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "title":
            self._in_title = True
        if tag == "label":
            self._label_depth += 1
            self.labels.add(given.get("for") or "")
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            self.fields.append(given | {"in_label": "1" if self._label_depth else None})

    def handle_endtag(self, tag: str) -> None:
        """Take note of an end."""
        self._in_title = self._in_title and tag != "title"
        self._label_depth -= tag == "label"

    def handle_data(self, text: str) -> None:
        """Keep the title."""
        self.title += text if self._in_title else ""

    def check(self) -> None:
        """Say what is missing, if anything is."""
        assert self.title.strip() and self.lang == "en"
        assert self.headings.count(1) == 1 and not self.inline
        steps = zip(self.headings, self.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), self.headings
        assert len(self.ids) == len(set(self.ids)), sorted(one for one in self.ids if self.ids.count(one) > 1)
        for field in self.fields:
            is_named = field.get("id") in self.labels or field.get("aria-label") or field.get("in_label")
            assert is_named, field


class Browser:
    """Somebody at a screen."""

    def __init__(self, app: Flask, who: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.client.get("/logga-in?lang=en")
        if who is not None:
            answer = self.press(
                "/logga-in", email=f"{who}@kommunen.example", password=PASSWORD, next="/forbattringar", at="/logga-in"
            )
            assert answer.status_code == 302, answer.text

    def open(self, path: str) -> str:
        """Return a page that opens and has all its bones."""
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.headers.get('Location', '')}"
        Bones(answer.text).check()
        return answer.text

    def status(self, path: str) -> int:
        """Return the status of a page."""
        return self.client.get(path).status_code

    def press(self, path: str, at: str = "/forbattringar", **fields: str) -> TestResponse:
        """Send a form to a path, with the token of the page on which it stands."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(at).text)
        assert found is not None, at
        return self.client.post(path, data={**fields, "csrf_token": found.group(1)})
