"""What may be shown to whom in totals: no cell so small that it points at somebody."""

from dataclasses import dataclass

FEW = 5
"""Cells that count fewer than this, but some, are not shown to readers outside the service centre."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as somebody may see it. ``count`` None: fewer than five."""

    count: int | None

    @property
    def is_few(self) -> bool:
        """Whether the count is too small to be shown."""
        return self.count is None


def cell(count: int, sees_small: bool) -> Cell:
    """Return a count as a cell: hidden when it is small and the reader is not to see small ones. None is none, and says so."""
    return Cell(None if 0 < count < FEW and not sees_small else count)
