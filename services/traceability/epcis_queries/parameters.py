"""The query parameters as the interface description lists them. The language itself is in `rules`; families with open
names (`EQ_ILMD_…`, `GE_value_CEL` …) cannot be listed and are told in words.
"""

from typing import Any

_LISTS = {
    "eventType": ("事件类型", "ObjectEvent"),
    "EQ_action": ("动作", "OBSERVE"),
    "EQ_bizStep": ("业务步骤", "shipping|receiving"),
    "EQ_disposition": ("处置状态", "in_transit"),
    "EQ_persistentDisposition_set": ("持续状态：设上", "recalled"),
    "EQ_persistentDisposition_unset": ("持续状态：取消", "recalled"),
    "EQ_readPoint": ("读取点", "https://id.gs1.org/414/6901234567892"),
    "WD_readPoint": ("读取点及其下级", "https://id.gs1.org/414/6901234567892"),
    "EQ_bizLocation": ("业务地点", "https://id.gs1.org/414/6901234567892"),
    "WD_bizLocation": ("业务地点及其下级", "https://id.gs1.org/414/6901234567892"),
    "EQ_transformationID": ("转换编号", "urn:epc:id:gdti:6901234.00001.1"),
    "MATCH_epc": ("epcList 或 childEPCs 中的物", "urn:epc:idpat:sgtin:6901234.*.*"),
    "MATCH_parentID": ("上级包装", "https://id.gs1.org/00/069012341234567895"),
    "MATCH_inputEPC": ("投入的物", "urn:epc:id:sgtin:6901234.056789.A1"),
    "MATCH_outputEPC": ("产出的物", "urn:epc:id:sgtin:6901234.056789.A1"),
    "MATCH_anyEPC": ("任何位置的物", "urn:epc:id:sgtin:6901234.056789.A1"),
    "MATCH_epcClass": ("品类或批次", "https://id.gs1.org/01/06901234567892/10/L1"),
    "MATCH_inputEPCClass": ("投入的品类或批次", "https://id.gs1.org/01/06901234567892/10/L1"),
    "MATCH_outputEPCClass": ("产出的品类或批次", "https://id.gs1.org/01/06901234567892/10/L1"),
    "MATCH_anyEPCClass": ("任何位置的品类或批次", "https://id.gs1.org/01/06901234567892/10/L1"),
    "EQ_quantity": ("数量", "200"),
    "EQ_eventID": ("事件编号", "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"),
    "EQ_errorReason": ("差错原因", "incorrect_data"),
    "EQ_correctiveEventID": ("更正事件的编号", "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"),
    "EQ_type": ("测量类型", "Temperature"),
    "EQ_deviceID": ("设备", "urn:epc:id:giai:6901234.111"),
    "EQ_dataProcessingMethod": ("数据处理方法", "https://example.com/gdti/253/6901234000054987"),
    "EQ_microorganism": ("微生物", "https://www.ncbi.nlm.nih.gov/taxonomy/1126011"),
    "EQ_chemicalSubstance": ("化学物质", "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N"),
    "EQ_bizRules": ("业务规则", "https://example.com/gdti/253/6901234000054987"),
    "EQ_stringValue": ("文字值", "SomeString"),
    "EQ_hexBinaryValue": ("十六进制值", "f0f0f0"),
    "EQ_uriValue": ("URI 值", "https://id.gs1.org/8004/690123412345"),
}
_TIMES = {
    "eventTime": "发生时间",
    "recordTime": "登记时间",
    "errorDeclarationTime": "声明有误的时间",
    "startTime": "测量开始",
    "endTime": "测量结束",
}
_ONCE = {
    "EXISTS_errorDeclaration": ("是否带差错声明", "true"),
    "EQ_booleanValue": ("是非值", "true"),
    "orderBy": ("按 eventTime、recordTime 或扩展字段排序", "eventTime"),
    "orderDirection": ("ASC 或 DESC", "DESC"),
    "eventCountLimit": ("只取前若干个，须与 orderBy 一起给出", "100"),
    "maxEventCount": ("超过此数则不回答（413）", "1000"),
    "perPage": ("每页条数上限，最多 500", "30"),
    "nextPageToken": ("上一页 Link 头中的令牌", ""),
}
_OPEN = (
    "另有名称不固定的参数：EQ_bizTransaction_类型、EQ_source_类型、EQ_destination_类型、"
    "EQ|GT|GE|LT|LE_quantity_单位、EQ|GT|GE|LT|LE_value_单位（及 minValue、maxValue、meanValue、sDev、percValue）、"
    "EQ|GT|GE|LT|LE|EXISTS_[INNER_][ILMD_|ERROR_DECLARATION_|SENSORELEMENT_]前缀:字段、HASATTR_字段、EQATTR_字段_属性。"
)


def documented(*, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """`openapi_extra` of a route that takes queries; `without` are given by its path."""
    shown = [_parameter(name, label, example) for name, (label, example) in _LISTS.items()]
    for name, label in _TIMES.items():
        shown.append(_parameter(f"GE_{name}", f"{label}不早于", "2026-07-24T00:00:00+08:00"))
        shown.append(_parameter(f"LT_{name}", f"{label}早于", "2026-07-25T00:00:00+08:00"))
    for comparison, label in (("GT", "大于"), ("GE", "不小于"), ("LT", "小于"), ("LE", "不大于")):
        shown.append(_parameter(f"{comparison}_quantity", f"数量{label}", "200"))
        shown.append(_parameter(f"{comparison}_percRank", f"百分位{label}", "95"))
    shown += [_parameter(name, label, example) for name, (label, example) in _ONCE.items()]
    return {"parameters": [one for one in shown if one["name"] not in without]}


def _parameter(name: str, label: str, example: str) -> dict[str, Any]:
    parameter: dict[str, Any] = {
        "name": name,
        "in": "query",
        "required": False,
        "description": label,
        "schema": {"type": "string"},
    }
    return parameter | ({"example": example} if example else {})


OPEN_NAMES = _OPEN
