"""What the home page puts first."""

from gateway.web.home import Asked, _longest_first
from shared.contracts.codes import Unit


def test_what_has_been_overdue_longest_stands_first_whichever_service_it_is_of() -> None:
    def clocks(*days: int) -> list[dict[str, str]]:
        return [{"due_at": f"2026-07-{day:02d}T16:00:00Z"} for day in days]

    told = [Asked(Unit.SAMPLING, clocks(19, 20)), Asked(Unit.INSPECTION, clocks(3)), Asked(Unit.SCORING, [], True)]
    assert [unit for unit, _ in _longest_first(told)] == [Unit.INSPECTION, Unit.SAMPLING, Unit.SAMPLING]
