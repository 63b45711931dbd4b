"""Invented histories whose answer is known."""

import random
from datetime import date, timedelta
from decimal import Decimal

from services.inspection.visit_priority.history import Inspection

FIRST = date(2023, 1, 1)
CHANCES = {"冷食（演示）": 0.45, "热食（演示）": 0.15, "预包装（演示）": 0.04}
"""What of a hundred inspections find a problem, by what the business sells."""


def telling(number: int = 1, *, businesses: int = 240, days: int = 1095) -> list[Inspection]:
    """What a business sells decides how likely a problem is; visits are made in an order of chance."""
    return _made(number, businesses, days, CHANCES)


def chance_only(number: int, *, businesses: int = 240, days: int = 1095) -> list[Inspection]:
    """Problems fall from the sky."""
    return _made(number, businesses, days, dict.fromkeys(CHANCES, 0.2))


def _made(number: int, businesses: int, days: int, chances: dict[str, float]) -> list[Inspection]:
    chance = random.Random(number)
    made = []
    for business in range(businesses):
        kind = chance.choice(sorted(chances))
        area = Decimal(chance.randint(10, 900))
        day = chance.randrange(120)
        while day < days:
            made.append(
                Inspection(
                    business=f"演示主体{business:03d}",
                    on=FIRST + timedelta(days=day),
                    found=chance.random() < chances[kind],
                    known={"卖什么": kind, "面积": area},
                    inspectors=(f"演示人员{chance.randrange(4)}",),
                )
            )
            day += chance.randint(60, 180)
    chance.shuffle(made)
    return made
