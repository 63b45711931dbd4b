"""Plans mix brackets and separators; names keep the brackets that are theirs."""

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.evaluation_tasks.responsibilities import MAX_BLOCKS, read_responsibilities

PLAN = """某市创建工作方案（虚构）
四、目标任务
（一）完善组织管理
1. 构建责任体系。层层签订责任状（含镇、街）。〔责任单位：市食安办、各县（市、区）人民政府，市司法局〕
2. 深入开展整治。
一是建立准入制度，严格入市监管。（责任单位:市农业农村局， 市市场监管局、市农业农村局）
二是推进“明厨亮灶”。（责任单位：各县（市、区）
人民政府）
（二）推行监管措施
1. 建立数据库。〔责任单位：市市场监管局（牵头部门）；参与单位：某某海关〕
五、重点工程
（一）能力提升工程
配备人员。〔牵头单位：市委编办、市财政局；参与单位：市市场监管局、各县（市、区）人民政府〕
（二）质量安全工程
强化防控。（牵头单位：市农业农村局）
"""


def test_every_list_of_units_is_found_with_its_headings() -> None:
    found, faults = read_responsibilities(PLAN)
    assert faults == []
    assert [(one.kind, one.title, one.lead, one.join) for one in found] == [
        ("block", "构建责任体系", ("市食安办",), ("各县（市、区）人民政府", "市司法局")),
        ("block", "建立准入制度，严格入市监管", ("市农业农村局",), ("市市场监管局",)),
        ("block", "推进“明厨亮灶”", ("各县（市、区）人民政府",), ()),
        ("block", "建立数据库", ("市市场监管局（牵头部门）",), ("某某海关",)),
        ("project", "能力提升工程", ("市委编办", "市财政局"), ("市市场监管局", "各县（市、区）人民政府")),
        ("project", "质量安全工程", ("市农业农村局",), ()),
    ]
    assert found[1].path == ("目标任务", "完善组织管理", "深入开展整治", "建立准入制度，严格入市监管")
    assert found[4].path == ("重点工程", "能力提升工程")
    assert (found[0].line, found[5].line) == (4, 15)
    assert [one.lead_stated for one in found] == [False, False, False, False, True, True]


def test_what_cannot_be_read_is_told_with_its_line() -> None:
    found, faults = read_responsibilities("1. 甲。〔责任单位：〕\n2. 乙。（责任单位：市食安办")
    assert found == []
    assert [fault.line for fault in faults] == [1, 2]
    assert "没有写明单位" in faults[0].message
    assert "没有右括号" in faults[1].message


UNITS = st.lists(
    st.sampled_from(["市食安办", "某海关", "各县（市、区）人民政府", "市委网信办", "甲乙丙公司〔国有，参股〕"]),
    min_size=1,
    max_size=5,
    unique=True,
)


@given(
    blocks=st.lists(
        st.tuples(UNITS, st.sampled_from("、，,"), st.sampled_from(["〔〕", "（）", "()", "【】"])), max_size=8
    )
)
def test_names_come_out_as_they_went_in_whatever_parts_and_encloses_them(
    blocks: list[tuple[list[str], str, str]],
) -> None:
    text = "\n".join(
        f"{number}. 事项{number}。{ends[0]}责任单位：{separator.join(units)}{ends[1]}"
        for number, (units, separator, ends) in enumerate(blocks, 1)
    )
    found, faults = read_responsibilities(text)
    assert faults == []
    assert [[*one.lead, *one.join] for one in found] == [units for units, _, _ in blocks]
    assert [one.title for one in found] == [f"事项{number}" for number in range(1, len(blocks) + 1)]


def test_a_text_of_nothing_but_openings_is_read_in_no_time() -> None:
    found, faults = read_responsibilities("（责任单位：" * 30_000)
    assert (len(found), len(faults)) == (0, MAX_BLOCKS + 1)
