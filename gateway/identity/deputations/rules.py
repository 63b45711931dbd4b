"""What may be handed to a deputy. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.contracts.codes import Role

LONGEST = timedelta(days=180)
"""Who is away for longer is replaced: then the other gets an account with these roles."""

NEVER_HANDED_ON = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.BUSINESS, Role.EXTERNAL_SYSTEM})
"""Who administers or audits is named for it; who stands for a business is no official."""


def faults_of(
    wanted: Collection[Role],
    principal: Collection[Role],
    deputy: Collection[Role],
    valid_from: datetime,
    valid_until: datetime,
    now: datetime,
) -> list[str]:
    """What is wrong with handing these roles of the principal to the deputy; empty when nothing is."""
    faults = []
    if kept := sorted(role.label for role in NEVER_HANDED_ON.intersection(wanted)):
        faults.append(f"{'、'.join(kept)}不能由人代理")
    if missing := sorted(role.label for role in set(wanted) - set(principal)):
        faults.append(f"被代理人没有这些角色：{'、'.join(missing)}")
    if NEVER_HANDED_ON.intersection(deputy):
        faults.append("系统管理员、审计人员、经营者和外部系统不能做代理人")
    if valid_until <= now:
        faults.append("代理的结束时间已经过去")
    if valid_from >= valid_until:
        faults.append("代理的开始时间应早于结束时间")
    elif valid_until - valid_from > LONGEST:
        faults.append(f"代理最长 {LONGEST.days} 天；更久的请另给角色")
    return faults
