"""What search is about: documents made of passages that know their weight, their language and their reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """What a passage is to its document; its weight is a matter for the index."""

    TITLE = "title"
    KEYWORD = "keyword"
    EVERYDAY = "everyday"
    HEADING = "heading"
    SUMMARY = "summary"
    BODY = "body"
    LAW = "law"
    OWNER = "owner"


@dataclass(frozen=True)
class Passage:
    """A piece of text in one language. ``staff`` says that the public may never find anything by it."""

    part: Part
    lang: str
    text: str
    staff: bool = False


@dataclass(frozen=True)
class Document:
    """A service or an article. ``lang`` is empty for a service, which has all its languages in one.

    ``family`` is the slug that the translations of an article share; ``linked`` names the documents of the other
    kind that an editor tied to it, as (kind, slug).
    """

    kind: str
    slug: str
    titles: Mapping[str, str]
    passages: tuple[Passage, ...]
    lang: str = ""
    family: str = ""
    staff: bool = False
    linked: tuple[tuple[str, str], ...] = field(default=())

    @property
    def key(self) -> tuple[str, str]:
        """What names it among all documents."""
        return self.kind, self.slug


def for_readers(documents: list[Document], staff: bool) -> list[Document]:
    """What a reader may search: everything for staff, else neither staff documents nor staff passages."""
    if staff:
        return documents
    return [
        Document(
            kind=one.kind,
            slug=one.slug,
            titles=one.titles,
            passages=tuple(passage for passage in one.passages if not passage.staff),
            lang=one.lang,
            family=one.family,
            linked=one.linked,
        )
        for one in documents
        if not one.staff
    ]
