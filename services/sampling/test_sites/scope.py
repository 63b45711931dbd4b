"""Which sites a caller may see and act for: those of his regions, and a market operator of these only his own."""

from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select

from services.sampling.test_sites.models import Business, Site
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")

REGIONAL = OFFICIALS | {Role.SAMPLER, Role.REVIEWER, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR}
"""Roles that see all of their regions; a laboratory, which must not learn whose goods it tests, is none of them.
Whoever acts for a business sees of them only what is its, whatever else he may be.
"""


def sees_whole_regions(actor: Actor) -> bool:
    return actor.business_id is None and actor.has(*REGIONAL)


def visible_sites(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Site` to the sites `actor` may see. An administrator may tie a user to any business,
    so the regions bind everybody.
    """
    statement = within_scope(statement, Site.region_code, actor)
    if sees_whole_regions(actor):
        return statement
    if actor.business_id is None:
        return statement.where(false())
    return statement.where(operated_by(actor.business_id))


def operated_by(business_id: UUID) -> ColumnElement[bool]:
    """The condition that a site is run by the business, under its own id or that of a file merged into it."""
    merged = select(Business.id).where(Business.merged_into == business_id)
    return or_(Site.operator_business_id == business_id, Site.operator_business_id.in_(merged))
