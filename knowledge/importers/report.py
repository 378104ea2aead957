"""What an import did, and the ways in which a file as a whole can be unreadable."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError


class UnreadableFile(ValueError):
    """The file is not what it should be, and nothing of it was taken in. The text says what to mend."""


@dataclass(frozen=True)
class Refused:
    """A row or file that was left out: where it is, and why in words that help."""

    where: str
    reason: str


@dataclass
class Report:
    """The slugs that were added, changed and left as they were, and what was refused."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, where: str, reason: str) -> None:
        """Leave one row or file out."""
        self.refused.append(Refused(where, reason))


def reason_of(error: ValidationError) -> str:
    """Name each field that is wrong and what is wrong with it, on one line."""
    return "; ".join(f"{'.'.join(str(part) for part in one['loc']) or 'row'}: {one['msg']}" for one in error.errors())


def rows_of(path: Path, required: set[str], renamed: dict[str, str]) -> Iterator[tuple[str, dict[str, str] | None]]:
    """Read a CSV file with a header: give ``line N`` and the row, or None where the row has the wrong number of cells.

    ``renamed`` maps older column names to ours. Raises UnreadableFile when the file is missing, is not UTF-8, or
    lacks a required column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: save it as UTF-8 (byte {error.start} is not)") from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = [renamed.get(name.strip(), name.strip()) for name in next(reader, [])]
        if missing := sorted(required - set(header)):
            raise UnreadableFile(f"{path}: the header lacks {', '.join(missing)}")
        if len(set(header)) != len(header):
            raise UnreadableFile(f"{path}: a column stands twice in the header")
        for cells in reader:
            where = f"line {reader.line_num}"
            if any(cells):
                row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                yield where, row if len(cells) == len(header) else None
    except csv.Error as error:
        raise UnreadableFile(f"{path}: line {reader.line_num}: {error}") from error
