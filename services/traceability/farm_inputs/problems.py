"""What may be wrong about a farm input or its use."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownFarmInput(NotFound):
    slug, title = "unknown-farm-input", "没有这个农业投入品"


class FarmInputTaken(Conflict):
    slug, title = "farm-input-taken", "这个编号已是别家登记的投入品"


class UseIdReused(Conflict):
    slug, title = "farm-input-use-id-reused", "这个编号已用于另一份内容"


class FarmInputRefused(InvalidRequest):
    slug, title = "farm-input-refused", "投入品记录的内容有误"


class InputOnHold(Conflict):
    slug, title = "farm-input-on-hold", "这批投入品已被锁定，不能使用"
