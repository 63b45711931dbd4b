"""What can go wrong with the inspectors' roster, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownInspector(NotFound):
    slug, title = "unknown-draw-inspector", "名录里没有这名检查人员"


class InspectorEnteredElsewhere(Conflict):
    slug, title = "draw-inspector-elsewhere", "这个账号已在别处的名录里"
