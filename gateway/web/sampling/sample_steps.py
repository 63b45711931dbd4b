"""What the bureau does on a sample's page: accept a report, return it, decide in writing what is in doubt. Pure."""

from gateway.web.sampling.contest_steps import SAMPLING_OBJECTION
from gateway.web.sampling.whistle_steps import OFFICERS
from gateway.web.steps import NOTE, Answer, Field, Step, asked_of
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import Conclusion

DECISION = (
    Field(
        "decision/conclusion",
        "决定的结论",
        "choice",
        options=tuple((each.value, each.label) for each in Conclusion),
    ),
    Field("decision/reason", "依据和理由", "words", "书面决定，记入经过"),
)


def of_report(report: Answer) -> list[Step]:
    """Every step there is on a report, possible now or not."""
    in_doubt = bool(report["doubts"])
    accept = Step(
        f"reports/{report['id']}/acceptance",
        "作出决定并确认" if in_doubt else "确认报告",
        OFFICERS,
        (*(DECISION if in_doubt else ()), NOTE),
        f"待复核之处：{'；'.join(report['doubts'])}。也可以退回检验机构更正。"
        if in_doubt
        else "确认后样品有了结论；不合格（问题）的，随即建立核查处置，开始计时。",
    )
    return [
        accept,
        Step(
            f"reports/{report['id']}/return",
            "退回更正",
            OFFICERS,
            (
                Field(
                    "reason",
                    "退回的理由",
                    "words",
                    "检验机构会看到：不要写被抽样单位、生产者的名称和抽样单编号",
                ),
            ),
            "这一版保留，检验机构更正后另出一版。",
        ),
    ]


def offered(report: Answer, roles: frozenset[Role]) -> list[Step]:
    """What may be done with a report in its state."""
    accept, give_back = of_report(report)
    possible = {"issued": [accept, give_back], "accepted": [give_back]}.get(report["state"], [])
    return [asked_of(roles, step) for step in possible if step.roles & roles]


def may_object(sample: Answer, roles: frozenset[Role]) -> bool:
    return bool(sample["taken_at"] is not None and SAMPLING_OBJECTION.roles & roles)
