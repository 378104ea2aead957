"""Are all texts translated? ``python -m tests.check_texts``; ``--update`` takes new ones into the catalogues.

Fails on a text that is missing, fuzzy or has other placeholders than the original, in Swedish, Finnish or English.
The originals are English, so the English catalogue may leave a text empty.
"""

import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "helpdesk" / "web" / "translations"
LANGUAGES = ("sv", "fi", "en")
KEYWORDS = ("_", "_l", "_n:1,2", "gettext", "ngettext:1,2", "lazy_gettext", "pgettext:1c,2", "npgettext:1c,2,3")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
HEADER = "# Copyright the contributors. Licensed under the EUPL-1.2."
ABOUT: dict[str, Any] = {
    "project": "Helpdesk",
    "version": "1",
    "copyright_holder": "the contributors",
    "msgid_bugs_address": "servicecenter@kommunen.example",
    "last_translator": "the contributors",
    "language_team": "the contributors",
    "creation_date": datetime(2026, 11, 23, tzinfo=UTC),
    "revision_date": datetime(2026, 11, 23, tzinfo=UTC),
}
"""The dates stand still, so that a catalogue changes only when a text does."""
MAPPING = "[python: **.py]\n[jinja2: **/templates/**.html]\n[jinja2: **/templates/**.txt]\n"


def originals() -> Catalog:
    """Return every text in the code and the templates."""
    with tempfile.TemporaryDirectory() as folder:
        mapping, pot = Path(folder) / "mapping", Path(folder) / "all.pot"
        mapping.write_text(MAPPING)
        keywords = [part for word in KEYWORDS for part in ("-k", word)]
        command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "--no-default-keywords"]
        command += ["-F", str(mapping), *keywords, "--no-location", "--sort-output", "-o", str(pot), "helpdesk"]
        subprocess.run(command, check=True, cwd=ROOT)
        with pot.open("rb") as file:
            return read_po(file)


def path_of(language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language, empty when there is none."""
    if not path_of(language).exists():
        return Catalog(locale=language)
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update(texts: Catalog) -> None:
    """Take new texts into every catalogue and drop those that are gone. A changed text is a new one: nothing is guessed."""
    for language in LANGUAGES:
        old = catalogue(language)
        new = Catalog(locale=language, fuzzy=False, header_comment=HEADER, **ABOUT)
        for text in texts:
            if text.id:
                known = old.get(text.id, text.context)
                string = known.string if known is not None and not known.fuzzy else None
                new.add(text.id, string, flags=text.flags - {"fuzzy"}, context=text.context)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, new, sort_output=True, width=120, omit_header=False)


def faults(language: str, texts: Catalog) -> list[str]:
    """Return what is wrong with a language's catalogue, in words."""
    found, translated = [], catalogue(language)
    for text in texts:
        if not text.id:
            continue
        name = text.id if isinstance(text.id, str) else text.id[0]
        there = translated.get(text.id, text.context)
        if there is None:
            found.append(f"{language}: not in the catalogue: {name!r}")
        elif there.fuzzy:
            found.append(f"{language}: fuzzy: {name!r}")
        elif language != "en" and not all(strings(there)):
            found.append(f"{language}: not translated: {name!r}")
        elif any(string and wrong_placeholders(text, string) for string in strings(there)):
            found.append(f"{language}: other placeholders than the original: {name!r}")
    return found


def strings(message: Message) -> list[str]:
    """Return the translation, or all its plural forms."""
    string = message.string
    return [string] if isinstance(string, str) else list(string) if string else [""]


def wrong_placeholders(original: Message, string: str) -> bool:
    """Say whether a translation uses a placeholder that the original does not have, or leaves one out."""
    ids = [original.id] if isinstance(original.id, str) else list(original.id)
    known = {name for one in ids for name in PLACEHOLDER.findall(one)}
    used = set(PLACEHOLDER.findall(string))
    return not used <= known or bool(known - used - {"num"})


def main() -> int:
    """Check, or update; return 0 when all is well."""
    texts = originals()
    if "--update" in sys.argv[1:]:
        update(texts)
    wrong = [fault for language in LANGUAGES for fault in faults(language, texts)]
    for fault in wrong:
        print(fault)
    print(f"{sum(1 for text in texts if text.id)} texts, {len(wrong)} faults", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
