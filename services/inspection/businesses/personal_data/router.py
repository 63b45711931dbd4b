"""The personal data of a business's file over HTTP."""

from uuid import UUID

from services.inspection.businesses.personal_data import service
from services.inspection.businesses.router import CanKeepBusinesses
from shared.database import Session
from shared.http.routing import Router
from shared.personal_data.schemas import DisclosureRead, DisclosureRequest

router = Router(prefix="/v1/businesses/{business_id}/disclosures", tag="主体的人员")


@router.post("")
async def disclose_business(
    session: Session, actor: CanKeepBusinesses, business_id: UUID, body: DisclosureRequest
) -> DisclosureRead:
    """看全电话、人员的姓名和证明编号：限保管档案的人，须写明为什么，每次都有记录。"""
    return await service.disclose_business(session, actor, business_id, body.purpose)
