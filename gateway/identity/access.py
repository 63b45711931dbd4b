"""Who may administer accounts."""

from typing import Annotated

from fastapi import Depends

from shared.contracts.codes import Role
from shared.http.auth import Actor, Allow

CanAdministerAccounts = Annotated[Actor, Depends(Allow(Role.ADMINISTRATOR))]
"""Accounts, organisations and API clients are kept by administrators, each within the own regions."""
