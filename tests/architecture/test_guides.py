"""Every guide can be found from the first page, and no link there leads nowhere."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINKED = set(re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()))


def test_the_readme_links_every_guide() -> None:
    guides = {str(guide.relative_to(ROOT)) for guide in (ROOT / "docs" / "guide").glob("*.md")}
    assert guides
    assert guides - LINKED == set()


def test_no_link_of_the_readme_leads_nowhere() -> None:
    assert [link for link in sorted(LINKED) if not (ROOT / link).exists()] == []
