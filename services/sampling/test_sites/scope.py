"""Which sites a caller may see and act for: an official those of his regions, a market operator only his own."""

from typing import TypeVarTuple

from sqlalchemy import Select, false

from services.sampling.test_sites.models import Site
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")

REGIONAL = OFFICIALS | {Role.SAMPLER, Role.LABORATORY, Role.REVIEWER, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR}
"""Roles that see by region. Whoever acts for one business sees by business instead, whatever else he may be."""


def sees_by_region(actor: Actor) -> bool:
    return actor.business_id is None and actor.has(*REGIONAL)


def visible_sites(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Site` to the sites `actor` may see."""
    if sees_by_region(actor):
        return within_scope(statement, Site.region_code, actor)
    if actor.business_id is None:
        return statement.where(false())
    return statement.where(Site.operator_business_id == actor.business_id)
