"""The laboratory's steps: taking a blind sample in or rejecting it, and its report's way to the bureau. Pure."""

from gateway.web.steps import NOTE, Answer, Field, Step, moment
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import SampleState

LABORATORY = frozenset({Role.LABORATORY})
YES_NO = (("true", "是"), ("false", "否"))

PHOTOS = Field(
    "photos",
    "封条照片",
    "photos",
    "选照片文件；这里只取它的指纹（SHA-256）备查，照片本身由本机构留存，不上传保存，也不传文件名",
)
SEAL_INTACT = Field("seal_intact", "封条完好", "choice", options=YES_NO)
CONTENTS_MATCH = Field("contents_match", "品名、规格、数量、包装与盲样信息相符", "choice", options=YES_NO)

RECEIVE = Step(
    "reception",
    "接收样品",
    LABORATORY,
    (
        SEAL_INTACT,
        CONTENTS_MATCH,
        Field("seal_number", "封条编号", hint="照封条上的读；抽样时登记了编号的必填，须一致", required=False),
        PHOTOS,
        moment("收到的时间"),
        NOTE,
    ),
    "封条不完好或内容不符的不得接收，请办理拒收。出具检验报告的期限自接收起算。",
)
REJECT = Step(
    "rejection",
    "拒收样品",
    LABORATORY,
    (
        SEAL_INTACT,
        CONTENTS_MATCH,
        Field("reason", "拒收的理由", "words", "组织抽样的部门会看到"),
        PHOTOS,
        moment("送到的时间"),
    ),
)
CONCLUDE = Step(
    "conclusion",
    "作出结论，提交审核",
    LABORATORY,
    (Field("concluded_at", "检验结论何时作出", "moment", "不填就是现在", required=False), NOTE),
    "向主管部门报送的期限（合格、不合格、24 小时）自作出结论起算。",
)
SEND_BACK = Step(
    "review-rejection",
    "审核退回",
    LABORATORY,
    (Field("note", "哪里要改", "words"),),
    "退回填报人修改；已经起算的报送期限不停。",
)
REVIEW = Step("review", "审核通过", LABORATORY, (NOTE,), "审核人不得是填报人。")
ISSUE = Step(
    "issue", "批准签发并报送", LABORATORY, (NOTE,), "报告随即报送主管部门，此后不再改动，只能由主管部门退回更正。"
)

SAMPLE_STEPS = (RECEIVE, REJECT)
REPORT_STEPS = (CONCLUDE, SEND_BACK, REVIEW, ISSUE)
STEPS = (*SAMPLE_STEPS, *REPORT_STEPS)


def offered(sample: Answer, report: Answer | None) -> list[Step]:
    """What may be done now with a blind sample and its report; what is due stands first."""
    if sample["state"] == SampleState.TAKEN:
        return list(SAMPLE_STEPS)
    if report is None:
        return []
    return {"draft": [CONCLUDE], "in_review": [REVIEW, SEND_BACK], "reviewed": [ISSUE, SEND_BACK]}.get(
        report["state"], []
    )


def may_write(sample: Answer, report: Answer | None) -> bool:
    """Whether the report's data may be filled in: of a received sample, until submitted; anew once returned."""
    if report is None or report["state"] == "returned":
        return bool(sample["state"] == SampleState.RECEIVED)
    return bool(report["state"] == "draft")
