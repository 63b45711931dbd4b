"""From a score to a grade. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from services.inspection.catering_ratings.codes import RatingGrade


def grade_of(score: Decimal, least: Iterable[tuple[str, Decimal]]) -> RatingGrade | None:
    """The best grade whose least score is reached; None below all: then nothing is awarded, things are put right."""
    reached = [grade for grade, bound in least if score >= bound]
    return RatingGrade(min(reached)) if reached else None
