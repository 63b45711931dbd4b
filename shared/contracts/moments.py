"""Moments and days as people and terminals write them, within what can be reckoned with."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

PLAUSIBLE_YEARS = range(1970, 2200)
"""A clock that was reset begins in 1970; beyond these no sum with a skew can be kept."""

EARLIEST_DAY = date(1949, 10, 1)
"""No paper in force is older. (The first day that Python knows is PostgreSQL's `-infinity`, which counts no days.)"""


def _reckonable(moment: datetime) -> datetime:
    if moment.year not in PLAUSIBLE_YEARS:
        raise ValueError("时间不可信，请核对终端的时钟")
    return moment


def _printed(day: date) -> date:
    if day < EARLIEST_DAY:
        raise ValueError(f"日期早于 {EARLIEST_DAY}，请照原件核对")
    return day


PlausibleMoment = Annotated[AwareDatetime, AfterValidator(_reckonable)]
PrintedDay = Annotated[date, AfterValidator(_printed)]
