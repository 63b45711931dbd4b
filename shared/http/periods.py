"""The order of `since` and `until` of a list, looked at once for every route that takes both."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from shared.http.problems import FieldError, InvalidRequest

SINCE, UNTIL = "since", "until"
_MOMENT = TypeAdapter(datetime)


def refuse_reversed(query: Mapping[str, str]) -> None:
    """Refuse a period that ends before it begins: an empty answer would read as "nothing happened".

    What is no day and no moment is left to whoever reads the parameter. Raises `InvalidRequest`.
    """
    since, until = _moment(query.get(SINCE)), _moment(query.get(UNTIL))
    if since is None or until is None or since <= until:
        return
    message = f"不能早于 {SINCE} 的 {query[SINCE]}，请改正其中一个"
    raise InvalidRequest(
        "有 1 处需要改正", errors=[FieldError(pointer=f"#query/{UNTIL}", message=message, code="ends_before")]
    )


def _moment(text: str | None) -> datetime | None:
    """A day as its first moment; a day and a moment are never compared, as both bounds of a list are of one kind."""
    try:
        found = None if text is None else _MOMENT.validate_python(text)
    except ValidationError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
