"""Forms whose rows grow without a script: a head of questions, and groups of like rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.web.steps import Field, Step, Typed


@dataclass(frozen=True)
class Group:
    """Like rows of a form. `name` is their list in the service's own body, `row` what one of them is called; `folded`
    are the questions few people answer.
    """

    name: str
    title: str
    row: str
    fields: tuple[Field, ...]
    folded: tuple[Field, ...] = ()
    most: int = 100
    spare: int = 2
    lead: str = ""


@dataclass(frozen=True)
class RowForm:
    """A whole form: `act` stands on its button."""

    act: str
    head: tuple[Field, ...]
    groups: tuple[Group, ...] = ()
    lead: str = ""


@dataclass(frozen=True)
class Filled:
    """What stands in a form: the answers by the name of their field, and how many rows each group has."""

    typed: Mapping[str, str]
    rows: Mapping[str, int]

    def answer(self, field: Field) -> str:
        return self.typed.get(field.name, field.value)


def of_row(fields: Sequence[Field], group: str, number: int, row: str) -> tuple[Field, ...]:
    """The questions of one row of a group; `number` counts from 0."""
    where = f"第{number + 1}{row}，"
    return tuple(replace(field, name=f"{group}/{number}/{field.name}", where=where) for field in fields)


def with_rows(form: RowForm, rows: Mapping[str, int]) -> Step:
    """All questions of a form with so many rows in each group."""
    questions = [
        question
        for group in form.groups
        for number in range(rows[group.name])
        for question in of_row((*group.fields, *group.folded), group.name, number, group.row)
    ]
    return Step("", form.act, frozenset(), (*form.head, *questions))


def at_most(form: RowForm) -> Step:
    """All questions that a browser may send."""
    return with_rows(form, {group.name: group.most for group in form.groups})


def begun(form: RowForm, typed: Typed | None = None, rows: Mapping[str, int] | None = None) -> Filled:
    """A form with what it begins with; each group has at least one row to write in."""
    counts = {group.name: max((rows or {}).get(group.name, 0), 1) for group in form.groups}
    return Filled(typed or {}, counts)


def compact(form: RowForm, typed: Typed) -> Filled:
    """What was sent, its rows numbered anew without those that nobody wrote in."""
    found = {field.name: typed[field.name] for field in form.head}
    rows = {}
    for group in form.groups:
        fields, kept = (*group.fields, *group.folded), 0
        for number in range(group.most):
            answers = {field: typed[f"{group.name}/{number}/{field.name}"] for field in fields}
            if any(text.strip() not in ("", field.value) for field, text in answers.items()):
                found |= {f"{group.name}/{kept}/{field.name}": text for field, text in answers.items()}
                kept += 1
        rows[group.name] = kept
    return Filled(found, rows)


def with_room(form: RowForm, filled: Filled, name: str) -> Filled:
    """The same with further empty rows in one group."""
    spare = {group.name: min(filled.rows[group.name] + group.spare, group.most) for group in form.groups}
    return replace(filled, rows={**filled.rows, name: spare[name]}) if name in spare else filled
