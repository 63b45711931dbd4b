"""What a report earns (举报奖励): a share of the fine, a floor for its tier, a cap for its case. Pure and exact."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a rule: the share of the fine, and the least amount in yuan."""

    rate: Decimal
    floor: Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """What a dated rule says besides its tiers, in yuan."""

    cap: Decimal
    joint_approval_from: Decimal
    unit: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reckoning in words, and the amount after it in yuan."""

    label: str
    how: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The amount and how it came about."""

    amount: Decimal
    steps: tuple[Step, ...]
    joint_approval: bool


def reckon(fine: Decimal | None, tier: Tier, rates: Rates, granted_in_case: Decimal = Decimal(0)) -> Reckoning:
    """The reward for a report. `fine` is None where the case ended without one: then the floor is what it earns.

    First the share, rounded half up to the rule's unit; then not less than the floor; then not more than what is left
    of the case's cap after `granted_in_case`, which went to other reports of the same case.
    """
    share = _round((fine or Decimal(0)) * tier.rate, rates.unit)
    of_what = "没有罚没款" if fine is None else f"罚没款 {plain(fine)} 元 × {plain(tier.rate * 100)}%"
    steps = [Step("按比例", f"{of_what}，四舍五入到 {plain(rates.unit)} 元", share)]
    raised = max(share, tier.floor)
    steps.append(Step("不低于最低额", f"本级最低 {plain(tier.floor)} 元", raised))
    left = max(Decimal(0), rates.cap - granted_in_case)
    already = f"，本案已奖励 {plain(granted_in_case)} 元" if granted_in_case else ""
    amount = min(raised, left)
    steps.append(Step("不超过本案上限", f"每案上限 {plain(rates.cap)} 元{already}，还可奖励 {plain(left)} 元", amount))
    joint = granted_in_case + amount >= rates.joint_approval_from
    return Reckoning(amount, tuple(steps), joint)


def plain(amount: Decimal) -> str:
    """A decimal as people write it: 5000, 0.05."""
    return format(amount.normalize(), "f")


def _round(amount: Decimal, unit: Decimal) -> Decimal:
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit
