"""What can go wrong at the laboratory's desk. No text says anything of a sample that is not the laboratory's own."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class BlindSampleNotFound(NotFound):
    """Unknown, another laboratory's, not sent yet, wrongly written: always the same words."""

    slug, title = "blind-sample-not-found", "没有这个盲样编码"

    def __init__(self) -> None:
        super().__init__("请核对封签上的盲样编码；只能办理送交本机构的样品")


class SealMismatch(Conflict):
    slug, title = "seal-mismatch", "封条编号与抽样时登记的不一致"


def reception_refused(pointer: str, message: str) -> InvalidRequest:
    """A part of a reception that cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="reception")])
