"""Which roles may stand together, who may grant them, and what a password must be. Pure."""

from collections.abc import Collection
from uuid import UUID

from shared.contracts.codes import Role

PASSWORD_LENGTH = range(10, 129)
PASSPHRASE_LENGTH = 16
KINDS_WANTED = 3

_OFTEN_GUESSED = ("password", "qwerty", "admin", "123456", "abcdef", "iloveyou", "woaini", "shian", "111111", "888888")


def faults_of_roles(roles: Collection[Role], business_id: UUID | None) -> list[str]:
    """What is wrong with giving one person these roles; empty when nothing is."""
    faults = []
    if Role.EXTERNAL_SYSTEM in roles:
        faults.append("「外部系统」不是个人的角色，请在外部系统里登记并签发密钥")
    if Role.ADMINISTRATOR in roles and Role.AUDITOR in roles:
        faults.append("「系统管理员」与「审计人员」不能是同一个账号：管理的人不能审计自己")
    if Role.BUSINESS in roles and business_id is None:
        faults.append("「食品生产经营者」须填所属主体的编号 business_id")
    if Role.BUSINESS in roles and len(set(roles)) > 1:
        faults.append("「食品生产经营者」不能同时有其他角色：被监管的人不能兼做监管的人")
    return faults


def faults_of_grant(granter: UUID, granter_roles: Collection[Role], target: UUID | None) -> list[str]:
    """What is wrong with this account granting rights to `target` (None: a new account)."""
    faults = []
    if Role.ADMINISTRATOR not in granter_roles:
        faults.append("只有系统管理员可以授权")
    if granter == target:
        faults.append("不能变更自己的角色、区域或状态，请由另一位管理员办理")
    return faults


def faults_of_password(password: str, login: str) -> list[str]:
    """What is wrong with a new password; empty when it will do.

    Ten characters of three kinds, or a sentence of sixteen; nothing that is guessed first.
    """
    faults = []
    if len(password) not in PASSWORD_LENGTH:
        faults.append(f"口令应为 {PASSWORD_LENGTH.start} 到 {PASSWORD_LENGTH.stop - 1} 个字符，现为 {len(password)} 个")
    if len(password) < PASSPHRASE_LENGTH and _kinds(password) < KINDS_WANTED:
        faults.append(f"口令应含大写字母、小写字母、数字、其他字符中的至少三种，或长达 {PASSPHRASE_LENGTH} 个字符")
    plain = password.casefold()
    if len(set(plain)) < 5:
        faults.append("口令里不同的字符太少")
    if login.casefold() in plain:
        faults.append("口令不能含有登录名")
    guessed = [word for word in _OFTEN_GUESSED if word in plain]
    if guessed and len(plain) - max(map(len, guessed)) < 8:
        faults.append(f"口令里的「{guessed[0]}」最先被猜，请换一个")
    return faults


def _kinds(password: str) -> int:
    return len({_kind(character) for character in password})


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isupper():
        return "upper"
    return "lower" if character.islower() else "other"
