"""Who states rules where the law leaves them to the bureau."""

from typing import Annotated

from fastapi import Depends

from shared.contracts.codes import Role
from shared.http.auth import Actor, Allow

CanStateRules = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]
