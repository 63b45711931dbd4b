"""The earliest day that a form may bear. Pure."""

from datetime import date


def earliest_day(years_back: int | None, today: date, year_of_task: int | None) -> date:
    """The first day on which a sample entered today may have been taken.

    None before the first of January `years_back` years ago (None: nobody has said), and none before the year that
    precedes its task's, for what was taken in December is entered in January.
    """
    bounds = [date.min]
    if years_back is not None:
        bounds.append(date(today.year - years_back, 1, 1))
    if year_of_task is not None:
        bounds.append(date(year_of_task - 1, 1, 1))
    return max(bounds)
