"""A small server with one page made of the real frames and scripts, whose answers a test decides."""

import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from flask import Flask, abort, jsonify, redirect, render_template_string, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.serving import make_server

import helpdesk
from helpdesk.web import pages

ROOT = Path(helpdesk.__file__).parent

ROWS = '<ol id="list" data-arrows><li id="r1"><a href="#1">One</a></li><li id="r2"><a href="#2">Two</a></li></ol>'

REGION = """<section id="queue" data-live="queue" data-version="{version}" tabindex="-1">{rows}
<details id="more"><summary>More</summary><p>{words}</p></details>
<button type="button" id="opener" data-toggles="box" aria-expanded="false">Open</button><div id="box" hidden>{words}</div>
<label for="note">Note</label><textarea id="note">{words}</textarea>
<label for="name">Name</label><input id="name" type="text" value="{words}">
<time id="waited" data-since="2026-11-23T09:00:00Z">0:00</time></section>"""

PAGE = """{% extends "base_staff.html" %}
{% from "parts/forms.html" import csrf, submit, button %}
{% block title %}Live{% endblock %}
{% block content %}<h1>{{ heading }}</h1>
{{ region|safe }}
<form id="form" method="post" action="/post" data-live>{{ csrf() }}<label for="words">Words</label>
<input id="words" type="text" name="words" value="x">{{ submit("Send", key="F8", data_needs_line=True) }}</form>
{{ button("Take next", key="F2", id="take") }}
<p id="out">-</p>
{% endblock %}"""


class Viewer:
    """Somebody who may open everything."""

    name, short_name, initials = "Maria Lind", "Maria L.", "ML"

    def may(self, what):
        return bool(what)


class LookPage:
    """The page, what it is answered, and what it asked and sent. A context manager that serves on a free port."""

    def __init__(self):
        self.version, self.fragments, self.line_is_up, self.signed_in = 1, {}, True, True
        self.asked, self.sent = [], []
        self.app = self.build()

    def build(self):
        app = Flask("look", root_path=str(ROOT))
        app.config.update(SECRET_KEY="test", BABEL_DEFAULT_TIMEZONE="Europe/Stockholm", WTF_CSRF_ENABLED=False)
        CSRFProtect(app)
        Babel(app, locale_selector=lambda: "en")
        app.add_template_global(pages.static_url)
        app.jinja_env.filters.update(clock=pages.clock_time, iso=pages.iso, duration=pages.duration)
        app.context_processor(
            lambda: {
                "brand": pages.Brand("Norrälvens kommun", "Norrälvens servicecenter", "0980-31 92 00"),
                "viewer": Viewer(),
                "now": datetime.now(UTC),
                "lang": "en",
                "languages": {"sv": "Svenska", "fi": "Suomi", "en": "English"},
            }
        )

        @app.get("/")
        def page():
            return self.page()

        @app.get("/live/queue")
        def live():
            self.asked.append(request.args["since"])
            if not self.line_is_up:
                abort(503)
            if not self.signed_in:
                abort(401)
            if str(self.version) == request.args["since"]:
                return "", 204
            return jsonify(version=self.version, now=pages.iso(datetime.now(UTC)), fragments=self.fragments)

        @app.post("/post")
        def post():
            words = request.form["words"]
            self.sent.append((words, request.form["once"]))
            if words == "lost":
                self.line_is_up = False
                abort(503)
            if words == "late":
                return app.response_class(json.dumps({"code": "taken"}), 409, content_type="application/problem+json")
            if words == "wrong":
                return self.page("Correct this"), 422
            if words == "away":
                return redirect("/?away=1")
            return jsonify(fragments={"out": f'<p id="out">{words}</p>'}, toast="Saved")

        return app

    def page(self, heading="Live"):
        region = REGION.format(version=self.version, rows=ROWS, words="from the server")
        return render_template_string(PAGE, region=region, heading=heading)

    def changes(self, rows=ROWS, words="anew"):
        """Let the server show something else from now on."""
        self.version += 1
        self.fragments = {"queue": REGION.format(version=self.version, rows=rows, words=words)}

    def __enter__(self):
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.port}/"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
