"""What can go wrong with facilities, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownFacility(NotFound):
    slug, title = "unknown-facility", "没有找到这条设施登记"


class FacilityStepRefused(Conflict):
    slug, title = "facility-step-refused", "设施登记现在不能这样办理"
