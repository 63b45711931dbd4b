"""When a re-test must be refused, what it says, and who pays for it. Pure.

Sources: 食品安全法 §88 (7 working days, random laboratory other than the first, final), 实施条例 §42 (who pays): read.
The grounds of refusal: 抽样检验管理办法, read in the text of 2014 only (§37); the present one has not been checked.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from shared.contracts.disposals import Payer, RetestGround
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict


class Facts(NamedTuple):
    """What decides whether there is a re-test. `backup_expires_on` is the last day on which the backup is good."""

    is_late: bool
    only_microbiology: bool
    another_accepted: bool
    no_backup: bool
    backup_expires_on: date | None
    day: date


def binding_grounds(facts: Facts) -> list[RetestGround]:
    """The grounds that the system itself sees; with one of them a re-test cannot be accepted."""
    expired = facts.backup_expires_on is not None and facts.backup_expires_on < facts.day
    seen = {
        RetestGround.LATE: facts.is_late,
        RetestGround.MICROBIOLOGY: facts.only_microbiology,
        RetestGround.BACKUP_EXPIRED: expired,
        RetestGround.BACKUP_UNUSABLE: facts.no_backup,
        RetestGround.ALREADY_APPLIED: facts.another_accepted,
    }
    return [ground for ground, holds in seen.items() if holds]


CHECKED = frozenset(RetestGround) - {
    RetestGround.NOT_ENTITLED,
    RetestGround.OTHER_BY_LAW,
    RetestGround.BACKUP_UNUSABLE,
}
"""Grounds that nobody may claim where the system does not see them; the others somebody must show in writing."""


def conclusion_of(verdicts: Collection[ItemVerdict]) -> Conclusion:
    """What the re-tested items say together. Only where every one passed it is a pass."""
    if ItemVerdict.UNQUALIFIED in verdicts:
        return Conclusion.UNQUALIFIED
    if ItemVerdict.PROBLEM in verdicts:
        return Conclusion.PROBLEM
    passed = bool(verdicts) and all(verdict is ItemVerdict.QUALIFIED for verdict in verdicts)
    return Conclusion.QUALIFIED if passed else Conclusion.UNDETERMINED


def overturns(conclusion: Conclusion, failed_before: Iterable[str], retested: Collection[str]) -> bool:
    """Whether the sample as a whole now passes: the re-test passed, and nothing else had failed."""
    return conclusion is Conclusion.QUALIFIED and set(failed_before) <= set(retested)


def payer_of(conclusion: Conclusion) -> Payer:
    """Who bears the cost that the applicant has advanced (实施条例 §42)."""
    if conclusion is Conclusion.QUALIFIED:
        return Payer.BUREAU
    return Payer.UNDECIDED if conclusion is Conclusion.UNDETERMINED else Payer.APPLICANT
