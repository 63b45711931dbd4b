"""The dashboard of a region: four sections read side by side."""

import asyncio
from datetime import datetime

from gateway.clients import Caller, Refused, Services
from gateway.dashboards.last_good import LastGood, sight_of
from gateway.dashboards.schemas import Dashboard, Section, SectionStatus
from gateway.dashboards.section import read_section, refused_section
from shared.contracts.codes import SERVICES
from shared.contracts.figures import Period
from shared.http.auth import Actor
from shared.http.problems import Problem

NOT_REWOUND = (
    "区划、人口和指标口径按现在的",
    "后来作废、改判的记录按现在的样子计，当时算进去、后来作废的不再出现",
)
"""What a look back does not bring back, in words for the reader."""


class NothingToShow(Problem):
    """No service answered, and nothing was kept."""

    slug, title, status = "dashboard-unavailable", "看板暂时取不到任何数据", 503


async def read_dashboard(
    services: Services,
    last_good: LastGood,
    region: str,
    period: Period,
    actor: Actor,
    caller: Caller,
    as_of: datetime | None = None,
) -> Dashboard:
    """Compose the dashboard, with `as_of` from what was known then. A refusal by every service is raised as it was
    said; all silent is `NothingToShow`. Whoever asks the same in the same instant, with the same sight, shares it.
    """
    return await last_good.looks.take(
        (region, period, sight_of(actor), as_of),
        lambda: _look(services, last_good, region, period, actor, caller, as_of),
    )


async def _look(
    services: Services,
    last_good: LastGood,
    region: str,
    period: Period,
    actor: Actor,
    caller: Caller,
    as_of: datetime | None,
) -> Dashboard:
    answers = await asyncio.gather(
        *(read_section(services, last_good, unit, region, period, actor, caller, as_of) for unit in SERVICES),
        return_exceptions=True,
    )
    sections: list[Section] = []
    names: list[str] = []
    refusals: list[Refused] = []
    for unit, answer in zip(SERVICES, answers, strict=True):
        if isinstance(answer, Refused):
            refusals.append(answer)
            sections.append(refused_section(unit, answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            section, name = answer
            sections.append(section)
            names += [name] if name else []
    if all(section.status is SectionStatus.UNAVAILABLE for section in sections):
        if refusals:
            raise refusals[0]
        all_four = "、".join(unit.label for unit in SERVICES)
        raise NothingToShow(f"{all_four}四个服务都没有回答，请过一会儿再刷新", headers={"Retry-After": "5"})
    return Dashboard(
        region_code=region,
        region_name=names[0] if names else region,
        period=str(period),
        previous_period=str(period.previous),
        as_known_at=as_of,
        not_rewound=[] if as_of is None else [*NOT_REWOUND],
        sections=sections,
    )
