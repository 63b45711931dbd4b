"""A fault of a document: where, what and how to mend it. Pure, so that rules need not know of HTTP."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`pointer` is a JSON pointer (RFC 6901) into the event or the document, `code` a stable name of the rule."""

    pointer: str
    message: str
    code: str

    def below(self, base: str) -> "Fault":
        """The same fault as seen from the document that holds the event at `base`."""
        return Fault(base + self.pointer, self.message, self.code)


def pointer(*parts: str | int) -> str:
    """A JSON pointer of its parts, escaped."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
