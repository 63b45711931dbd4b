"""What may be wrong about a subject."""

from shared.http.problems import Conflict, Forbidden, NotFound


class UnknownSubject(NotFound):
    slug, title = "unknown-subject", "没有这个追溯主体"


class NotActivated(Conflict):
    slug, title = "subject-not-activated", "主体还没有激活"


class NotYourSubject(Forbidden):
    slug, title = "not-your-subject", "只能办理本主体的事"


class PlaceNotYours(Conflict):
    slug, title = "place-not-yours", "这个店码不能登记为本主体的"
