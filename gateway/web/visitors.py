"""Who is looking at a page: the signed-in person behind the browser's cookie, and what the frame offers them.

CanReadBoards = Annotated[Visitor, Depends(AllowVisitors(Role.LEADER, Role.FOOD_SAFETY_OFFICE))]
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from gateway.clients import Caller, caller_of
from gateway.dashboards.router import READERS
from gateway.identity.web_sessions import OptionalWebActor, SignedIn, WebActor
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.http.problems import Forbidden

UPLOADERS = (Role.MARKET_OPERATOR, Role.SAMPLER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE)
RAPID_TEST_READERS = (
    *sorted(OFFICIALS),
    Role.SAMPLER,
    Role.MARKET_OPERATOR,
    Role.EXTERNAL_SYSTEM,
    Role.ADMINISTRATOR,
)
WHISTLE_READERS = (*sorted(OFFICIALS), Role.SAMPLER, Role.MARKET_OPERATOR, Role.BUSINESS, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person, and the caller that stands for them when a page asks a service."""

    actor: Actor
    caller: Caller

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def navigation(self) -> list[tuple[str, str]]:
        """The pages this person may open, in the order of use."""
        pages = [("首页", "/")]
        if self.actor.has(*READERS) and self.actor.regions:
            pages.append(("区域看板", "/regions"))
        if self.actor.has(*UPLOADERS):
            pages.append(("快检上报", "/rapid-tests"))
        if self.actor.has(*WHISTLE_READERS):
            pages.append(("快检吹哨", "/whistles"))
        return pages


def greet(request: Request, signed_in: SignedIn) -> Visitor:
    """The visitor of this request, remembered so that the frame of the page shows them."""
    visitor = Visitor(signed_in.actor, caller_of(request, signed_in.bearer))
    request.state.visitor = visitor
    return visitor


class AllowVisitors:
    """A dependency that lets signed-in people with one of `roles` see a page; the access matrix reads `roles`."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    def __call__(self, request: Request, signed_in: WebActor) -> Visitor:
        visitor = greet(request, signed_in)
        if not visitor.actor.has(*self.roles):
            wanted = "、".join(role.label for role in Role if role in self.roles)
            raise Forbidden(f"这一页给以下人员用：{wanted}。需要时请管理员给您的账号加上角色")
        return visitor


def _perhaps(request: Request, signed_in: OptionalWebActor) -> Visitor | None:
    return greet(request, signed_in) if signed_in else None


AnyVisitor = Annotated[Visitor, Depends(AllowVisitors(*Role))]
CanReadBoards = Annotated[Visitor, Depends(AllowVisitors(*READERS))]
CanUploadFiles = Annotated[Visitor, Depends(AllowVisitors(*UPLOADERS))]
CanReadRapidTests = Annotated[Visitor, Depends(AllowVisitors(*RAPID_TEST_READERS))]
CanReadWhistles = Annotated[Visitor, Depends(AllowVisitors(*WHISTLE_READERS))]
PerhapsVisitor = Annotated[Visitor | None, Depends(_perhaps)]
"""The visitor where a page is open to everybody."""
