"""The examples of the guides work as they stand: copied into a shell, in order, against the running platform."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role, Unit
from tests.gateway.web.platform import Market

ROOT = Path(__file__).resolve().parents[3]
GUIDES = ROOT / "docs" / "guide"
AFTER = {"certificates.md": "tickets.md"}
"""Guides that go on where another ends."""
LEFT_OUT = {
    "apart.md": "starts from samples of the demo's",
    "audit.md": "compares with tree heads that the reader kept",
    "clocks.md": "starts from a clock of the demo's",
    "disposals.md": "starts from a case of the demo's",
    "federation.md": "needs a second platform; see test_federation",
    "public-results.md": "starts from visit records of the demo's",
    "publication.md": "starts from reports of the demo's",
    "rapid-tests.md": "uploads the reader's own file",
    "recalls.md": "recalls a lot of the demo's",
    "reports.md": "starts from a blind sample of the demo's",
    "webhooks.md": "pushes to an address on the internet",
    "whistle.md": "starts from a whistle of the demo's",
}
"""Guides whose examples need more than an empty platform, and what."""
ENDS_WITH = {"random-draws.md": 2, "verdicts.md": 22}
"""Guides that show a refusal at their end, and what it leaves: a verifier's, curl's."""
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILLED_IN = re.compile(
    r"""…|编号"|\$PRINCIPAL_ID\b|USER_ID/second|openapi\.json
    |^export\s|^\./shian\s(?:up|first|clients|priority)|^python\s-m\s|^\./shian\stoken[^)\n]*$""",
    re.MULTILINE | re.VERBOSE,
)
"""A block that the reader completes, or that starts programs. The whole description takes long to make and is tested
with the contracts.
"""
TOKEN = re.compile(r"\./shian token --role (\w+) --region (\d+)")

# Without `set -e` in the midst of a pipe, and without curl's silence about refusals, an example could fail unseen.
BEFORE = """
set -euo pipefail
curl() { command curl --fail-with-body --silent --show-error "$@"; }
"""


def blocks_of(guide: str) -> list[str]:
    before = blocks_of(AFTER[guide]) if guide in AFTER else []
    return before + [
        block for block in SHELL.findall((GUIDES / guide).read_text(encoding="utf-8")) if not FILLED_IN.search(block)
    ]


ASKING = [name for name in sorted(file.name for file in GUIDES.glob("*.md")) if "curl " in "".join(blocks_of(name))]
"""Guides with examples that ask the platform."""


@pytest_asyncio.fixture(scope="module")
async def shop(market: Market) -> None:
    """A shop, as several guides take the first of the list."""
    shop = {
        "uscc": None,
        "name": "演示小店（虚构）",
        "kind": "sales",
        "region_code": "330203009",
        "address": "演示路 9 号",
    }
    async with market.caller(Role.INSPECTOR) as inspector:
        answer = await inspector.put(f"/api/inspection/v1/businesses/{uuid4()}", json=shop | {"licences": []})
        assert answer.status_code == 201, answer.text


def test_what_is_left_out_has_examples() -> None:
    assert (LEFT_OUT.keys() | ENDS_WITH.keys() | AFTER.keys()) - set(ASKING) == set()


@pytest.mark.skipif(shutil.which("curl") is None, reason="没有 curl，指南里的例子没有照跑")
@pytest.mark.parametrize("guide", [name for name in ASKING if name not in LEFT_OUT])
@pytest.mark.usefixtures("shop")
async def test_the_examples_of_a_guide_work(market: Market, guide: str, tmp_path: Path) -> None:
    settings = market.platform.settings[Unit.GATEWAY]
    assert isinstance(settings, Settings)
    script = "\n".join(blocks_of(guide)).replace("http://127.0.0.1:8000", market.address)
    script = TOKEN.sub(lambda told: f"echo {demo_token(settings, Role(told[1]), told[2].ljust(12, '0'))}", script)
    (tmp_path / "services").symlink_to(ROOT / "services")  # examples are run in the program's folder
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", BEFORE + script),
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == ENDS_WITH.get(guide, 0), said.decode()[-2000:]
    if guide == "api.md":
        assert said.decode().count('"accepted":1') == 2, "sent again, the answer is the same"
