"""The shipped rules: rows of ``data/*.json``, each marked unverified where nobody has read the text.

A changed row becomes the next version of its rule; where a bureau has written its own, the shipped one stays away.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.dated_rules import repository
from services.inspection.grid.dated_rules.contents import Subject
from services.inspection.grid.dated_rules.models import Origin
from services.inspection.grid.dated_rules.schemas import DatedRuleCreate
from services.inspection.grid.dated_rules.service import add_version

FOLDER = Path(__file__).with_name("data")
_FILE: TypeAdapter[list[DatedRuleCreate]] = TypeAdapter(list[DatedRuleCreate])


def shipped_rules() -> Iterator[DatedRuleCreate]:
    """Every shipped rule. Raises ValueError for one that says what its subject does not allow."""
    for path in sorted(FOLDER.glob("*.json")):
        yield from _FILE.validate_json(path.read_bytes())


async def seed_dated_rules(session: AsyncSession) -> None:
    """Load the shipped rules; idempotent."""
    for shipped in shipped_rules():
        known = [
            version
            for version in await repository.versions_of(session, Subject(shipped.content.subject), shipped.code)
            if (version.region_code, version.valid_from) == (shipped.region_code, shipped.valid_from)
        ]
        latest = max(known, key=lambda version: version.number, default=None)
        if latest is not None and (
            latest.origin is Origin.BUREAU
            or _same(
                DatedRuleCreate.model_validate({name: getattr(latest, name) for name in DatedRuleCreate.model_fields}),
                shipped,
            )
        ):
            continue
        await add_version(session, shipped, Origin.SEED, None)


def _same(one: DatedRuleCreate, other: DatedRuleCreate) -> bool:
    return one.model_dump(mode="json", exclude={"reason"}) == other.model_dump(mode="json", exclude={"reason"})
