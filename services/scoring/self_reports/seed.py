"""The shipped templates: files of `data/`, all of them 示例. A changed file becomes the next version of its template;
one that a bureau has written a version of is never touched.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.schemes.files import fingerprint
from services.scoring.self_reports import repository
from services.scoring.self_reports.content import TemplateContent
from services.scoring.self_reports.service import add_template

FOLDER = Path(__file__).with_name("data")


def shipped_templates() -> Iterator[tuple[str, TemplateContent]]:
    """Code and content of each."""
    for path in sorted(FOLDER.glob("*.yaml")):
        yield path.stem, TemplateContent.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


async def seed_report_templates(session: AsyncSession) -> None:
    """Load the shipped templates; idempotent. Raises InvalidRequest for one of which no report could be made."""
    for code, content in shipped_templates():
        versions = await repository.versions_of(session, code)
        sha256 = fingerprint(content.model_dump(mode="json", exclude_defaults=True))
        if not any(one.recorded_by is not None or one.sha256 == sha256 for one in versions):
            await add_template(session, code, content, None)
