"""When an open task is reminded of without anybody doing it. Pure."""

from datetime import datetime, timedelta

EVERY = timedelta(days=7)
"""How long before the end the first reminder comes, and how long after it the next ones. Nothing prescribes it."""


def is_due(due_at: datetime, last: datetime | None, at: datetime) -> bool:
    """Whether one is due: a week before the end, at the end, and every week after, unless somebody has since."""
    first = due_at - EVERY
    if at < first:
        return False
    latest = first + (at - first) // EVERY * EVERY
    return last is None or last < latest
