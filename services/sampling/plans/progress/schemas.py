"""What callers get about the progress of a plan."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.sampling.plans.progress.rules import Outlook, Pace
from shared.contracts.figures import FigureState, Number
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Link


class ForecastRead(Schema):
    """Where the year ends if it goes on like the last weeks."""

    expected: int = Field(examples=[4520])
    low: int = Field(description="90% 区间下限", examples=[4310])
    high: int = Field(description="90% 区间上限", examples=[4730])


class GoalProgress(Schema):
    """One target against what was done, against time, and with a forecast."""

    planned: int | None = Field(description="目标批次；无法计算为 null", examples=[4739])
    taken: int = Field(description="已抽样（拒绝、拒收、作废的不计）", examples=[2210])
    concluded: int = Field(description="其中已有结论", examples=[1987])
    completion: Number | None = Field(description="完成率，%", examples=["46.6"])
    expected_by_now: Number | None = Field(description="按时间进度应完成", examples=["2648.6"])
    lag: Number | None = Field(description="落后于时间进度的批次；超前为负", examples=["438.6"])
    pace: Pace
    pace_label: str = Field(examples=["落后于时间"])
    forecast: ForecastRead | None = Field(description="年终预测；不足四周无法预测，为 null")
    outlook: Outlook
    outlook_label: str = Field(examples=["预计完不成"])


class RegionProgress(Schema):
    target_id: UUID
    region_code: str
    region_name: str = Field(examples=["海曙区"])
    steps: str = Field(description="目标怎样算出")
    progress: GoalProgress


class CategoryProgress(Schema):
    target_id: UUID
    link: Link
    category_code: str | None
    category_name: str | None = Field(description="类别名称；不限类别或没有登记为 null", examples=["粮食加工品"])
    progress: GoalProgress


class CoverageProgress(Schema):
    duty_id: UUID
    title: str = Field(examples=["小作坊全覆盖"])
    minimum: int
    state: FigureState = Field(description="missing：名单为空或计划未下达，没有覆盖率")
    listed: int = Field(description="名单上的户数", examples=[60])
    covered: int = Field(description="已达到次数的户数", examples=[41])
    not_covered: int = Field(examples=[19])
    rate: Number | None = Field(description="覆盖率，%", examples=["68.3"])


class Laggard(Schema):
    """One target that is behind time."""

    target_id: UUID
    name: str = Field(examples=["石碶街道"])
    lag: Number = Field(examples=["12.4"])
    completion: Number = Field(examples=["31.5"])


class PlanProgress(Schema):
    plan_id: UUID
    as_of: date
    elapsed_days: int = Field(examples=[204])
    days_of_year: int = Field(examples=[365])
    forecast_method: str = Field(description="预测怎样做出、不考虑什么")
    plan: GoalProgress = Field(description="计划自己的任务、同一性质的样品")
    unassigned: int = Field(description="计划的样品中不属于任何类别目标的", examples=[0])
    regions: list[RegionProgress]
    categories: list[CategoryProgress]
    coverage: list[CoverageProgress]
    behind: list[Laggard] = Field(description="落后于时间的目标，完成率低的在前")
