"""The limit book: all categories, standards and limits at one moment, and which limit speaks of a food. Pure.

Most specific wins: the deepest category, then the row that names the link. Two rows of the same standing are an error
of the table, and nothing is judged by either. The version of a standard is the one in force on the food's day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.sampling.food_categories.rules import Category, CategoryTree, DateBasis, date_basis_of
from services.sampling.limits.rules import Limit, Standard, item_key
from services.sampling.verdicts.rules import Judgement, Question, TableAnswer, judge, snapshot_of
from shared.contracts.statutory_sampling import Link

_REMEMBERED = 50_000


@dataclass(frozen=True)
class LimitBook:
    """Everything a verdict may need, read once. Equal `version` means equal contents."""

    version: str
    tree: CategoryTree
    standards: Mapping[str, Standard]
    limits: Mapping[str, tuple[Limit, ...]]
    _answers: dict[tuple[object, ...], TableAnswer] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls, version: str, categories: Iterable[Category], standards: Iterable[Standard], limits: Iterable[Limit]
    ) -> "LimitBook":
        """A book of these rows."""
        by_item: dict[str, tuple[Limit, ...]] = {}
        for limit in limits:
            for key in {item_key(name) for name in (limit.item, *limit.item_aliases)}:
                by_item[key] = (*by_item.get(key, ()), limit)
        tree = CategoryTree({category.code: category for category in categories})
        return cls(version, tree, {standard.code: standard for standard in standards}, by_item)

    def judge(
        self,
        question: Question,
        *,
        category_code: str | None,
        link: Link | None = None,
        produced_on: date | None = None,
        sampled_on: date | None = None,
    ) -> Judgement:
        """The verdict on one item of a food of `category_code`, taken at `link`, made and sampled on these days."""
        answer = self.answer(question.item, category_code, link, produced_on, sampled_on)
        if question.parts:
            shares = tuple(
                self.answer(part.item, category_code, link, produced_on, sampled_on) for part in question.parts
            )
            answer = TableAnswer(answer.limit, answer.why_not, answer.unclear, answer.steps, shares)
        return judge(question, answer)

    def answer(
        self, item: str, category_code: str | None, link: Link | None, produced_on: date | None, sampled_on: date | None
    ) -> TableAnswer:
        """The limit for an item in a food, or why there is none."""
        key = (item, category_code, link, produced_on, sampled_on)
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            known = self._answers[key] = self._look_up(item, category_code, link, produced_on, sampled_on)
        return known

    def _look_up(
        self, item: str, category_code: str | None, link: Link | None, produced_on: date | None, sampled_on: date | None
    ) -> TableAnswer:
        rows = self.limits.get(item_key(item), ())
        if not rows:
            return TableAnswer(why_not=f"没有收录项目“{item.strip()}”")
        path = self.tree.path(category_code) if category_code else []
        if not path:
            named = f"食品类别代码 {category_code} 不在分类树中" if category_code else "样品没有对上食品类别"
            return TableAnswer(why_not=f"{named}，不能查限值")
        codes = {category.code for category in path}
        fitting = [
            row
            for row in rows
            if row.link in (None, link) and self.tree.covers(row.category_code, row.excluded_codes, codes)
        ]
        if not fitting:
            return TableAnswer(why_not=f"没有收录“{item.strip()}”在“{path[0].name}”及其上级类别中的限值")
        basis = date_basis_of(path)
        if basis is None:
            return TableAnswer(why_not=f"类别“{path[0].name}”没有规定按哪个日期选用标准版本")
        day = produced_on if basis.date_basis is DateBasis.PRODUCTION else sampled_on
        label = basis.date_basis.label if basis.date_basis else ""
        if day is None:
            return TableAnswer(why_not=f"没有{label}，不能确定适用的标准版本")
        in_force = [row for row in fitting if self._is_in_force(row, day)]
        doubt = "" if basis.verified else "（选用规则未与原文核实）"
        if not in_force:
            listed = "、".join(sorted({self._told(row.standard_code) for row in fitting}))
            return TableAnswer(why_not=f"{label} {day.isoformat()} 没有收录有效的限值，收录的是 {listed}")
        return self._most_specific(in_force, path, day, f"按{label} {day.isoformat()} 选用标准版本{doubt}")

    def _most_specific(self, rows: list[Limit], path: list[Category], day: date, step: str) -> TableAnswer:
        depth = {category.code: category.level for category in path}
        standing = {row.id: (depth[row.category_code], row.link is not None) for row in rows}
        best = max(standing.values())
        first, *others = [row for row in rows if standing[row.id] == best]
        name = self.tree.categories[first.category_code].name
        if others:
            listed = "；".join(f"{row.standard_code} {row.requirement.words} {row.unit}" for row in (first, *others))
            why = f"限量表中“{name}”有 {len(others) + 1} 条同等具体的限值（{listed}），请更正限量表"
            return TableAnswer(why_not=why, unclear=True, steps=(step,))
        steps = [step]
        if first.category_code != path[0].code:
            steps.append(f"“{path[0].name}”没有自己的限值，沿用上级类别“{name}”的")
        return TableAnswer(snapshot_of(first, category_name=name, chosen_on=day), steps=tuple(steps))

    def _is_in_force(self, row: Limit, day: date) -> bool:
        """Whether the row's standard is the version of its family in force on `day`, and the row itself is valid."""
        if (row.valid_from and day < row.valid_from) or (row.valid_to and day >= row.valid_to):
            return False
        own = self.standards[row.standard_code]
        family = (one for one in self.standards.values() if one.family == own.family and one.valid_from <= day)
        current = max(family, key=lambda one: one.valid_from, default=None)
        return current is own and (own.valid_to is None or day < own.valid_to)

    def _told(self, standard_code: str) -> str:
        standard = self.standards[standard_code]
        end = f"至 {standard.valid_to.isoformat()} 止" if standard.valid_to else "起"
        return f"{standard_code}（{standard.valid_from.isoformat()} {end}）"
