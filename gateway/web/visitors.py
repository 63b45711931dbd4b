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

SAMPLE_TAKERS = (Role.SAMPLER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE)
PLAN_READERS = (*sorted(OFFICIALS), Role.ADMINISTRATOR)
PLAN_KEEPERS = (Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR)
SAMPLE_READERS = (*sorted(OFFICIALS), Role.SAMPLER)
DRAW_READERS = tuple(sorted(OFFICIALS))
DRAWERS = (Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR)
SAMPLER_READERS = (*sorted(OFFICIALS), Role.ADMINISTRATOR)
LABORATORY_READERS = (*SAMPLER_READERS, Role.SAMPLER)
PUBLICATION_READERS = tuple(sorted(OFFICIALS))
PUBLISHERS = (Role.FOOD_SAFETY_OFFICE,)
TRANSFER_READERS = tuple(sorted(OFFICIALS))
CASE_DECIDERS = (Role.INSPECTOR, Role.CASE_HANDLER)
RECALL_DECIDERS = (*CASE_DECIDERS, Role.FOOD_SAFETY_OFFICE)
REPORT_READERS = tuple(sorted(OFFICIALS))
CLOCK_FOLLOWERS = tuple(sorted(OFFICIALS))
CASE_READERS = (*sorted(OFFICIALS), Role.BUSINESS)
INSPECTION_READERS = tuple(sorted(OFFICIALS))
VISIT_MAKERS = (Role.INSPECTOR, Role.GRID_OFFICER)
CORRECTION_READERS = (*sorted(OFFICIALS), Role.BUSINESS)
FIELD_OFFICERS = (*VISIT_MAKERS, Role.FOOD_SAFETY_OFFICE)
LETTER_WRITERS = (Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR)
OFFICE = (Role.FOOD_SAFETY_OFFICE,)
TRAINING_KEEPERS = (Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR)
FACILITY_KEEPERS = (Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR)
REWARD_KEEPERS = (Role.CASE_HANDLER,)
REWARD_DECIDERS = (Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE)
REWARD_READERS = (*REWARD_DECIDERS, Role.LEADER, Role.AUDITOR)
LENIENCY_READERS = (Role.LEADER, Role.AUDITOR)
ASSESSMENT_READERS = (*sorted(OFFICIALS), Role.ADMINISTRATOR)
EVALUATION_READERS = (*sorted(OFFICIALS), Role.REVIEWER, Role.ADMINISTRATOR)
RANDOM_DRAW_READERS = (*sorted(OFFICIALS), Role.REVIEWER)
TRACE_READERS = tuple(sorted(OFFICIALS))
TRADE_READERS = (*TRACE_READERS, Role.MARKET_OPERATOR)
TRADERS = (Role.BUSINESS, Role.MARKET_OPERATOR)
LABORATORIES = (Role.LABORATORY,)
SEARCHERS = (*sorted(OFFICIALS), Role.SAMPLER)
EXPORTERS = (*sorted(OFFICIALS), Role.ADMINISTRATOR)
RESULT_UPLOADERS = (Role.LABORATORY, Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR)


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person, and the caller that stands for them when a page asks a service."""

    actor: Actor
    caller: Caller

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def searches(self) -> bool:
        """Whether the frame offers to look for records."""
        return self.actor.has(*SEARCHERS)

    @property
    def exports(self) -> bool:
        """Whether the home page offers whole lists as files."""
        return self.actor.has(*EXPORTERS)

    @property
    def navigation(self) -> list[tuple[str, str]]:
        """The pages this person may open, in the order of use."""
        pages = [("首页", "/")]
        if self.actor.has(*READERS) and self.actor.regions:
            pages.append(("区域看板", "/regions"))
        return pages + [(name, address) for name, address, roles in NAVIGATION if self.actor.has(*roles)]


NAVIGATION = (
    ("快检上报", "/rapid-tests", UPLOADERS),
    ("快检吹哨", "/whistles", WHISTLE_READERS),
    ("抽样任务", "/sampling-tasks", SAMPLE_READERS),
    ("抽检计划", "/sampling-plans", PLAN_READERS),
    ("盲样检验", "/laboratory", LABORATORIES),
    ("检验报告", "/reports", REPORT_READERS),
    ("核查处置", "/disposals", CASE_READERS),
    ("结果公布", "/publications", PUBLICATION_READERS),
    ("监督检查", "/visits", INSPECTION_READERS),
    ("整改", "/corrections", CORRECTION_READERS),
    ("双随机", "/random-draws", RANDOM_DRAW_READERS),
    ("评价创建", "/evaluations", EVALUATION_READERS),
    ("一户一档", "/businesses", INSPECTION_READERS),
    ("网格", "/grid", INSPECTION_READERS),
    ("追溯召回", "/traces", TRACE_READERS),
    ("进货卖货", "/shop", TRADERS),
    ("我的档案", "/my-business", (Role.BUSINESS,)),
    ("对接", "/webhooks", (Role.ADMINISTRATOR,)),
)
"""Pages for who works with them, by role, in the order of use."""


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


CanReadBoards = Annotated[Visitor, Depends(AllowVisitors(*READERS))]
CanUploadFiles = Annotated[Visitor, Depends(AllowVisitors(*UPLOADERS))]
CanReadRapidTests = Annotated[Visitor, Depends(AllowVisitors(*RAPID_TEST_READERS))]
CanSearch = Annotated[Visitor, Depends(AllowVisitors(*SEARCHERS))]
CanExport = Annotated[Visitor, Depends(AllowVisitors(*EXPORTERS))]
CanReadWhistles = Annotated[Visitor, Depends(AllowVisitors(*WHISTLE_READERS))]
CanTakeSamples = Annotated[Visitor, Depends(AllowVisitors(*SAMPLE_TAKERS))]
CanReadPlans = Annotated[Visitor, Depends(AllowVisitors(*PLAN_READERS))]
CanKeepPlans = Annotated[Visitor, Depends(AllowVisitors(*PLAN_KEEPERS))]
CanReadDraws = Annotated[Visitor, Depends(AllowVisitors(*DRAW_READERS))]
CanDraw = Annotated[Visitor, Depends(AllowVisitors(*DRAWERS))]
CanReadSamplers = Annotated[Visitor, Depends(AllowVisitors(*SAMPLER_READERS))]
CanReadLaboratories = Annotated[Visitor, Depends(AllowVisitors(*LABORATORY_READERS))]
CanReadSamples = Annotated[Visitor, Depends(AllowVisitors(*SAMPLE_READERS))]
CanReadReports = Annotated[Visitor, Depends(AllowVisitors(*REPORT_READERS))]
CanFollowClocks = Annotated[Visitor, Depends(AllowVisitors(*CLOCK_FOLLOWERS))]
CanReadCases = Annotated[Visitor, Depends(AllowVisitors(*CASE_READERS))]
CanReadPublications = Annotated[Visitor, Depends(AllowVisitors(*PUBLICATION_READERS))]
CanPublish = Annotated[Visitor, Depends(AllowVisitors(*PUBLISHERS))]
CanReadTransfers = Annotated[Visitor, Depends(AllowVisitors(*TRANSFER_READERS))]
CanTestSamples = Annotated[Visitor, Depends(AllowVisitors(*LABORATORIES))]
CanUploadResults = Annotated[Visitor, Depends(AllowVisitors(*RESULT_UPLOADERS))]
CanReadInspections = Annotated[Visitor, Depends(AllowVisitors(*INSPECTION_READERS))]
CanMakeVisits = Annotated[Visitor, Depends(AllowVisitors(*VISIT_MAKERS))]
CanReadCorrections = Annotated[Visitor, Depends(AllowVisitors(*CORRECTION_READERS))]
CanWorkInField = Annotated[Visitor, Depends(AllowVisitors(*FIELD_OFFICERS))]
CanWriteLetters = Annotated[Visitor, Depends(AllowVisitors(*LETTER_WRITERS))]
CanReadAssessments = Annotated[Visitor, Depends(AllowVisitors(*ASSESSMENT_READERS))]
CanReadEvaluations = Annotated[Visitor, Depends(AllowVisitors(*EVALUATION_READERS))]
CanReadRandomDraws = Annotated[Visitor, Depends(AllowVisitors(*RANDOM_DRAW_READERS))]
CanWitnessDraws = Annotated[Visitor, Depends(AllowVisitors(*RANDOM_DRAW_READERS))]
CanDrawAtRandom = Annotated[Visitor, Depends(AllowVisitors(*OFFICE))]
CanKeepFacilities = Annotated[Visitor, Depends(AllowVisitors(*FACILITY_KEEPERS))]
CanKeepTrainings = Annotated[Visitor, Depends(AllowVisitors(*TRAINING_KEEPERS))]
CanReadRewards = Annotated[Visitor, Depends(AllowVisitors(*REWARD_READERS))]
CanKeepRewards = Annotated[Visitor, Depends(AllowVisitors(*REWARD_KEEPERS))]
CanReadLeniency = Annotated[Visitor, Depends(AllowVisitors(*LENIENCY_READERS))]
IsInspector = Annotated[Visitor, Depends(AllowVisitors(Role.INSPECTOR))]
IsAdministrator = Annotated[Visitor, Depends(AllowVisitors(Role.ADMINISTRATOR))]
IsLeader = Annotated[Visitor, Depends(AllowVisitors(Role.LEADER))]
IsOffice = Annotated[Visitor, Depends(AllowVisitors(*OFFICE))]
CanDecideOnRecalls = Annotated[Visitor, Depends(AllowVisitors(*RECALL_DECIDERS))]
CanReadTraces = Annotated[Visitor, Depends(AllowVisitors(*TRACE_READERS))]
CanReadTrade = Annotated[Visitor, Depends(AllowVisitors(*TRADE_READERS))]
IsTrader = Annotated[Visitor, Depends(AllowVisitors(*TRADERS))]
IsBusiness = Annotated[Visitor, Depends(AllowVisitors(Role.BUSINESS))]
PerhapsVisitor = Annotated[Visitor | None, Depends(_perhaps)]
"""The visitor where a page is open to everybody."""
