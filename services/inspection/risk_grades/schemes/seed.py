"""The shipped schemes: files of ``data/``, unverified as they are; those not read whole stay drafts.

A changed file becomes the next version of its scheme; a scheme that a bureau has written is never touched.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.codes import SchemeState
from services.inspection.risk_grades.consistency import reasons_against
from services.inspection.risk_grades.schemes import repository
from services.inspection.risk_grades.schemes.models import Origin
from services.inspection.risk_grades.schemes.schemas import SchemeFile
from services.inspection.risk_grades.schemes.service import new_draft
from shared.times import now

FOLDER = Path(__file__).with_name("data")


def shipped_files() -> Iterator[tuple[SchemeFile, date | None]]:
    """Every shipped file, and from when it applies; None for one that stays a draft.

    Raises ValueError for a file that is to be published and contradicts itself.
    """
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        applies_from = document.pop("applies_from")
        file = SchemeFile.model_validate(document)
        first = date.fromisoformat(applies_from) if applies_from else None
        if first and (reasons := reasons_against(file.scheme, file.content, first)):
            raise ValueError(f"{path.name}: {'; '.join(f'{reason.pointer} {reason.message}' for reason in reasons)}")
        yield file, first


async def seed_risk_schemes(session: AsyncSession) -> None:
    """Load the shipped schemes; idempotent."""
    for file, applies_from in shipped_files():
        versions = await repository.versions_of(session, file.scheme.code)
        if any(version.origin is Origin.BUREAU or version.published_by for version in versions):
            continue
        draft = new_draft(file.scheme, file.content, len(versions) + 1, Origin.SEED, None)
        if any(version.sha256 == draft.sha256 for version in versions):
            continue
        if versions and versions[-1].state is SchemeState.DRAFT:
            versions[-1].write(file.scheme, file.content, None, now())
            draft = versions[-1]
        session.add(draft)
        if applies_from is not None:
            draft.publish(applies_from, None, now())
        await session.flush()
