"""`python -m gateway.identity.first_administrator --login wang.fang --name 王芳 --region 330203` makes the first
administrator.

Works once: while there is no administrator yet. Prints a temporary password, which the person exchanges for an own one.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, note
from gateway.identity.passwords import desk, temporary_password
from gateway.identity.users import repository
from gateway.identity.users.models import User
from gateway.identity.users.schemas import UserCreate
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions


class AdministratorExistsError(RuntimeError):
    """There is one already, who makes the others."""

    def __init__(self) -> None:
        super().__init__("已经有系统管理员，请由其建立其他管理员；忘记口令的，由另一位管理员重置。")


async def make_first_administrator(session: AsyncSession, settings: Settings, wanted: UserCreate) -> str:
    """Make the account and return its temporary password. Raises `AdministratorExistsError`."""
    if await repository.any_administrator(session):
        raise AdministratorExistsError
    user = User(**wanted.model_dump())
    password = temporary_password()
    user.set_password(await desk.hash(password), temporary_for=timedelta(hours=settings.temporary_password_hours))
    session.add(user)
    await session.flush()
    note(session, AuditAction.USER_CREATED, Origin("命令行"), subject_of(user), roles=wanted.roles)
    return password


async def _run(wanted: UserCreate) -> str:
    settings = Settings()
    engine = create_engine(settings)
    try:
        async with create_sessions(engine)() as session, session.begin():
            return await make_first_administrator(session, settings, wanted)
    finally:
        await engine.dispose()


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the administrator; returns the exit status."""
    parser = argparse.ArgumentParser(prog="first_administrator", description="建立第一位系统管理员")
    parser.add_argument("--login", required=True, help="登录名：小写字母、数字、点、横线")
    parser.add_argument("--name", required=True, help="姓名")
    parser.add_argument("--region", required=True, help="管辖区域的区划代码，如 330203")
    options = parser.parse_args(arguments)
    try:
        wanted = UserCreate(
            login=options.login, display_name=options.name, roles=[Role.ADMINISTRATOR], regions=[options.region]
        )
        password = asyncio.run(_run(wanted))
    except (AdministratorExistsError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(f"已建立系统管理员 {options.login}，临时口令：{password}（登录后须改为自己的口令）")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
