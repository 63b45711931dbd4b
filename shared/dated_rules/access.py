"""Who states rules where the law leaves them to the bureau, for all that the installation serves."""

from typing import Annotated

from fastapi import Depends

from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.regions.common_rules import keeper_of_common_rules

CanStateRules = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]
