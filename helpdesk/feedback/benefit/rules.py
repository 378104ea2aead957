"""The arithmetic of a cost-benefit calculation (nyttokalkyl): what a change is worth today, and when it has paid itself back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sums:
    """What a change costs and gives, in kronor of one price year.

    ``once``: what it costs to make; ``running``: what it costs each year; ``benefit``: what it gives each year.
    """

    once: float
    running: float
    benefit: float

    @property
    def net_a_year(self) -> float:
        """The benefit of a year less its running cost."""
        return self.benefit - self.running


def present_value(sums: Sums, years: int, interest: float) -> float:
    """Return the net present value in kronor: each year's net at its end, less what it costs to make now.

    ``interest`` is a share a year (0.03). Raises ValueError for no years, or an interest of minus one or less.
    """
    if years < 1:
        raise ValueError("a calculation covers at least one year")
    if interest <= -1:
        raise ValueError("an interest is more than minus one")
    return sum(sums.net_a_year / (1 + interest) ** year for year in range(1, years + 1)) - sums.once


def payback_years(sums: Sums) -> float | None:
    """Return after how many years the change has paid itself back, without interest; None when it never does."""
    return sums.once / sums.net_a_year if sums.net_a_year > 0 else None


def value_of_time(contacts: float, seconds: float, hourly_cost: float) -> float:
    """Return what handling some contacts costs, in kronor: contacts × seconds each × the municipality's own cost an hour."""
    return contacts * seconds / 3600 * hourly_cost


def is_for_group(integration: float, gain: float, manual: float) -> bool:
    """Say whether the group management must look: the integration costs more than the gain, or than the manual routine.

    All three over the same time: the contract, or the life of the solution.
    """
    return integration > gain or integration > manual
