"""Lists a page at a time: ``?limit=`` (at most 200) and an opaque ``&cursor=``."""

import base64
import binascii

from pydantic import Field

from helpdesk.api.shapes import In
from helpdesk.refusals import Unacceptable

MOST = 200


class PageQuery(In):
    """Which page of a list."""

    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=100)


def cursor_of(row_id: int) -> str:
    """Return where the next page begins, in a form that tells nothing."""
    return base64.urlsafe_b64encode(f"after:{row_id}".encode()).decode().rstrip("=")


def start_of(cursor: str | None) -> int | None:
    """Return the row after which a page begins; None for the first. Raises Unacceptable for a cursor that is not ours."""
    if cursor is None:
        return None
    wrong = Unacceptable("Unknown cursor.", [{"field": "cursor", "code": "unknown", "message": "Unknown cursor."}])
    try:
        kind, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition(":")
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    if kind != "after" or not number.isdecimal() or len(number) > 15:
        raise wrong
    return int(number)
