"""Which lists of this service can be exported, and the columns of their files."""

from services.traceability.certificates.router import list_certificates
from services.traceability.lots.router import list_lots
from services.traceability.recalls.router import list_recalls
from services.traceability.tickets.router import list_tickets
from shared.exports.definition import Export

EXPORTS = (
    Export(
        "tickets",
        "进销票据",
        list_tickets,
        {
            "id": "编号",
            "number": "票号",
            "kind": "票据种类",
            "state": "状态",
            "channel": "开票方式",
            "seller.business_id": "卖方主体编号",
            "seller.uscc": "卖方信用代码",
            "buyer.business_id": "买方主体编号",
            "buyer.uscc": "买方信用代码",
            "sold_at": "销售时间",
            "received_at": "收货时间",
            "voided_at": "作废时间",
            "recorded_at": "登记时间",
            "version": "版本",
        },
    ),
    Export(
        "lots",
        "批次",
        list_lots,
        {
            "id": "编号",
            "code": "批号",
            "product_name": "产品",
            "holder_business_id": "持有者主体编号",
            "holder_uscc": "持有者信用代码",
            "region_code": "区划",
            "quantity": "数量",
            "unit": "单位",
            "origin": "来历",
            "recorded_at": "登记时间",
            "version": "版本",
        },
    ),
    Export(
        "recalls",
        "召回",
        list_recalls,
        {
            "id": "编号",
            "rehearsal": "演练",
            "state_label": "状态",
            "level_label": "级别",
            "code": "所召回的码或批号",
            "product_name": "产品",
            "reason": "原因",
            "region_code": "区划",
            "request_id": "召回要求编号",
            "known_at": "知悉时间",
            "opened_at": "启动时间",
            "notified_at": "通知时间",
            "closed_at": "终结时间",
            "version": "版本",
        },
    ),
    Export(
        "certificates",
        "合格证与凭证",
        list_certificates,
        {
            "id": "编号",
            "kind": "种类",
            "label": "凭证名称",
            "number": "证号",
            "business_id": "主体编号",
            "region_code": "区划",
            "product_name": "产品",
            "quantity": "数量",
            "unit": "单位",
            "origin": "产地",
            "lot_code": "批号",
            "number_verified": "证号已核验",
            "issued_at": "开具时间",
            "voided_at": "作废时间",
            "version": "版本",
        },
    ),
)
"""Names of growers, stall holders and consumers and their contacts are not in them: a record's own address shows what
its reader may see.
"""
