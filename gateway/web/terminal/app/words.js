// 平台说的位置和内容，写成人看得懂的话。
const NAMES = {
  answers: "条目", inspectors: "检查人员", signatures: "签名", files: "现场照片", position: "定位", position_missing: "没有定位的原因", recusal: "申请回避", recusal_note: "回避怎样处理",
  identity_shown: "出示证件", conclusion: "综合意见", notes: "其他说明", began_at: "开始时间", ended_at: "结束时间", kind: "检查类型", follow_up: "跟进检查的结果", refusal: "拒绝签名",
  business_id: "主体", unregistered_place: "被检查的是谁", checklist: "要点表", finished: "结束", cell_code: "网格", place: "地点", what: "看到什么", evidence: "照片", looks: "逐条", findings: "问题",
  with_whom: "派去的人", drawn: "抽查任务", record_id: "检查记录", words: "现场情况", at: "到现场的时间", records: "记录", product_name: "样品名称", printed_item: "检测项目", printed_value: "检测值", printed_result: "印出的结果", site_id: "检测点", duty_list_id: "巡查清单", tested_at: "检测时间", note: "说明", saved: "保存",
};
const VALUES = {
  passed: "合格", failed: "不合格", not_applicable: "合理缺项", unknown: "未查", not_requested: "没有申请", requested: "申请回避", routine: "日常检查", special: "专项检查", flight: "飞行检查", system: "体系检查",
  follow_up: "跟进检查", recheck: "整改复查", true: "是", false: "否",
};
export const DRAWN_STATES = { scheduled: "待检查", completed: "已检查", not_found: "在登记的地址找不到", replaced: "由备选递补", cancelled: "抽取作废" };
export const PURPOSES = { general: "双随机抽查", key_matters: "重点检查", flight: "飞行检查" };
const COUNTED = new Set(["inspectors", "signatures", "files", "looks", "findings", "records"]);

export function placeInWords(pointer) {
  const [first, second, ...rest] = pointer.replace(/^\//, "").split("/");
  if (first === "answers" && second) return `条目${second}`;
  const head = NAMES[first] ?? first;
  if (COUNTED.has(first) && /^\d+$/.test(second ?? "")) return [`第${Number(second) + 1}处${head}`, ...rest.map((name) => NAMES[name] ?? name)].join("，");
  return head;
}

export function said(value) {
  if (value === null || value === undefined || value === "") return "没有填";
  if (Array.isArray(value)) return value.length ? value.map(said).join("；") : "没有";
  if (typeof value !== "object") return VALUES[value] ?? String(value);
  const photos = value.photos?.length ? `照片${value.photos.length}张` : "";
  if ("finding" in value) return [said(value.finding), value.reason, photos].filter(Boolean).join("，");
  return Object.values(value).filter((each) => typeof each === "string" && !/^[0-9a-f-]{36,64}$/.test(each)).map(said).join("，") || "已填";
}
