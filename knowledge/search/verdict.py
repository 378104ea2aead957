"""How sure we are of the best hit: sure, maybe, or none, in which case nothing is shown.

A logistic curve over three figures of the best hit. It was fitted to judged queries, to the same queries with
their answers taken away, and to questions that no municipality answers; thresholds were chosen on the part of
them that each of five fits had not seen. There *sure* was right in 95 of 100, and *none* threw away one good
answer in a hundred.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import exp

from knowledge.search.rank import Found

CONSTANT, STEMS, GRAMS, MARGIN = -2.23, 2.99, 3.15, 0.86
SURE_FROM, NONE_BELOW = 0.65, 0.16


class Verdict(StrEnum):
    """Whether the best hit is the answer."""

    SURE = "sure"
    MAYBE = "maybe"
    NONE = "none"


def chance(found: Sequence[Found]) -> float:
    """How likely the first of what was found is a good answer, from 0 to 1."""
    if not found or found[0].score <= 0:
        return 0.0
    best = found[0]
    margin = (best.score - found[1].score) / best.score if len(found) > 1 else 1.0
    return 1 / (1 + exp(-(CONSTANT + STEMS * best.stems + GRAMS * best.grams + MARGIN * margin)))


def verdict(found: Sequence[Found]) -> Verdict:
    """The verdict on what was found, best first."""
    likely = chance(found)
    if likely < NONE_BELOW:
        return Verdict.NONE
    return Verdict.SURE if likely >= SURE_FROM else Verdict.MAYBE
