// 同步：先发出，再取任务包。一份一个状态；平台没有说收下，本机就不删。
import { uuid7 } from "./canonical.js";
import { NoAnswer, Refused, SignedOut, call, renewed } from "./calls.js";
import { database, recall, remember } from "./database.js";
import { sendFiles } from "./files.js";
import { DAY, stamp } from "./moments.js";
import { fetchPack } from "./pack.js";
import { state } from "./state.js";
import { DRAWN_STATES } from "./words.js";

const API = "/api/inspection/v1";
const PLACES = { visit: `${API}/visit-records`, patrol: `${API}/patrols`, clue: `${API}/clues`, rapid: "/api/sampling/v1/rapid-test-submissions" };
const DRAWN_STEPS = { drawn: "completion", missing: "not-found" }; // 抽查任务怎样了结
const VERDICTS = { suspected_positive: "疑似阳性，平台已吹哨，请按“快检吹哨”办理", instrument_error: "仪器异常，不算合格，请复测", undetermined: "待判定，不算合格" };
const CONTACTS = 10;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
const RECEIPTS_KEPT_MS = 7 * DAY;
const JUST_TAKEN_MS = DAY / 24; // 刚拍的照片也许还没有写进内容
const EVERY_MS = 60_000;
const PACK_HOLDS_MS = 10 * 60_000;

export const STATES = {
  waiting: ["unknown", "待发"],
  sending: ["running", "正在发"],
  accepted: ["ok", "平台已收下"],
  held: ["warning", "已收下，待核"],
  refused: ["danger", "没有收下"],
  conflict: ["danger", "两边不同，待您核对"],
};

// 还要办的：没有发出的，和要人来改、来核对的。
export const isOpen = (item) => item.state !== "accepted" && item.state !== "held";
export const isUnsent = (item) => item.state === "waiting" || item.state === "sending" || item.files_left;

// 几个窗口只有一个在同步；同步到一半又要同步的，做完接着再来一遍。eagerly：不等下一次再试的时间；afresh：任务包也重取。
let wanted = null;
export function sync(wish = {}) {
  wanted = { ...wanted, ...wish };
  return navigator.locks.request("shian-terminal-sync", { ifAvailable: true }, async (lock) => {
    while (lock && wanted) {
      const now = wanted;
      wanted = null;
      await run(now);
    }
  });
}

const told = (words) => (state.syncing = words);

async function run({ eagerly, afresh }) {
  if (!(await recall("user"))) return;
  told("正在连接平台");
  try {
    const user = await renewed();
    await remember("user", user);
    Object.assign(state, { user, needsSignIn: false }); // 角色和辖区也许变了
    await sendItems(eagerly, async (item) => !item.after);
    await sendRest();
    await sendItems(eagerly, async (item) => item.after && (await isComplete(item.after)));
    if (afresh || Date.now() - ((await recall("packed_at")) ?? 0) > PACK_HOLDS_MS) await fetchPack(told);
    await tidy();
    await remember("synced_at", Date.now());
    state.problem = "";
  } catch (error) {
    if (error instanceof SignedOut) state.needsSignIn = true;
    else if (!(error instanceof NoAnswer) && !(error instanceof Refused)) throw error;
    state.problem = error.message;
  } finally {
    state.syncing = "";
  }
}

// 内容先发，小，断了也不怕；照片随后。别人没有发出的检查可以代发，其余等本人登录。
async function sendItems(eagerly, fits) {
  const mine = (await recall("user")).id;
  const waiting = await database.outbox.where("state").anyOf("waiting", "sending").sortBy("number");
  const due = waiting.filter((item) => (item.by === mine || item.kind === "visit") && (eagerly || item.next_at <= Date.now()));
  for (const [index, item] of due.entries()) {
    if (!(await fits(item))) continue;
    told(`正在发第${index + 1}份，共${due.length}份`);
    await sendItem(item);
  }
}

// 平台收齐了没有；收条已经清掉的，由平台来说。
async function isComplete(id) {
  const last = await database.outbox.where("id").equals(id).last();
  return !last || last.answer?.state === "complete";
}

function asked(item, sentAt) {
  const json = { "content-type": "application/json" };
  if (item.drawn) return [`${API}/drawn-visits/${item.drawn.id}/${DRAWN_STEPS[item.kind]}`, { method: "POST", body: item.body, headers: { ...json, "if-match": `"${item.drawn.version}"` } }];
  const headers = item.kind === "visit" ? { "content-type": "application/vnd.shian.visit+json", "content-sha256": item.sha256, "sent-at": sentAt } : json;
  return [`${PLACES[item.kind]}/${item.id}`, { method: "PUT", body: item.body, headers }];
}

async function sendItem(item) {
  await database.outbox.update(item.number, { state: "sending" });
  const sentAt = stamp();
  try {
    const answer = await call(...asked(item, sentAt));
    if (item.kind === "visit") await rememberContact(sentAt, answer);
    await settled(item, await verdictOf(item, answer));
  } catch (error) {
    if (error instanceof Refused) return settled(item, item.drawn ? await drawnOutcome(item, error) : refusalOf(item, error.document));
    await postpone(item, error.retryAfter);
    if (error.status !== 500) throw error; // 只是这一份平台处理不了，不挡着后面的
  }
}

// 平台的答复说明这一份到了哪一步。
async function verdictOf(item, answer) {
  if (item.kind === "rapid") return rapidOutcome(item, answer);
  if (item.kind !== "visit") return { state: "accepted", answer };
  if (answer.standing !== "accepted") return { state: "held", answer, reasons: answer.reasons };
  if (answer.disputed.length) return { state: "conflict", answer, sides: await disputesOf(item.id) };
  return { state: "accepted", answer, reasons: answer.faults };
}

// 一批里退回的几条另成一份来改，换一个编号；收下的就收下了。
function rapidOutcome(item, answer) {
  const { records } = JSON.parse(item.body);
  const told = answer.items.filter((each) => each.verdict in VERDICTS).map(({ index, verdict }) => ({ pointer: `/records/${index}`, message: `${records[index].product_name}${VERDICTS[verdict]}` }));
  if (answer.suspected_duplicate) told.push({ pointer: "", message: `${answer.suspected_duplicate}条疑似重复，请到网页的“快检上报”里确认` });
  const again = answer.items.filter((each) => each.outcome === "rejected");
  const reasons = [...told, ...again.flatMap((each) => each.errors)];
  return again.length ? { state: "refused", answer, reasons, rest: uuid7(), left: again.map((each) => records[each.index]) } : { state: "accepted", answer, reasons };
}

function refusalOf(item, document) {
  if (document.differences) {
    const sides = document.differences.map((each) => ({ pointer: each.pointer, there: each.stored ?? each.before, here: each.sent ?? each.after, why: "" }));
    return { state: "conflict", answer: document, sides };
  }
  const whole = [document.title, document.detail].filter(Boolean).join("：") || "平台没有收下";
  return { state: "refused", answer: null, reasons: document.errors?.length ? document.errors : [{ pointer: "", message: whole }] };
}

// 抽查任务平台不让这样了结：先前已经这样了结的，就是收下了；平台上已经变动的，两边摆出来。
async function drawnOutcome(item, error) {
  const there = await call(`${API}/drawn-visits/${item.drawn.id}`).catch((fault) => {
    if (!(fault instanceof Refused)) throw fault;
    return null;
  });
  if (!there) return { state: "refused", answer: null, reasons: [{ pointer: "", message: "这项抽查任务已不派给您：回避了，或由备选递补。没有了结的由现在派去的人办" }] };
  if (isThis(item, there)) return { state: "accepted", answer: there };
  const changed = there.state !== "scheduled" || there.version !== item.drawn.version;
  if (!changed) return refusalOf(item, error.document);
  return { state: "conflict", answer: there, sides: [sidesOf(item, there)] };
}

// 派的人变了，或者已经另样了结。
function sidesOf(item, there) {
  if (there.state === "scheduled") return { pointer: "/with_whom", here: item.drawn.with_whom, there: [...there.inspectors, ...there.lent].map((each) => each.name), why: "" };
  const here = item.kind === "missing" ? [DRAWN_STATES.not_found, JSON.parse(item.body).words] : DRAWN_STATES.completed;
  return { pointer: "/drawn", here, there: there.not_found ? [DRAWN_STATES.not_found, there.not_found.words, there.not_found.by_name] : DRAWN_STATES[there.state], why: "" };
}

function isThis(item, there) {
  const sent = JSON.parse(item.body);
  return item.kind === "drawn" ? there.record_id === sent.record_id : there.state === "not_found" && there.not_found.words === sent.words && new Date(there.not_found.at).getTime() === new Date(sent.at).getTime();
}

async function disputesOf(id) {
  const record = await call(`${API}/visit-records/${id}`);
  const mine = (await recall("user")).id;
  const device = await recall("device");
  const own = (claim) => claim.by === mine && claim.device === device;
  return record.disputes.map((each) => ({
    pointer: each.pointer,
    why: each.why,
    here: each.claims.find(own)?.value ?? null,
    there: each.claims.find((claim) => !own(claim))?.value ?? null,
  }));
}

async function settled(item, { left, ...outcome }) {
  await database.transaction("rw", database.outbox, database.drafts, database.businesses, async () => {
    if (item.drawn && outcome.state === "accepted") await forgetDrawn(item.drawn.id);
    await database.outbox.update(item.number, { ...outcome, tries: 0, files_left: item.files.length > 0 && outcome.state !== "refused" });
    const draft = await database.drafts.get(item.id);
    if (!draft || draft.sealed !== item.sha256) return;
    if (item.kind !== "visit" && (outcome.state === "accepted" || left)) await database.drafts.delete(item.id);
    if (left) await database.drafts.add({ ...draft, id: outcome.rest, sealed: undefined, content: { ...draft.content, records: left }, at: Date.now() });
    // 平台没有的版本不能作依据：改过再发，依据的仍是先前那一版。
    if (item.kind === "visit" && outcome.state === "refused") await database.drafts.update(item.id, { base: JSON.parse(item.body).saved.base });
  });
}

// 了结了的抽查任务，不等下一次取任务包就不再列出。
const forgetDrawn = (id) =>
  database.businesses.filter((each) => each.drawn_visits.some((task) => task.id === id)).modify((each) => (each.drawn_visits = each.drawn_visits.filter((task) => task.id !== id)));

async function postpone(item, retryAfter = 0) {
  const wait = Math.max(retryAfter * 1000, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** item.tries));
  await database.outbox.update(item.number, { state: "waiting", tries: item.tries + 1, next_at: Date.now() + wait });
}

// 照片只传平台没有的；传齐了再问一次，平台说完整了，本机才可以删。
async function sendRest() {
  const items = await database.outbox.filter((item) => item.files_left).toArray();
  if (!items.length) return;
  const refused = await sendFiles([...new Set(items.flatMap((item) => item.files))], told);
  for (const item of items) {
    const faults = item.files.filter((hash) => refused.has(hash)).map((hash) => ({ pointer: "", message: `有一个照片或签名平台没有收：${refused.get(hash)}` }));
    await database.outbox.update(item.number, { files_left: false, reasons: [...(item.reasons ?? []), ...faults] });
    const last = (await database.outbox.where("id").equals(item.id).last()).number === item.number;
    if (item.kind === "visit" && item.state === "accepted" && last && !faults.length) await sendItem({ ...item, files: [] });
  }
}

async function rememberContact(sentAt, { received_at, answered_at }) {
  const known = (await recall("contacts")) ?? [];
  await remember("contacts", [...known, { sent_at: sentAt, got_at: stamp(), received_at, answered_at }].slice(-CONTACTS));
}

// 平台上已完整的检查不再占地方；收条留一周。
async function tidy() {
  await database.transaction("rw", database.outbox, database.drafts, database.files, async () => {
    const items = await database.outbox.toArray();
    const open = new Set(items.filter((item) => isOpen(item) || item.files_left).map((item) => item.id));
    for (const item of items) {
      const draft = await database.drafts.get(item.id);
      if (item.answer?.state === "complete" && !open.has(item.id) && draft?.sealed === item.sha256) await database.drafts.delete(item.id);
      if (!open.has(item.id) && Date.now() - item.at > RECEIPTS_KEPT_MS) await database.outbox.delete(item.number);
    }
    const drafts = await database.drafts.toArray();
    const kept = JSON.stringify([drafts, items.filter((item) => open.has(item.id)).map((item) => item.files)]);
    await database.files.filter((file) => !kept.includes(file.sha256) && Date.now() - file.at > JUST_TAKEN_MS).delete();
  });
}

// 两边不同：核对以后，以一边的内容为准，依据双方，再发一版。
export async function headsOf(item) {
  const record = await call(`${API}/visit-records/${item.id}`);
  return { content: record.content, heads: [...new Set([...record.heads, ...record.aside, item.sha256])] };
}

// 待核的：疑点消除以后（如主体建了档），原样再发一次就自动采用。
export async function sendAgain(item) {
  await database.outbox.update(item.number, { state: "waiting", next_at: 0 });
  await sync({ eagerly: true });
}

// 抽查任务在平台上变动了：照现在的安排再发一次，或者不发了。
export async function sendAnew(item) {
  await database.outbox.update(item.number, { state: "waiting", next_at: 0, drawn: { ...item.drawn, version: item.answer?.version ?? item.drawn.version } });
  await sync({ eagerly: true });
}

export async function withdraw(item) {
  await database.transaction("rw", database.outbox, database.drafts, async () => {
    await database.outbox.delete(item.number);
    if (item.kind === "missing") await database.drafts.delete(item.id);
  });
  await sync({ afresh: true });
}

export function keepSyncing() {
  const soon = () => navigator.onLine && sync();
  addEventListener("online", soon);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  setInterval(async () => (await database.outbox.filter(isUnsent).count()) && soon(), EVERY_MS);
  soon();
}
