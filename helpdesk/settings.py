"""Settings that an administrator changes while the program runs, with unit, default and range.

They lie in the database and are read in each transaction that needs them, so that a change holds in every process at
once. What is set at start (addresses, keys) is in config.py.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.base import Base

Value = int | str | bool


class Setting(Base):
    """A setting that somebody has changed from its default."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    changed_at: Mapped[datetime]


class SettingChange(Base):
    """A line of the log of settings: who changed what, from what (None: the default), to what. Only added to."""

    __tablename__ = "setting_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    key: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None: on the server itself, from the command line or by the demo."""


@dataclass(frozen=True, slots=True)
class Known:
    """A setting that exists: its default (whose type is its type), unit, and lowest and highest value."""

    key: str
    default: Value
    unit: str = ""
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    shape: str = ""
    """A regular expression that a text must be, in full."""


class UnknownSetting(KeyError):
    """No setting has that name."""


class BadValue(ValueError):
    """The value does not fit the setting; the message says what would."""


CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
WHOLE = re.compile("-?[0-9]{1,9}")
LONGEST = 500

KNOWN = {
    one.key: one
    for one in (
        Known("brand.name", "Norrälvens kommun"),
        Known("brand.centre", "Norrälvens servicecenter"),
        Known("brand.phone", "0980-31 92 00"),
        Known("brand.agent_name", "first", choices=("first", "full", "none")),
        Known("centre.department", "servicecenter", "slug", shape="[a-z0-9][a-z0-9.-]*"),
        Known("queue.target.phone", 180, "s", 10, 86_400),
        Known("queue.target.chat", 120, "s", 10, 86_400),
        Known("queue.target.walk_in", 600, "s", 10, 86_400),
        Known("queue.message_answer_by", "12:00", "local time, next working day", shape=CLOCK),
        Known("queue.offers", False),
        Known("queue.offer_seconds", 20, "s", 5, 300),
        Known("queue.lost_seconds", 30, "s", 10, 600),
        Known("queue.return_seconds", 60, "s", 0, 3_600),
        Known("queue.wrap_up_seconds", 120, "s", 0, 3_600),
        Known("queue.silence_seconds", 240, "s", 30, 86_400),
        Known("queue.away_seconds", 120, "s", 30, 86_400),
        Known("queue.relax_after_seconds", 60, "s", 0, 86_400),
        Known("queue.first_hand_seconds", 120, "s", 0, 3_600),
        Known("queue.to_finish", 5, "contacts", 1, 50),
        Known("queue.chat_desks", 33, "% of those on duty", 0, 100),
        Known("queue.calls_beside_chats", False),
        Known("chat.waiting_at_most", 5_000, "who wait in the chat", 1, 100_000),
        Known("room.agent", 12, "twelfths", 1, 120),
        Known("room.phone", 12, "twelfths", 1, 120),
        Known("room.walk_in", 12, "twelfths", 1, 120),
        Known("room.chat", 4, "twelfths", 1, 120),
        Known("room.message", 4, "twelfths", 1, 120),
        Known("room.call_beside_chat", 8, "twelfths", 1, 120),
        Known("handover.working_days", 2, "working days", 1, 60),
        Known("request.first_answer_days", 10, "working days", 1, 60),
        Known("demand.days", 91, "days", 7, 730),
        Known("benefit.hourly_cost", 450, "kr/h", 1, 5_000),
        Known("kiosk.pin", "", ""),
        Known("demo.live", False),
    )
}
"""Every setting there is, by key."""


def parse(key: str, text: str) -> Value:
    """Return the typed value that ``text`` means for a setting.

    Raises UnknownSetting for a key that does not exist and BadValue for a value out of type or range.
    """
    known = KNOWN.get(key)
    if known is None:
        raise UnknownSetting(key)
    if isinstance(known.default, bool):
        if text.lower() not in ("on", "off", "true", "false", "1", "0"):
            raise BadValue(f"{key} is on or off, not {text!r}.")
        return text.lower() in ("on", "true", "1")
    if isinstance(known.default, int):
        if not WHOLE.fullmatch(text) or not known.low <= int(text) <= known.high:
            raise BadValue(f"{key} is a whole number from {known.low} to {known.high} ({known.unit}), not {text!r}.")
        return int(text)
    if known.choices and text not in known.choices:
        raise BadValue(f"{key} is one of {', '.join(known.choices)}, not {text!r}.")
    if known.shape and not re.fullmatch(known.shape, text):
        raise BadValue(f"{key} looks like {known.default} ({known.unit}), not {text!r}.")
    if len(text) > LONGEST or "\x00" in text:
        raise BadValue(f"{key} has at most {LONGEST} characters.")
    return text


class Settings:
    """The settings in force, as one session sees them."""

    def __init__(self, changed: dict[str, str]) -> None:
        self._changed = changed

    def __getitem__(self, key: str) -> Value:
        """Return the value in force. Raises UnknownSetting.

        What was set under an earlier version's rules and fits no longer counts as not set.
        """
        if key not in KNOWN:
            raise UnknownSetting(key)
        if key in self._changed:
            try:
                return parse(key, self._changed[key])
            except BadValue:
                return KNOWN[key].default
        return KNOWN[key].default

    def number(self, key: str) -> int:
        """Return a setting that is a number."""
        value = self[key]
        if not isinstance(value, int):
            raise TypeError(f"{key} is not a number")
        return int(value)

    def text(self, key: str) -> str:
        """Return a setting that is text."""
        return str(self[key])

    def is_on(self, key: str) -> bool:
        """Return a setting that is on or off."""
        return self[key] is True


def settings(session: Session) -> Settings:
    """Return the settings in force, read once a session."""
    found: Settings | None = session.info.get("settings")
    if found is None:
        rows = session.execute(select(Setting.key, Setting.value))
        found = session.info["settings"] = Settings({key: value for key, value in rows if key in KNOWN})
    return found


def change_setting(session: Session, key: str, text: str, now: datetime, account_id: int | None = None) -> Value:
    """Set a setting from now on, in every process, and log who did it (``None``: the command line).

    Raises UnknownSetting or BadValue.
    """
    value = parse(key, text)
    held = session.get(Setting, key, with_for_update=True)
    session.add(SettingChange(at=now, key=key, before=held.value if held else None, after=text, account_id=account_id))
    session.merge(Setting(key=key, value=text, changed_at=now))
    session.flush()
    session.info.pop("settings", None)
    return value
