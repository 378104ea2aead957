"""Our web server with one event that answers itself: what the stack costs before the product begins."""

# ruff: noqa: E402  gevent's patches come before every other import

from gevent import monkey

monkey.patch_all()

from flask import Flask
from flask_socketio import emit

from helpdesk.web import server

app = Flask(__name__)
socketio = server.build_socketio()
socketio.init_app(app)


@socketio.on("msg")
def echo(text: str) -> None:
    """Send it back to the one it came from."""
    emit("msg", text)


if __name__ == "__main__":
    raise SystemExit(server.serve(app, socketio, "127.0.0.1", 0))
