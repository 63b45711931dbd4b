"""Rules that hold for the whole installation are changed only by who answers for all of it.

An installation may hold more regions than the one it serves: a neighbouring county is sent a sample's result, a
province's names are loaded as a whole, several counties share one. A rule without a region would reach all of them, so
it is stated by who has the installation's own region (setting `home_region`) or one above it. Where none is set,
nobody states it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.problems import Problem
from shared.regions.repository import is_within

KeeperOfRules = Callable[..., Awaitable[Actor]]


class RuleForEverybody(Problem):
    """The rule holds for regions that are not the caller's."""

    slug, title, status = "rule-for-everybody", "这条规则对整个平台适用", 403


def keeper_of_rules(*roles: Role) -> KeeperOfRules:
    """A dependency: a caller with one of `roles`, and whether he may state what holds for everybody here."""
    allow = Allow(*roles)

    async def keeper(request: Request, session: Session, actor: Annotated[Actor, Depends(allow)]) -> Actor:
        home: str = request.app.state.settings.home_region
        return replace(actor, keeps_common_rules=bool(home) and await is_within(session, home, actor.regions))

    return keeper


def keeper_of_common_rules(*roles: Role) -> KeeperOfRules:
    """A dependency: a caller with one of `roles` who may state what holds for everybody here. Raises
    `RuleForEverybody`.
    """
    keeper = keeper_of_rules(*roles)

    async def common(request: Request, actor: Annotated[Actor, Depends(keeper)]) -> Actor:
        if not actor.keeps_common_rules:
            home: str = request.app.state.settings.home_region
            raise RuleForEverybody(
                f"只有管辖区域含 {home}（平台服务的区域）的人员可以改"
                if home
                else "平台没有设定服务的区域（SHIAN_HOME_REGION），请运维人员设定后再改"
            )
        return actor

    return common
