"""A press is done once: each form carries a one-time key, and the same key again gets the same answer."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.ids import new_public_id
from helpdesk.web.inbox import answer_to, keep_answer

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def once(session: Session, scope: str, key: str | None, said: Any, now: datetime, do: Callable[[], str]) -> str:
    """Do something the first time a key comes, and return what it gave, also every time after.

    ``said`` is what the form said, as JSON can hold it. A press without a usable key counts as a first one. Raises
    KeyReused when the key came with other words, and whatever ``do`` raises (then the key is free again).
    """
    if key is None or not KEY.fullmatch(key):
        key = new_public_id()
    shape = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
    kept = answer_to(session, scope, key, shape, now)
    if kept is not None:
        return str(kept["token"])
    token = do()
    keep_answer(session, scope, key, {"token": token})
    return token
