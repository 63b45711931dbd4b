"""A scorecard: whole points for what is known of a business; more points, likelier a problem. Pure.

What is known is put into bands; the points are the weights of a logistic regression over the bands, in whole numbers,
so that `POINTS_TO_DOUBLE` points double the odds. Anybody can add them up by hand. The regression is worked out with
floating point from sums that do not depend on the order of the rows; what remains after rounding are whole numbers.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from services.inspection.risk_grades.rules import fingerprint
from services.inspection.visit_priority.history import Example, Value

FORMAT = "shian-priority/1"
POINTS_TO_DOUBLE = 20
BANDS_OF_A_NUMBER = 5
RAREST = 25
"""A word that fewer examples have shares a band with the other rare ones."""

MOST_WORDS = 30
UNKNOWN, OTHERS = "未知", "其他"
PENALTY = 1.0
"""Weights come from a normal distribution of this inverse variance: bands with few examples stay near nought."""

_PER_UNIT = POINTS_TO_DOUBLE / math.log(2)
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """One band that a business is in, and its points."""

    feature: str
    band: str
    points: int


@dataclass(frozen=True, slots=True)
class Banding:
    """How the values of one feature are put into bands: numbers by `cuts` (a band begins at its cut), words by name.

    The last band is that of values not known; of words the one before it is that of all others.
    """

    feature: str
    cuts: tuple[Decimal, ...] | None
    bands: tuple[str, ...]

    def index(self, value: Value) -> int:
        if value is None:
            return len(self.bands) - 1
        if self.cuts is not None:
            return bisect_right(self.cuts, value) if isinstance(value, Decimal) else len(self.bands) - 1
        text = str(value)
        return self.bands.index(text) if text in self.bands[:-2] else len(self.bands) - 2


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Bandings with the points of each band, and what everybody starts with."""

    base: int
    bandings: tuple[Banding, ...]
    points: tuple[tuple[int, ...], ...]

    def lines(self, features: Mapping[str, Value]) -> list[Line]:
        """The points of a business, feature by feature, the weightiest first."""
        lines = []
        for banding, points in zip(self.bandings, self.points, strict=True):
            index = banding.index(features.get(banding.feature))
            lines.append(Line(banding.feature, banding.bands[index], points[index]))
        return sorted(lines, key=lambda line: (-abs(line.points), line.feature))

    def score(self, features: Mapping[str, Value]) -> int:
        return self.base + sum(
            points[banding.index(features.get(banding.feature))]
            for banding, points in zip(self.bandings, self.points, strict=True)
        )

    def as_json(self) -> dict[str, Any]:
        """The whole scorecard, in one spelling; `sha256` is its hash."""
        return {
            "format": FORMAT,
            "points_to_double": POINTS_TO_DOUBLE,
            "base": self.base,
            "features": [
                {
                    "name": banding.feature,
                    "cuts": None if banding.cuts is None else [str(cut) for cut in banding.cuts],
                    "bands": [
                        {"name": name, "points": number} for name, number in zip(banding.bands, points, strict=True)
                    ],
                }
                for banding, points in zip(self.bandings, self.points, strict=True)
            ],
        }

    @property
    def sha256(self) -> str:
        return fingerprint(self.as_json())


def chance_of(score: int) -> float:
    """How likely a score says a problem is."""
    return 1 / (1 + 2 ** (-score / POINTS_TO_DOUBLE))


def learn(examples: Sequence[Example]) -> Scorecard:
    """The scorecard of examples, some of which found a problem and some did not. Their order plays no part."""
    names = sorted({name for one in examples for name in one.features})
    bandings = tuple(_banding(name, [one.features.get(name) for one in examples]) for name in names)
    patterns: Counter[tuple[tuple[int, ...], bool]] = Counter(
        (tuple(banding.index(one.features.get(banding.feature)) for banding in bandings), one.found) for one in examples
    )
    starts = [0]
    for banding in bandings:
        starts.append(starts[-1] + len(banding.bands))
    rows = [
        ([start + band for start, band in zip(starts, pattern, strict=False)], found, count)
        for (pattern, found), count in sorted(patterns.items())
    ]
    weights = _regress(rows, starts[-1])
    whole = [round(weight * _PER_UNIT) for weight in weights]
    points = tuple(
        tuple(whole[start : start + len(banding.bands)]) for start, banding in zip(starts, bandings, strict=False)
    )
    return Scorecard(whole[-1], bandings, points)


def _banding(name: str, values: Sequence[Value]) -> Banding:
    numbers = sorted(value for value in values if isinstance(value, Decimal))
    words = Counter(value for value in values if isinstance(value, str))
    if numbers and not words:
        cuts = sorted({numbers[len(numbers) * part // BANDS_OF_A_NUMBER] for part in range(1, BANDS_OF_A_NUMBER)})
        cuts = [cut for cut in cuts if cut > numbers[0]]
        return Banding(name, tuple(cuts), (*_between(cuts), UNKNOWN))
    common = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]
    kept = tuple(sorted(word for word, count in common if count >= RAREST and word not in (OTHERS, UNKNOWN)))
    return Banding(name, None, (*kept, OTHERS, UNKNOWN))


def _between(cuts: Sequence[Decimal]) -> list[str]:
    if not cuts:
        return ["任何数"]
    texts = [f"{cut.normalize():f}" for cut in cuts]
    inner = [f"{low} 到不足 {high}" for low, high in pairwise(texts)]
    return [f"不足 {texts[0]}", *inner, f"{texts[-1]} 及以上"]


Row = tuple[list[int], bool, int]
"""The columns that are one (all others nought), whether a problem was found, and how many examples are like this."""


def _regress(rows: Sequence[Row], width: int) -> list[float]:
    """Weights of the columns, the intercept last, by Newton's method; steps are halved while they do not help."""
    weights = [0.0] * (width + 1)
    loss = _loss(rows, weights)
    for _ in range(100):
        step = _newton_step(rows, weights)
        scale = 1.0
        while True:
            tried = [weight + scale * change for weight, change in zip(weights, step, strict=True)]
            tried_loss = _loss(rows, tried)
            if tried_loss <= loss or scale < _CLOSE:
                break
            scale /= 2
        weights, loss = tried, tried_loss
        if max(abs(scale * change) for change in step) < _CLOSE:
            break
    return weights


def _loss(rows: Iterable[Row], weights: Sequence[float]) -> float:
    each = []
    for columns, found, count in rows:
        score = weights[-1] + math.fsum(weights[column] for column in columns)
        signed = -score if found else score
        each.append(count * (max(signed, 0.0) + math.log1p(math.exp(-abs(signed)))))
    return math.fsum(each) + PENALTY / 2 * math.fsum(weight * weight for weight in weights[:-1])


def _newton_step(rows: Iterable[Row], weights: Sequence[float]) -> list[float]:
    size = len(weights)
    gradient = [-PENALTY * weight for weight in weights[:-1]] + [0.0]
    curve = [[0.0] * size for _ in range(size)]
    for index in range(size - 1):
        curve[index][index] = PENALTY
    for columns, found, count in rows:
        touched = [*columns, size - 1]
        score = weights[-1] + math.fsum(weights[column] for column in columns)
        chance = 1 / (1 + math.exp(-score)) if score >= 0 else math.exp(score) / (1 + math.exp(score))
        missing, spread = count * (found - chance), count * chance * (1 - chance)
        for one in touched:
            gradient[one] += missing
            line = curve[one]
            for other in touched:
                line[other] += spread
    return _solve(curve, gradient)


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with the greatest pivot. The matrix is positive definite, so there is a solution."""
    size = len(right)
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(lines[row][column]))
        lines[column], lines[pivot] = lines[pivot], lines[column]
        top = lines[column]
        for line in lines[column + 1 :]:
            if line[column]:
                factor = line[column] / top[column]
                for index in range(column, size + 1):
                    line[index] -= factor * top[index]
    solution = [0.0] * size
    for row in range(size - 1, -1, -1):
        known = math.fsum(lines[row][column] * solution[column] for column in range(row + 1, size))
        solution[row] = (lines[row][size] - known) / lines[row][row]
    return solution
