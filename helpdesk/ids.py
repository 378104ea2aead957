"""Ids that leave the server: random, so that nothing can be guessed or counted from them."""

import secrets


def new_public_id() -> str:
    """Return a new unguessable id of 22 characters (128 bits)."""
    return secrets.token_urlsafe(16)
