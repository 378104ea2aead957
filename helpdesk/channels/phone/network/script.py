"""Scripts for the simulator: who calls when, what they press, how long they wait and talk. A YAML list of calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from helpdesk.channels.phone.network.calls import Person
from helpdesk.channels.phone.rules import international

CALLER = "+46701740601"
CENTRE = "+46980319200"
"""Numbers that are reserved for fiction: nobody is rung by mistake."""


class BadScript(ValueError):
    """The script cannot be played; the message names the call and the field."""


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """One call of a script. ``after``: how many seconds after the start it comes."""

    caller: str
    called: str
    after: float
    person: Person


PLAIN = ScriptedCall(CALLER, CENTRE, 0, Person(keys="11", patience=600, talks=45, says="Please call me."))
"""What is played without a script: a Swedish caller with another question, who waits ten minutes at most."""

NUMBERS = ("after", "patience", "talks")
TEXTS = ("caller", "called", "keys", "says")


def read_script(text: str) -> list[ScriptedCall]:
    """Return the calls of a script in order of time. Raises BadScript.

    Fields of a call, all optional: ``caller`` and ``called`` (numbers), ``after`` (seconds from the start), ``keys``
    (one for each question, ``-`` for none), ``patience`` and ``talks`` (seconds, or nothing for ever), ``says``.
    """
    try:
        calls = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadScript(f"The script is no YAML: {error}") from error
    if not isinstance(calls, list) or not calls:
        raise BadScript("A script is a list with one call or more.")
    return sorted((read_one(n, one) for n, one in enumerate(calls, start=1)), key=lambda one: one.after)


def read_one(n: int, said: Any) -> ScriptedCall:
    """Return one call."""
    known = (*TEXTS, *NUMBERS)
    if not isinstance(said, Mapping):
        raise BadScript(f"Call {n} is a set of fields: {', '.join(known)}.")
    if unknown := set(said) - set(known):
        raise BadScript(f"Call {n} may have {', '.join(known)}, not {', '.join(map(str, unknown))}.")
    person = Person(
        keys=str(said.get("keys", PLAIN.person.keys)),
        patience=seconds(n, said, "patience", PLAIN.person.patience),
        talks=seconds(n, said, "talks", PLAIN.person.talks),
        says=str(said.get("says", PLAIN.person.says)),
    )
    return ScriptedCall(
        number(n, said, "caller", CALLER),
        number(n, said, "called", CENTRE),
        seconds(n, said, "after", 0.0) or 0.0,
        person,
    )


def seconds(n: int, said: Mapping[str, Any], name: str, default: float | None) -> float | None:
    """Return a duration; nothing stands for ever."""
    value = said.get(name, default)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
        raise BadScript(f"Call {n}: {name} is a number of seconds, not {value!r}.")
    return None if value is None else float(value)


def number(n: int, said: Mapping[str, Any], name: str, default: str) -> str:
    """Return a telephone number in international form."""
    found = international(str(said.get(name, default)))
    if found is None:
        raise BadScript(f"Call {n}: {name} is a telephone number, not {said[name]!r}.")
    return found
