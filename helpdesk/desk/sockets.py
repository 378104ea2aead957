"""What the desk says over the socket: only that the agent is writing. Everything that is kept goes by form."""

from typing import Any

from flask_login import current_user
from flask_socketio import SocketIO

from helpdesk.channels.chat.live import tell_typing
from helpdesk.channels.chat.queries import name_of_agent
from helpdesk.contacts.queries import contact_by_public_id
from helpdesk.db import Database
from helpdesk.refusals import Unknown
from helpdesk.web.live import DESK


def listen(database: Database, socketio: SocketIO) -> None:
    """Let an agent's page say that its agent is writing to a citizen."""

    def typing(said: Any = None) -> None:
        public_id = said.get("contact") if isinstance(said, dict) else None
        agent_id = getattr(current_user, "agent_id", None)
        if not isinstance(public_id, str) or agent_id is None:
            return
        with database.reading() as session:
            try:
                contact = contact_by_public_id(session, public_id)
            except Unknown:
                return
            is_mine = contact.agent_id == agent_id
            name = name_of_agent(session, agent_id)
        if is_mine:
            tell_typing(socketio, public_id, name)

    socketio.on_event("typing", typing, namespace=DESK)
