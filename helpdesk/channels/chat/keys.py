"""The key of a conversation: whoever shows it is its citizen, without a name, an account or a cookie.

It is signed, not stored: made of the contact's public id and the moment of its arrival, so that the same contact always
has the same key. How long it holds is said in rules.py and checked where the contact is looked up.
"""

from datetime import datetime
from functools import lru_cache

from itsdangerous import BadData, URLSafeSerializer

from helpdesk.refusals import Unknown

SALT = "chat-key"
LONGEST = 300


@lru_cache(maxsize=4)
def signer(secret_key: str) -> URLSafeSerializer:
    """Return what signs and reads keys under a secret."""
    return URLSafeSerializer(secret_key, salt=SALT)


def key_of(secret_key: str, public_id: str, arrived_at: datetime) -> str:
    """Return the key of a conversation."""
    return str(signer(secret_key).dumps([public_id, int(arrived_at.timestamp())]))


@lru_cache(maxsize=4096)
def contact_of(secret_key: str, key: str) -> str:
    """Return the public id of the contact that a key opens. Raises Unknown for anything that we did not sign.

    Remembered, because a page shows its key with every word; what is refused is not.
    """
    if len(key) > LONGEST:
        raise Unknown("There is no such conversation.")
    try:
        public_id, _arrived = signer(secret_key).loads(key)
    except (BadData, ValueError, TypeError) as bad:
        raise Unknown("There is no such conversation.") from bad
    return str(public_id)
