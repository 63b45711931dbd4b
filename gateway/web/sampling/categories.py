"""Food categories as a form offers them: by code, each below its own."""

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web.visitors import Visitor
from shared.contracts.codes import Unit

BUDGET_SECONDS = 5.0
MOST = 200
"""Categories offered in one list; what is deeper down is left to the interface."""


async def category_options(services: Services, visitor: Visitor) -> list[tuple[str, str]]:
    """Codes and names, the level told by the indent."""
    page = await services.get(Unit.SAMPLING, "/v1/food-categories", visitor.caller, BUDGET_SECONDS, limit=str(MOST))
    return [(each["code"], "　" * (each["level"] - 1) + each["name"]) for each in page["items"]]


async def categories_if_told(services: Services, visitor: Visitor) -> list[tuple[str, str]]:
    """The same for pages that go on without: nothing where nobody answers."""
    try:
        return await category_options(services, visitor)
    except (Refused, ServiceSilent):
        return []
