"""The shipped schemes: files of `data/`, all of them 示例, each passing its own tests.

A changed file becomes the next version of its scheme; a scheme that a bureau has written is never touched.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes import repository
from services.scoring.schemes.consistency import faults_of
from services.scoring.schemes.files import read_scheme
from services.scoring.schemes.models import Origin
from services.scoring.schemes.own_tests import failed_tests
from services.scoring.schemes.service import new_draft
from shared.times import now

FOLDER = Path(__file__).with_name("data")


def shipped_schemes() -> Iterator[SchemeContent]:
    """Every shipped scheme. Raises ValueError for one that could not be published."""
    for path in sorted(FOLDER.glob("*.yaml")):
        content = read_scheme(path.read_bytes())
        faults = [f"{fault.pointer} {fault.message}" for fault in faults_of(content)]
        faults += [] if faults else [f"{test.name}：{test.message}" for test in failed_tests(content)]
        if faults:
            raise ValueError(f"{path.name}: {'; '.join(faults)}")
        yield content


async def seed_scoring_schemes(session: AsyncSession) -> None:
    """Load the shipped schemes; idempotent."""
    for content in shipped_schemes():
        versions = await repository.versions_of(session, content.code)
        if any(version.origin is Origin.BUREAU or version.published_by for version in versions):
            continue
        draft = new_draft(content, len(versions) + 1, Origin.SEED, None)
        if any(version.sha256 == draft.sha256 for version in versions):
            continue
        session.add(draft)
        draft.publish(None, now())
        await session.flush()
