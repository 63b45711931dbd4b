"""Writing back what was read masked."""

from collections.abc import Callable

from shared.http.problems import FieldError, InvalidRequest
from shared.personal_data.masking import MASK


def restored(sent: str | None, kept: str | None, mask: Callable[[str], str], pointer: str) -> str | None:
    """What a caller means by `sent`, where `kept` is on file and was shown to him by `mask`: what is masked as it was
    shown is what is kept, so that a record may be read, changed elsewhere and written back without a look at the
    number. Raises `InvalidRequest` for a masked value of which nobody knows the rest.
    """
    if not sent or MASK not in sent:
        return sent
    if kept and sent == mask(kept):
        return kept
    message = f"{sent} 遮去了一部分，与所存的不符；不改动的照答复中的样子写回，要改的写全"
    raise InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="masked")])
