"""The arithmetic of a cost-benefit calculation, against figures worked out by hand."""

import pytest

from helpdesk.feedback.benefit.rules import Sums, is_for_group, payback_years, present_value, value_of_time

CHANGE = Sums(once=180_000, running=20_000, benefit=95_000)


def test_the_known_calculation_comes_out_to_the_krona() -> None:
    assert round(present_value(CHANGE, 4, 0.03)) == 98_782
    assert payback_years(CHANGE) == pytest.approx(2.4)


def test_without_interest_the_value_is_plain_addition() -> None:
    assert present_value(CHANGE, 4, 0) == 4 * 75_000 - 180_000


def test_what_costs_more_than_it_gives_never_pays_itself_back() -> None:
    assert payback_years(Sums(once=1, running=5, benefit=5)) is None
    assert present_value(Sums(once=100, running=10, benefit=0), 2, 0.05) == pytest.approx(
        -100 - 10 / 1.05 - 10 / 1.1025
    )


def test_impossible_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="one year"):
        present_value(CHANGE, 0, 0.03)
    with pytest.raises(ValueError, match="minus one"):
        present_value(CHANGE, 4, -1)


def test_six_minutes_at_the_reference_cost_is_45_kronor() -> None:
    assert value_of_time(1, 360, 450) == pytest.approx(45)


@pytest.mark.parametrize(
    ("integration", "gain", "manual", "expected"),
    [(100, 200, 300, False), (250, 200, 300, True), (250, 400, 200, True), (200, 200, 200, False)],
)
def test_a_dear_integration_goes_to_the_group(integration: int, gain: int, manual: int, expected: bool) -> None:
    assert is_for_group(integration, gain, manual) is expected
