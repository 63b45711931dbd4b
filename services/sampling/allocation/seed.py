"""The shipped caps, as the code of another system has them: unverified until somebody reads them in a rule."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.allocation import repository
from services.sampling.allocation.codes import CapKind
from shared.contracts.statutory_sampling import Link

SINCE = date(2000, 1, 1)
SOURCE = "既有抽检系统的程序代码，未见规则原文"
SHIPPED = (
    (CapKind.SAME_PRODUCT, 1, None, ""),
    (CapKind.PRODUCER_CATEGORY, 3, None, ""),
    (CapKind.SHOP, 10, Link.CIRCULATION, "程序按 10 检查，其注释写 5；网络购样不受此限"),
)


async def seed_caps(session: AsyncSession) -> None:
    """Bring the shipped caps in; idempotent, and a bureau's later row stands before them."""
    await repository.add_missing_caps(
        session,
        [
            {
                "id": uuid5(NAMESPACE_URL, f"shian:sampling-cap:{kind}:{SINCE}"),
                "kind": kind,
                "maximum": maximum,
                "link": link,
                "valid_from": SINCE,
                "source": SOURCE,
                "verified": False,
                "note": note,
            }
            for kind, maximum, link, note in SHIPPED
        ],
    )
