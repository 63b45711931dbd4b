"""What a template of a report says (as data), and what a report made from it says, whole."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.scheme_language.rule_kinds import Code, Label, Name
from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import Number
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

Text = Annotated[str, Field(min_length=1, max_length=4000)]
TableKind = Literal["scores", "vetoes", "opinions"]


class Part(Schema):
    """A part of a template. Unknown keys are errors: a misspelt one would silently change what is printed."""

    model_config = ConfigDict(frozen=True)


class Quoted(Part):
    """A number that the text quotes by its name.

    `live`: `figure` is the code of a service's figure, with a view behind `@` where wanted; `registered`: of a value
    that a document states. `period`: another one than the report's. `unit`: as the sentence words it, where that is
    not the figure's own. Numbers of one label, or tied by `same_as`, are the same quantity and have to be equal.
    """

    label: Label
    source: Literal["live", "registered"]
    service: Literal["sampling", "traceability", "inspection", "scoring", "gateway"]
    figure: str = Field(min_length=1, max_length=120, examples=["sampling.rapid_tests"])
    period: str | None = Field(default=None, max_length=20)
    unit: str | None = Field(default=None, max_length=40)
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    same_as: Name | None = None


class Sum(Part):
    """The parts have to add up to the total."""

    total: Name
    parts: Annotated[tuple[Name, ...], Field(min_length=2, max_length=60)]


class Section(Part):
    """A heading (none: the opening), its paragraphs, and a table of the evaluation behind them.

    In a paragraph `{name}` is a quoted number with its unit, `{clause:D01}` cites the accepted evidence of a clause
    (nothing is printed but the number of the note), `{region}` and `{period}` are those of the report.
    """

    heading: str = Field(default="", max_length=200)
    level: Literal[1, 2, 3] = 1
    paragraphs: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    table: TableKind | None = None


class TemplateContent(Part):
    """A template whole. `terms` are words with digits that are no data: names, standards, spans of time."""

    title: Label = Field(examples=["{region}食品安全自评报告（演示）"])
    source: Text = Field(description="仿何处的格式", examples=["演示格式，非正式文件"])
    official: bool = False
    readings: Annotated[dict[Name, Quoted], Field(max_length=1000)] = Field(
        default_factory=dict,
        examples=[
            {
                "tests": {
                    "label": "快检批次",
                    "source": "live",
                    "service": "sampling",
                    "figure": "sampling.rapid_tests",
                    "unit": "批次",
                }
            }
        ],
    )
    sums: Annotated[tuple[Sum, ...], Field(max_length=100)] = ()
    terms: Annotated[tuple[Label, ...], Field(max_length=300)] = ()
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=200)] = Field(
        examples=[[{"heading": "一、基本情况", "paragraphs": ["全区共快检{tests}。"]}]]
    )


class CitedFile(Schema):
    """A file of evidence, by its name and SHA-256."""

    name: str
    sha256: str


class Note(Schema):
    """What stands behind a raised number: a reading with the way to its rows, or the evidence of a clause."""

    number: int
    kind: Literal["reading", "evidence"]
    name: str = Field(description="格式里的名字，evidence 为条款编号")
    label: str
    printed: str = Field(description="正文中怎样印")
    state: ReadingState
    value: Number | None
    low: Number | None = Field(description="文件只说大概时，可能的最小值")
    high: Number | None = Field(description="文件只说大概时，可能的最大值")
    unit: str
    service: str | None
    reference: str
    period: str
    as_of: datetime | None
    source: str = Field(description="文件及原文，或分母的出处")
    rows: str | None = Field(description="数字背后的记录，经网关的地址")
    reason: str
    files: list[CitedFile] = Field(default_factory=list)


class Words(Schema):
    """A stretch of a sentence; `note` is the number of the note behind it."""

    text: str
    note: int | None = None


class Sentence(Schema):
    """A sentence in its stretches. Without evidence it is printed with a remark that says so."""

    words: list[Words]
    evidenced: bool

    @property
    def plain(self) -> str:
        return "".join(one.text for one in self.words)


class TableText(Schema):
    """A table as it is printed. `shares`: the widths of the columns; `numbers`: columns that stand to the right."""

    head: list[str]
    rows: list[list[str]]
    shares: list[int]
    numbers: list[int]


class SectionText(Schema):
    """A section as it is printed."""

    heading: str
    level: int
    paragraphs: list[list[Sentence]]
    table: TableText | None


class ReportContent(Schema):
    """A report whole: what is hashed, and what every file of it is made from."""

    title: str
    region_code: RegionCode
    region_name: str
    period: str
    as_of: datetime
    template_code: Code
    template_number: int
    template_sha256: str
    official: bool
    source: str
    evaluation_id: UUID | None
    scoring_number: int | None = Field(description="表中得分出自第几次计分")
    scoring_input_sha256: str | None
    sections: list[SectionText]
    notes: list[Note]

    @property
    def sentences(self) -> list[Sentence]:
        return [one for section in self.sections for paragraph in section.paragraphs for one in paragraph]


NO_EVIDENCE = "〔无系统证据〕"
