"""When a delivery is tried again, and when a receiver is given up. Pure.

The pauses are those that Standard Webhooks recommends (§ "Deliverability and reliability"): seconds at first, a day at
last, about three days in all.
"""

import random
from datetime import datetime, timedelta

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.2
FIRST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(minutes=5)
GONE = 410
"""The answer by which a receiver says that it wants nothing more."""


def pause_after(attempts: int, chance: float | None = None) -> timedelta | None:
    """How long a delivery waits after so many attempts (from 1); None when it is not tried again.

    `chance` (0 to 1, drawn when not given) moves the pause by up to a fifth either way, so that deliveries that failed
    together do not come back together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    drawn = random.random() if chance is None else chance  # noqa: S311 (no secret)
    return PAUSES[attempts - 1] * (1 + JITTER * (2 * drawn - 1))


def rest_after(failures: int) -> timedelta:
    """How long a receiver is left alone after so many failures in a row (from 1): two seconds to five minutes."""
    doublings: int = 2 ** min(failures - 1, 10)
    return min(FIRST_REST * doublings, LONGEST_REST)


def is_given_up(failing_since: datetime | None, at: datetime, patience: timedelta, status: int | None) -> bool:
    """Whether nothing more is sent: it has failed all along for longer than `patience`, or says that it is gone."""
    return status == GONE or (failing_since is not None and at - failing_since >= patience)
