"""How a number of samples is shared out. Pure and exact.

Only integers and fractions are used, so that whoever has the inputs gets the same result on any machine.

Two methods, one for each question, never mixed:

- assessment (评价性抽检) asks how good the food is: exact Neyman allocation in integers with bounds (T. Wright, Exact
  optimal sample allocation, 2012 and 2017), which gives the estimate the least variance;
- supervision (监督抽检 and the like) looks for what is bad: first whoever must be sampled, then where a further sample
  is most likely to be the first to find something, judged by the upper credible bound of the failure rate, under caps.

Ties are broken by a hash of seed and key, which nobody can steer once the seed is said.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import comb
from typing import Any

GRID = 1_000_000
"""Upper bounds are given in millionths, rounded up."""


class AllocationImpossible(ValueError):  # noqa: N818 (what was asked, not what went wrong)
    """The bounds cannot be kept with the quantity; the message (Chinese) says by how much."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of an assessment: its weight in the whole, its failure rate, and how many samples it may get."""

    key: str
    weight: int
    failure_rate: Fraction
    minimum: int
    maximum: int | None

    @property
    def spread(self) -> Fraction:
        """The square of W·S, with S² = p(1−p); the root is never taken, so nothing is rounded."""
        return self.weight**2 * self.failure_rate * (1 - self.failure_rate)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place or cell that supervision may sample: what it must get, may get, and the upper bound of its failure rate
    in millionths. `groups` are the caps it falls under.
    """

    key: str
    minimum: int
    maximum: int | None
    upper: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What one key gets: `minimum` because it must, `extra` because it is worth it, `short` what a cap withheld."""

    key: str
    minimum: int
    extra: int
    short: int = 0

    @property
    def quantity(self) -> int:
        return self.minimum + self.extra


def canonical(inputs: Mapping[str, Any]) -> str:
    """The one spelling of the inputs: keys sorted, no blanks, UTF-8. Numbers that are not whole are strings."""
    return json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def fingerprint(inputs: Mapping[str, Any]) -> str:
    """The SHA-256 of the inputs in their one spelling."""
    return hashlib.sha256(canonical(inputs).encode()).hexdigest()


def tie_breaker(seed: str, key: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{key}".encode()).digest()


def neyman(strata: Sequence[Stratum], quantity: int, seed: str) -> list[Share]:
    """The allocation with the least Σ (W·S)²/n of all that keep the bounds; shares in the order of `strata`.

    Wright's greedy is exact: (W·S)²/n falls by (W·S)²/(n(n+1)) with the next sample, and ever less, so the best next
    sample is always the best in the end. Every minimum is at least 1. Raises AllocationImpossible.
    """
    given = {stratum.key: stratum.minimum for stratum in strata}
    left = _left_after_minimums(strata, quantity)
    if any(stratum.minimum < 1 for stratum in strata):
        raise AllocationImpossible("评价性抽检每层至少 1 批次，否则这一层无从估计")
    room = sum(stratum.maximum - stratum.minimum for stratum in strata if stratum.maximum is not None)
    if left > room and all(stratum.maximum is not None for stratum in strata):
        raise AllocationImpossible(
            f"各层上限合计 {quantity - left + room}，不足 {quantity}，还差 {left - room}，请提高上限或减少总量"
        )
    by_key = {stratum.key: stratum for stratum in strata}

    def next_of(stratum: Stratum) -> tuple[Fraction, bytes, str]:
        n = given[stratum.key]
        return (-stratum.spread / (n * (n + 1)), tie_breaker(seed, stratum.key), stratum.key)

    heap = [next_of(stratum) for stratum in strata if stratum.maximum is None or stratum.minimum < stratum.maximum]
    heapify(heap)
    for _ in range(left):
        *_, key = heappop(heap)
        given[key] += 1
        stratum = by_key[key]
        if stratum.maximum is None or given[key] < stratum.maximum:
            heappush(heap, next_of(stratum))
    return [Share(stratum.key, stratum.minimum, given[stratum.key] - stratum.minimum) for stratum in strata]


def cover_then_seek(
    candidates: Sequence[Candidate], quantity: int, seed: str, caps: Mapping[str, int]
) -> tuple[list[Share], int]:
    """Minimums first, then greedily where the next sample is likeliest to be the first to find something.

    With upper bound u, the chance that sample n+1 of a candidate is its first finding is u(1−u)ⁿ: it falls with every
    sample. `caps` says how many more samples each group takes. Gives the shares in the order of `candidates`, and how
    many samples no candidate could take. Raises AllocationImpossible.
    """
    left = _left_after_minimums(candidates, quantity)
    room = dict(caps)
    minimums, extras = Counter[str](), Counter[str]()

    def fits(candidate: Candidate) -> bool:
        given = minimums[candidate.key] + extras[candidate.key]
        return (candidate.maximum is None or given < candidate.maximum) and all(room[g] > 0 for g in candidate.groups)

    def take(candidate: Candidate, account: Counter[str]) -> None:
        account[candidate.key] += 1
        for group in candidate.groups:
            room[group] -= 1

    for candidate in sorted(candidates, key=lambda candidate: tie_breaker(seed, candidate.key)):
        while minimums[candidate.key] < candidate.minimum and fits(candidate):
            take(candidate, minimums)
    left += sum(candidate.minimum - minimums[candidate.key] for candidate in candidates)

    by_key = {candidate.key: candidate for candidate in candidates}
    heap = [
        (
            _Chance.first_finding(candidate.upper, minimums[candidate.key]),
            tie_breaker(seed, candidate.key),
            candidate.key,
        )
        for candidate in candidates
    ]
    heapify(heap)
    while left and heap:
        chance, tie, key = heappop(heap)
        if not fits(by_key[key]):
            continue  # caps and maximums only ever fill up
        take(by_key[key], extras)
        left -= 1
        heappush(heap, (chance.after_another(by_key[key].upper), tie, key))
    shares = [
        Share(one.key, minimums[one.key], extras[one.key], max(one.minimum - minimums[one.key] - extras[one.key], 0))
        for one in candidates
    ]
    return shares, left


def upper_bound(failed: int, tested: int, prior: tuple[int, int], credibility: Fraction) -> int:
    """The least number of millionths that the failure rate is below with `credibility`, after `failed` of `tested`.

    The posterior is Beta(a+failed, b+tested−failed) with the prior Beta(a, b) in whole numbers ≥ 1. Its distribution
    function is then a binomial tail, I_x(A, B) = P(Bin(A+B−1, x) ≥ A): compared in integers, found by bisection.
    """
    a, b = prior[0] + failed, prior[1] + tested - failed
    n = a + b - 1
    allowed = (1 - credibility) * GRID**n

    def is_above(k: int) -> bool:
        """Whether I at k millionths reaches the credibility: what remains below A failures is no more than allowed."""
        rest = sum(comb(n, j) * k**j * (GRID - k) ** (a - 1 - j) for j in range(a))
        return bool(rest * (GRID - k) ** (n - a + 1) <= allowed)

    low, high = 0, GRID
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return high


def posterior_mean(failed: int, tested: int, prior: tuple[int, int]) -> Fraction:
    return Fraction(prior[0] + failed, sum(prior) + tested)


def _left_after_minimums(cells: Iterable[Stratum] | Iterable[Candidate], quantity: int) -> int:
    needed = 0
    for cell in cells:
        if cell.maximum is not None and cell.maximum < cell.minimum:
            raise AllocationImpossible(f"「{cell.key}」的上限 {cell.maximum} 小于下限 {cell.minimum}，请改正其中一个")
        needed += cell.minimum
    if needed > quantity:
        raise AllocationImpossible(
            f"各项下限合计 {needed}，超过总量 {quantity}，请增加总量 {needed - quantity} 或降低下限"
        )
    return quantity - needed


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    """`digits` / GRID^`power`, ordered with the greatest first (heaps give the least)."""

    digits: int
    power: int

    @classmethod
    def first_finding(cls, upper: int, n: int) -> "_Chance":
        return cls(upper * (GRID - upper) ** n, n + 1)

    def after_another(self, upper: int) -> "_Chance":
        return _Chance(self.digits * (GRID - upper), self.power + 1)

    def __lt__(self, other: "_Chance") -> bool:
        mine, others = self._aligned(other)
        return mine > others

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Chance):
            return NotImplemented
        mine, others = self._aligned(other)
        return mine == others

    def _aligned(self, other: "_Chance") -> tuple[int, int]:
        """Both over the same power of the grid."""
        common = max(self.power, other.power)
        return self.digits * GRID ** (common - self.power), other.digits * GRID ** (common - other.power)
