"""The sections of an article as an editor writes them: Markdown under ``## `` headings, each with its audience.

The rule errs on the side of silence: whatever looks like an inside heading begins a staff section, also at
another level, without the space, or inside a fence of code that somebody forgot to close.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it import MarkdownIt

from knowledge.values import Audience, Lang

INSIDE_WORD = {Lang.SV: "Internt", Lang.EN: "Internal", Lang.FI: "Sisäinen"}

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_HEADING = re.compile(r"^ {0,3}##[ \t]+(?P<heading>.*?)[ \t]*#*[ \t]*$")
_INSIDE = re.compile(
    r"^\s{0,3}(?:>\s*)*#{1,6}[ \t\u00a0]*[*_]*(?:internt|internal|sisäinen)[*_]*\s*[:\uff1a–—-][*_]*\s*(?P<heading>.*?)[ \t]*#*[ \t]*$",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class SectionText:
    """A heading (empty for what stands before the first one), the Markdown under it, and who may read it."""

    heading: str
    body: str
    audience: Audience = Audience.PUBLIC


def split_sections(text: str, audience: Audience = Audience.PUBLIC) -> list[SectionText]:
    """Split Markdown into sections at its ``## `` headings.

    A heading ``Internt: …``, ``Internal: …`` or ``Sisäinen: …`` makes a staff section and loses that word; with
    ``audience`` staff, all are. An empty beginning is left out; a heading without text stays.
    """
    found: list[tuple[str, Audience, list[str]]] = [("", audience, [])]
    fence = ""
    for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if inside := _INSIDE.match(line):
            fence = ""
            heading = inside["heading"].strip()
            found.append((heading[:1].upper() + heading[1:], Audience.STAFF, []))
            continue
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        if not fence and (public := _HEADING.match(line)):
            found.append((public["heading"], audience, []))
        else:
            found[-1][2].append(line)
    return [
        SectionText(heading, body, whose)
        for heading, whose, lines in found
        if (body := "\n".join(lines).strip()) or heading
    ]


def join_sections(sections: Iterable[SectionText], lang: Lang) -> str:
    """Write sections as one Markdown text that ``split_sections`` reads back, for an editor or an export."""
    parts = []
    for one in sections:
        inside = f"{INSIDE_WORD[lang]}: " if one.audience is Audience.STAFF else ""
        heading = f"## {inside}{one.heading}\n" if one.heading or inside else ""
        parts.append(f"{heading}{one.body}".rstrip())
    return "\n\n".join(parts) + "\n"


def plain_text(markdown: str) -> str:
    """The words of a Markdown text without its signs, one block a line."""
    lines = []
    for token in _MARKDOWN.parse(markdown):
        if token.type == "inline":
            pieces = (one.content or (" " if one.type.endswith("break") else "") for one in token.children or ())
            lines.append("".join(pieces).strip())
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.strip())
    return "\n".join(line for line in lines if line)
