"""`python -m gateway.identity.demo_token --role inspector --region 330203` prints a bearer token of twelve hours.
Only in the demo.

The user is made up, the same for the same role and region, and the same as the one `seed_demo_users` makes.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from gateway.identity.demo_users import OnlyInDemoError, demo_business_of, demo_id, demo_name, demo_organisation_id
from gateway.identity.keys import KeysError, open_key_ring
from gateway.identity.tokens import TokenIssuer
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.contracts.regions import normalise_region_code
from shared.contracts.scopes import SCOPES
from shared.http.auth import Actor
from shared.regions.sources import shipped_regions

LIFE = timedelta(hours=12)
ROLES = "、".join(f"{role.value}（{role.label}）" for role in Role)


class _WithoutDatabase(Settings):
    """A token needs the key and nothing else."""

    database_url: str = ""


def demo_token(settings: Settings, role: Role, region_code: str, *, second: bool = False) -> str:
    """A token for the made-up holder of `role` in the region (6, 9 or 12 digits), or for his colleague. Raises
    `OnlyInDemoError`, `KeysError`.
    """
    if not settings.demo:
        raise OnlyInDemoError
    code = normalise_region_code(region_code)
    system = role is Role.EXTERNAL_SYSTEM
    actor = Actor(
        id=demo_id(role, code, second=second),
        name=demo_name(role, _names().get(code, code), second=second),
        kind="client" if system else "user",
        roles=frozenset({role}),
        regions=(code,),
        organisation_id=demo_organisation_id(role, code),
        business_id=demo_business_of(role, code),
        scopes=frozenset(SCOPES) if system else frozenset(),
    )
    return TokenIssuer(open_key_ring(settings), settings.token_issuer).issue(actor, LIFE)


@cache
def _names() -> dict[str, str]:
    return {region.code: region.name for region in shipped_regions()}


def _role(text: str) -> Role:
    try:
        return Role(text.replace("-", "_"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"没有角色 {text}，请从这些里选：{ROLES}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a token; returns the exit status."""
    parser = argparse.ArgumentParser(prog="./shian token", description="打印一个演示用的令牌（12 小时有效）")
    parser.add_argument("--role", required=True, type=_role, metavar="角色", help=ROLES)
    parser.add_argument("--region", required=True, metavar="区划代码", help="6、9 或 12 位，如 330203")
    parser.add_argument("--second", action="store_true", help="同一角色的另一人，如审核检验报告的")
    options = parser.parse_args(arguments)
    try:
        code = normalise_region_code(options.region)
        if code not in _names():
            print(f"提醒：随平台的名录里没有区划 {code}，不是自行装入或增设的话，请核对。", file=sys.stderr)  # noqa: T201
        print(demo_token(_WithoutDatabase(), options.role, options.region, second=options.second))  # noqa: T201
    except (OnlyInDemoError, KeysError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
