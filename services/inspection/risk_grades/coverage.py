"""How long a full-item inspection covers a business: every one once in two years (49号令第二十二条), by dated rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.calendar.rules import ONE_DAY, WorkingCalendar
from shared.clocks.rules import Clock, ClockRule, applicable, due
from shared.contracts.clocks import Authority
from shared.times import day_of, start_of_day

CLOCK_CODE = "full_inspection_coverage"
_WEEK = WorkingCalendar.of((), ())  # the rule counts months; a rule in working days would be counted by weekday


@dataclass(frozen=True, slots=True)
class Coverage:
    """The versions of the rule. Each inspection is covered by the version in force on its day."""

    rules: Sequence[ClockRule]

    def last_day(self, since: date) -> date:
        """The last day that an inspection on `since` covers; before the first version the first one counts."""
        triggered = start_of_day(since)
        rule = applicable(self.rules, CLOCK_CODE, Authority.MARKET, triggered)
        rule = rule or min(self.rules, key=lambda one: one.valid_from)
        end = due(Clock(triggered, rule), _WEEK)
        assert end is not None  # only a paused clock has no end
        return day_of(end.at - ONE_DAY.resolution)
