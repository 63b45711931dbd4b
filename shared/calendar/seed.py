"""The notices 2004 onwards, read from the maintained package ``chinesecalendar`` instead of a copy of our own.

When a later version of the package knows a new year, that year is seeded at the next start; a year a bureau has
loaded itself is never touched (see ``service.load_seed``).
"""

from importlib.metadata import version

import chinese_calendar

from shared.calendar.rules import CalendarDay

SEED_SOURCE = f"国务院办公厅各年度放假安排通知（据开源数据包 chinesecalendar {version('chinesecalendar')} 整理）"


def seeded_notices() -> dict[int, list[CalendarDay]]:
    """Give the days off and make-up workdays of every year the package knows, by year, in order of the day."""
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    days = [
        *(CalendarDay(day, working=False, name=names[name]) for day, name in chinese_calendar.holidays.items()),
        *(CalendarDay(day, working=True, name=names[name]) for day, name in chinese_calendar.workdays.items()),
    ]
    notices: dict[int, list[CalendarDay]] = {}
    for row in sorted(days, key=lambda row: row.day):
        notices.setdefault(row.day.year, []).append(row)
    return notices
