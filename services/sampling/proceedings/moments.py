"""When a step counts: never in the future, never before the steps it builds on."""

from collections.abc import Iterable
from datetime import datetime

from services.sampling.whistles.problems import moment_refused
from services.sampling.whistles.rules import ImpossibleMoment, moment_of


def moment_after(given: datetime | None, present: datetime, foundations: Iterable[tuple[str, datetime]]) -> datetime:
    """The moment of a step, by default the present; `foundations` are the names and moments of what it builds on.

    Raises `InvalidRequest` at `/at` where it would run backwards or lie ahead.
    """
    try:
        return moment_of(given, present, foundations)
    except ImpossibleMoment as impossible:
        raise moment_refused(str(impossible)) from None
