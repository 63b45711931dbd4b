"""Who issues letters, and from which forms: rows that are only added."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.supervision_letters import repository
from services.inspection.supervision_letters.models import LetterIssuer, LetterTemplate
from services.inspection.supervision_letters.rules import template_faults
from services.inspection.supervision_letters.schemas import IssuerCreate, TemplateCreate
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, InvalidRequest
from shared.regions.scope import ensure_in_scope


class IssuerKnown(Conflict):
    slug, title = "letter-issuer-known", "这个发文机关或代字已经登记"


async def add_issuer(session: AsyncSession, body: IssuerCreate, actor: Actor) -> LetterIssuer:
    """Enter an organisation. Raises IssuerKnown, OutsideRegion."""
    await ensure_in_scope(session, actor, body.region_code)
    if await repository.issuer_like(session, body.name, body.abbreviation) is not None:
        raise IssuerKnown("名称和代字都不能与已有的相同：文号靠代字区分")
    issuer = LetterIssuer(**body.model_dump(), recorded_by=actor.id)
    session.add(issuer)
    await session.flush()
    return issuer


async def add_template(session: AsyncSession, body: TemplateCreate, actor: Actor) -> LetterTemplate:
    """Enter the next version of a form. Raises InvalidRequest for one that could not be filled in."""
    if faults := template_faults(body.typed_fields, body.paragraphs):
        errors = [FieldError(pointer=fault.pointer, message=fault.message, code="template") for fault in faults]
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
    known = await repository.list_templates(session, body.kind)
    template = LetterTemplate(
        **body.model_dump(mode="json") | {"kind": body.kind, "valid_from": body.valid_from},
        number=max((row.number for row in known), default=0) + 1,
        recorded_by=actor.id,
    )
    session.add(template)
    await session.flush()
    await session.refresh(template)
    return template
