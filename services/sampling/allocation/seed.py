"""The shipped caps, as the code of another system has them: unverified until somebody reads them in a rule."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.allocation.codes import CapKind
from services.sampling.allocation.models import SamplingCap
from shared.contracts.statutory_sampling import Link
from shared.dated_rules.repository import seed_rules

SINCE = date(2000, 1, 1)
SOURCE = "既有抽检系统的程序代码，未见规则原文"
SHIPPED = (
    (CapKind.SAME_PRODUCT, 1, None, ""),
    (CapKind.PRODUCER_CATEGORY, 3, None, ""),
    (CapKind.SHOP, 10, Link.CIRCULATION, "程序按 10 检查，其注释写 5；网络购样不受此限"),
)


async def seed_caps(session: AsyncSession) -> None:
    rows = [{"kind": kind, "maximum": maximum, "link": link, "note": note} for kind, maximum, link, note in SHIPPED]
    await seed_rules(session, SamplingCap, rows, valid_from=SINCE, source=SOURCE, verified=False)
