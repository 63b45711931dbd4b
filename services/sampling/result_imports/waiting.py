"""Why a sample has no report taken in, and what its sender can do about it. Pure."""

from shared.contracts.statutory_sampling import SampleState

DESK = "“检验机构工作台”（网页 /laboratory，接口 POST /v1/laboratory/samples/{盲样编码}/reception）"

UNKNOWN = "没有这份样品，或不在您可办理的范围内；请核对编号"
UNKNOWN_TO_LABORATORY = f"没有这份样品，或还没有由本机构接收；请核对编号，已送到的先在{DESK}登记接收，再传这个文件"
"""One answer for codes of other houses, of none, and of samples on their way."""


def how_to_mend(state: SampleState) -> str:
    """The refusal of a report on a sample in `state`, in Chinese, with the place where it is mended."""
    if state is SampleState.TAKEN:
        return (
            f"检验机构还没有登记接收这份样品；请检验机构在{DESK}按收样凭证登记（接收时间可以补记），再传这个文件。"
            "还没有指定检验机构的，先指定：PUT /v1/samples/{样品}/laboratory"
        )
    if state is SampleState.DRAFT:
        return "抽样单还没有提交；请抽样人员先完成抽样，检验机构接收之后再传"
    if state in (SampleState.REPORTED, SampleState.CONCLUDED):
        return f"样品{state.label}，不再收检验报告；要更正的，请主管部门先退回原报告"
    return f"样品{state.label}，不会有检验报告；请核对编号"
