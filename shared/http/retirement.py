"""Routes that will go: said in the answer's headers and in the interface description, from one declaration.

    GOING = Retired(since=date(2026, 11, 1), until=date(2027, 6, 1), instead="/v1/things")

    @router.get("/old-things", dependencies=[GOING])

`Deprecation` (RFC 9745) is the moment from which nobody should begin to use the route, `Sunset` (RFC 8594) the moment
from which it may answer no more, and `Link` names what to use instead (RFC 5829) and where the policy stands. Between
the two lies at least half a year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from email.utils import format_datetime
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.params import Depends

from shared.times import start_of_day

NOTICE = timedelta(days=183)
POLICY = "/docs/guide/api.md"


@dataclass(frozen=True, slots=True)
class Retirement:
    """Since when a route is on its way out, until when it answers (days of Asia/Shanghai), and what takes its place:
    a path of the same unit, None where nothing does. Raises `ValueError` for less than half a year of notice.
    """

    since: date
    until: date
    instead: str | None = None

    def __post_init__(self) -> None:
        if self.until - self.since < NOTICE:
            raise ValueError(f"a route is announced at least {NOTICE.days} days before it goes")

    def __call__(self) -> None:
        """A dependency that asks nothing; the route class reads it."""

    @property
    def headers(self) -> dict[str, str]:
        """What every answer of the route says, a refusal included."""
        links = [f'<{POLICY}>; rel="deprecation"; type="text/markdown"']
        if self.instead:
            links.append(f'<{self.instead}>; rel="successor-version"')
        return {
            "Deprecation": f"@{int(start_of_day(self.since).timestamp())}",
            "Sunset": format_datetime(start_of_day(self.until).astimezone(UTC), usegmt=True),
            "Link": ", ".join(links),
        }

    @property
    def words(self) -> str:
        instead = f"，请改用 `{self.instead}`" if self.instead else ""
        return f"自 {self.since.isoformat()} 起不再建议使用{instead}；{self.until.isoformat()} 起可能不再答复。"

    @property
    def described(self) -> dict[str, Any]:
        """The headers as the interface description has them."""
        said = {
            "Deprecation": "从何时起不再建议使用（RFC 9745，@ 后为 Unix 秒）",
            "Sunset": "从何时起可能不再答复（RFC 8594）",
            "Link": "改用什么（successor-version），办法见哪里（deprecation）",
        }
        return {
            name: {"description": said[name], "schema": {"type": "string"}, "example": value}
            for name, value in self.headers.items()
        }


def Retired(*, since: date, until: date, instead: str | None = None) -> Any:  # noqa: N802 (stands where Depends stands)
    """The declaration, for the `dependencies` of a route."""
    return Depends(Retirement(since, until, instead))


def retirement_of(dependant: Dependant) -> Retirement | None:
    """What was declared of the route with these dependencies."""
    return next(_declared(dependant), None)


def _declared(dependant: Dependant) -> Iterator[Retirement]:
    if isinstance(dependant.call, Retirement):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _declared(child)
