"""Places in a ranking. Pure."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal

from gateway.dashboards.schemas import RankedChild
from shared.contracts.figures import FigureDefinition, FigureValue


def ranked(definition: FigureDefinition, children: Iterable[tuple[str, FigureValue]]) -> list[RankedChild]:
    """Children (name, value), the best first, ties as ties (1, 2, 2, 4), those without a value last and unplaced.

    Two that read the same are tied: values are compared as shown. Where neither way is better, more comes first.
    """
    step = Decimal(1).scaleb(-definition.decimals)
    shown = [
        (name, value, None if value.value is None else value.value.quantize(step, ROUND_HALF_EVEN))
        for name, value in children
    ]
    lowest_first = definition.higher_is_better is False
    placed = sorted(
        ((name, value, number) for name, value, number in shown if number is not None),
        key=lambda child: (child[2] if lowest_first else -child[2], child[1].region_code),
    )
    numbers = [number for _, _, number in placed]
    return [
        RankedChild(region_code=value.region_code, region_name=name, rank=numbers.index(number) + 1, figure=value)
        for name, value, number in placed
    ] + [
        RankedChild(region_code=value.region_code, region_name=name, rank=None, figure=value)
        for name, value, number in shown
        if number is None
    ]
