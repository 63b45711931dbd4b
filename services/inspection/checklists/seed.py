"""The shipped checklists: files of ``data/``, each marked superseded, partial and unverified as it is.

A changed file becomes the next version of its list; a list or version that a bureau has written is never touched.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists import repository
from services.inspection.checklists.consistency import reasons_against
from services.inspection.checklists.models import Checklist, Origin, VersionState
from services.inspection.checklists.schemas import ChecklistFile
from services.inspection.checklists.service import new_draft
from shared.ids import uuid7
from shared.times import now

FOLDER = Path(__file__).with_name("data")


def shipped_files() -> Iterator[ChecklistFile]:
    """Every shipped file. Raises ValueError for one that could not be published."""
    for path in sorted(FOLDER.glob("*.json")):
        file = ChecklistFile.model_validate_json(path.read_bytes())
        if reasons := reasons_against(file.checklist, file.content):
            raise ValueError(f"{path.name}: {'; '.join(f'{reason.pointer} {reason.message}' for reason in reasons)}")
        yield file


async def seed_checklists(session: AsyncSession) -> None:
    """Load the shipped lists; idempotent."""
    for file in shipped_files():
        checklist = await repository.get_checklist(session, file.checklist.code, lock=True)
        if checklist is None:
            checklist = Checklist(id=uuid7(), version=1, versions=[])
            session.add(checklist)
        elif Origin.BUREAU in (checklist.origin, *(version.origin for version in checklist.versions)):
            continue
        checklist.write(file.checklist, Origin.SEED)
        version = new_draft(checklist, file.content, Origin.SEED, None)
        if version.state is VersionState.DRAFT:
            assert file.checklist.effective_on is not None  # said by reasons_against
            version.publish(file.checklist.effective_on, None, now())
        await session.flush()
