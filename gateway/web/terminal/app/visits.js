// 一次检查的内容：怎样开始，怎样写成平台要的样子，结束时还缺什么。
import { recall } from "./database.js";
import { stamp } from "./moments.js";
import { state } from "./state.js";

export const FINDINGS = [["passed", "合格"], ["failed", "不合格"], ["not_applicable", "合理缺项"], ["unknown", "未查"]];
export const KINDS_OF_VISIT = [["routine", "日常检查"], ["special", "专项检查"], ["flight", "飞行检查"], ["system", "体系检查"], ["follow_up", "跟进检查"], ["recheck", "整改复查"]];

const LEVELS = [2, 4, 6, 9, 12]; // 省、市、县、镇街、村社区各到第几位

// 实施检查的机关：本人辖区里管到这个地方的那一个。
export function authorityOver(region, own = state.user.regions) {
  const covers = (code) => region.startsWith(code.slice(0, LEVELS.find((length) => /^0*$/.test(code.slice(length)))));
  return own.find(covers) ?? own[0] ?? region;
}

const pinned = ({ code, number, version_id, sha256 }) => ({ code, number, version_id, sha256 });

// 随机抽查：去的须是抽中的人，都先写上。
export function visitTo(business, checklist, { task, drawn } = {}) {
  const asked = business.checklists.find((each) => each.code === checklist?.code);
  return begun({
    region_code: business.region_code,
    business_id: business.id,
    business_kind: business.kind,
    kind: task ? "follow_up" : drawn?.purpose === "flight" ? "flight" : "routine",
    checklist: checklist ? pinned(checklist) : null,
    required: asked?.must_check ?? [],
    follow_up: task ? { visit_id: task.id, outcome: "", notes: "" } : null,
    drawn: drawn ? taskOf(drawn) : null,
    inspectors: [own(), ...sentBeside(drawn)],
  });
}

// 找不到主体的：何时到的、怎样、照片。
export const missingAt = (business, drawn) => ({ business_id: business.id, drawn: taskOf(drawn), at: stamp(), words: "", evidence: [] });

const taskOf = ({ id, version, with_whom }) => ({ id, version, with_whom });
const own = () => ({ user_id: state.user.id, name: state.user.name });
const sentBeside = (drawn) => (drawn?.user_ids ?? []).map((user_id, index) => ({ user_id, name: drawn.with_whom[index] })).filter((each) => each.user_id !== state.user.id);

export const visitOfPlace = (task) =>
  begun({ region_code: task.region_code, unregistered_place: task.target, business_kind: "stall", kind: "follow_up", follow_up: { visit_id: task.id, outcome: "", notes: "" } });

// 还没有填的样子。
export const BLANK = {
  answers: {},
  began_at: "",
  ended_at: "",
  inspectors: [],
  identity_shown: null,
  recusal: "",
  recusal_note: "",
  signatures: [],
  refusal: null,
  position: null,
  position_missing: "",
  conclusion: "",
  notes: "",
  files: [],
  required: [],
  checklist: null,
  follow_up: null,
  drawn: null, // 这次检查所办的抽查任务；不写进记录
  finished: false,
};

const begun = (facts) => ({
  ...BLANK,
  inspectors: [own()],
  ...facts,
  authority_code: authorityOver(facts.region_code),
  began_at: stamp(),
});

// 没有填的不写；只写了话或拍了照、没有判的条目，是“未查”。
export function contentOf(typed) {
  const answers = Object.entries(typed.answers).filter(([, each]) => each.finding || each.reason || each.photos?.length);
  const followed = typed.follow_up?.outcome && typed.follow_up.notes.trim().length >= 2;
  const refused = typed.refusal?.video && typed.refusal.note && typed.refusal.witness;
  const said = {
    ...typed,
    drawn: null,
    answers: Object.fromEntries(answers.map(([number, each]) => [number, { finding: each.finding || "unknown", reason: each.reason || undefined, photos: each.photos?.length ? each.photos : undefined }])),
    follow_up: followed ? typed.follow_up : null,
    refusal: refused ? typed.refusal : null,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== "" && value !== null && value !== undefined));
}

// 存这一版的人、终端、时间和依据。
export async function savedBy(draft) {
  return {
    by: draft.by,
    by_name: draft.by_name,
    device: await recall("device"),
    at: stamp(),
    base: draft.base,
    contacts: (await recall("contacts")) ?? [],
  };
}

export const filesOf = (content) => [
  ...new Set([
    ...Object.values(content.answers ?? {}).flatMap((each) => each.photos ?? []),
    ...(content.signatures ?? []).map((each) => each.sha256),
    ...(content.files ?? []).map((each) => each.sha256),
    ...(content.refusal ? [content.refusal.video] : []),
  ]),
];

// 结束检查须齐备的（食品生产经营监督检查管理办法第二十三、二十四、三十四条）；平台再核一遍。
export function missing(typed) {
  const found = [];
  const need = (place, words, holds) => holds || found.push({ place, words });
  const names = new Set(typed.inspectors.map((each) => each.name));
  const signed = (role, name) => typed.signatures.some((each) => each.role === role && (!name || each.name === name));
  need("people", "检查人员不少于两人，请选同去的人", names.size >= 2);
  need("people", "请记录是否出示执法证件", typed.identity_shown === true);
  need("people", "请记录是否申请回避", typed.recusal);
  need("people", "申请回避的，写明怎样处理", typed.recusal !== "requested" || typed.recusal_note);
  need("checklist", "没有要点表，形不成结果；请先同步任务包", typed.checklist || typed.follow_up);
  if (typed.follow_up) need("follow-up", "写明跟进检查所见和现场情况", typed.follow_up.outcome && typed.follow_up.notes.trim().length >= 2);
  need("place", "请取位置，或写明没有定位的原因", typed.position || typed.position_missing);
  for (const each of typed.inspectors) need("signing", `${each.name}还没有签名`, signed("inspector", each.name));
  const refused = typed.refusal?.note && typed.refusal.witness && typed.refusal.video;
  need("signing", "被检查人还没有签名；拒绝签名的，写明情况、见证人并附录像", signed("business") || refused);
  return found;
}

// 适用于这一户的条目；看经营范围的条目都给人判。
export const itemsFor = (section, kind) => section.items.filter((item) => !item.kinds.length || item.kinds.includes(kind));
