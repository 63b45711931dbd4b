"""抽检分离、背靠背: the sampler, the laboratory and the case handler of a sample are different parties.

No statute was found that says so in these words; it is the practice that the field names so and that the platform
enforces. The same person never has two duties for one sample, and a laboratory is no organisation that also sampled or
handles the case. Samplers and case handlers may be different persons of one bureau.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from shared.contracts.statutory_sampling import Duty


class Part(NamedTuple):
    """One person's duty for a sample, and the organisation he does it for."""

    duty: Duty
    user_id: UUID
    organisation_id: UUID | None


def clash(present: Iterable[Part], wanted: Part) -> Part | None:
    """The part already taken that forbids `wanted`, or None."""
    for part in present:
        if part.duty is wanted.duty:
            continue
        same_person = part.user_id == wanted.user_id
        same_house = part.organisation_id is not None and part.organisation_id == wanted.organisation_id
        if same_person or (same_house and Duty.LABORATORY in (part.duty, wanted.duty)):
            return part
    return None
