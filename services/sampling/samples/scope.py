"""Who reads all samples of his regions."""

from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor


def sees_whole_regions(actor: Actor) -> bool:
    """Officials do. Who tests samples, or acts for a business, never does, whatever else he may be."""
    return actor.business_id is None and actor.has(*OFFICIALS) and not actor.has(Role.LABORATORY)
