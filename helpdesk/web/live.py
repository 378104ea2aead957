"""The one socket: after a commit it tells open pages that something changed; they ask what (STYLE: hint, then fetch)."""

from typing import Any

from flask_login import current_user
from flask_socketio import SocketIO, join_room

from helpdesk.news import Changed, News

DESK = "/desk"
STAFF = "staff"


def pass_on(news: News, socketio: SocketIO) -> None:
    """Send every change on to the staff's open pages, as ``changed {what, ids, version}`` without content."""

    def hint(changed: Changed) -> None:
        socketio.emit(
            "changed",
            {"what": changed.what, "ids": list(changed.ids), "version": changed.version},
            namespace=DESK,
            to=STAFF,
        )

    news.listen(Changed, hint)


def let_staff_in(socketio: SocketIO) -> None:
    """Let signed-in staff follow what changes; everybody else is turned away at the connect."""

    def connect(_auth: Any = None) -> bool:
        if not current_user.is_authenticated:
            return False
        join_room(STAFF)
        return True

    socketio.on_event("connect", connect, namespace=DESK)
