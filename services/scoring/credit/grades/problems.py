"""What can go wrong with credit accounts, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownCreditAccount(NotFound):
    slug, title = "unknown-credit-account", "没有这个主体的信用账户"


class UnknownCreditEntry(NotFound):
    slug, title = "unknown-credit-entry", "没有这条信用记录"


class EntryAlreadyEnded(Conflict):
    slug, title = "credit-entry-ended", "这条信用记录已经停止计入"


class AccountMerged(Conflict):
    slug, title = "credit-account-merged", "这个主体已并入另一户"


class EntryKnown(Conflict):
    slug, title = "credit-entry-known", "这件事已经登记过"


class NotRepairableYet(Conflict):
    slug, title = "credit-entry-not-repairable", "还不能信用修复"


class NoCreditRule(Conflict):
    slug, title = "no-credit-rule", "还没有适用的信用风险分级办法"


class AccountElsewhere(Conflict):
    slug, title = "credit-account-exists", "这个主体已有信用账户"


def refused_at(pointer: str, message: str, code: str) -> InvalidRequest:
    """What was sent cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
