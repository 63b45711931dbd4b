// 正在填的：开一份，一落笔就存，交出时封存成一份不再变的内容，排队待发。
import { liveQuery } from "dexie";
import { getCurrentScope, onScopeDispose, reactive, ref, shallowRef, watch } from "vue";
import { canonical, sha256OfText, uuid7 } from "./canonical.js";
import { database, plain } from "./database.js";
import { stamp } from "./moments.js";
import { state } from "./state.js";
import { contentOf, filesOf, savedBy } from "./visits.js";

export async function begin(kind, title, content) {
  const draft = { id: uuid7(), kind, by: state.user.id, by_name: state.user.name, title, content: plain(content), base: [], since: Date.now(), at: Date.now() };
  await database.drafts.add(draft);
  return draft.id;
}

const lockOf = (id) => `shian-draft-${id}`;

// 打开一份来填：draft 先空着，取到为止；没有这一份的是 undefined。改动一个接一个写盘，settled 等到全部写完；写不下的说出来。
// 同一份只在一个窗口里填。别的窗口正在填的，elsewhere 为真，只看，随那边变；那边关了，这边接着填。
export function useDraft(id) {
  const draft = shallowRef(null);
  const elsewhere = ref(false);
  const leaving = new AbortController();
  let settled = Promise.resolve();
  const save = ({ title, content }) => {
    settled = settled
      .then(() => database.drafts.update(id, { title, content, at: Date.now() }))
      .then(() => (state.unsaved = ""), (error) => (state.unsaved = error.message));
  };
  const scope = getCurrentScope();
  const show = (found) => (draft.value = found && reactive(found));
  const untilLeft = () => new Promise((done) => (leaving.signal.aborted ? done() : leaving.signal.addEventListener("abort", done))).then(() => settled);
  const fill = async () => {
    show(await database.drafts.get(id));
    elsewhere.value = false;
    if (draft.value) scope.run(() => watch(() => plain(draft.value), save, { flush: "sync" }));
  };
  const follow = () =>
    new Promise((opened) => {
      const following = liveQuery(() => database.drafts.get(id)).subscribe({ next: (found) => opened(show(found)) });
      const turn = navigator.locks.request(lockOf(id), { signal: leaving.signal }, async () => {
        following.unsubscribe();
        await fill();
        await untilLeft();
      });
      turn.catch(() => following.unsubscribe()); // 没等到就离开了
    });
  const ready = new Promise((opened, failed) => {
    const first = navigator.locks.request(lockOf(id), { ifAvailable: true }, async (lock) => {
      elsewhere.value = !lock;
      if (!lock) return;
      await fill();
      opened();
      await untilLeft();
    });
    first.then(() => elsewhere.value && follow().then(opened)).catch(failed);
  });
  onScopeDispose(() => leaving.abort());
  return { draft, ready, elsewhere, settled: () => settled };
}

// 没有哪个窗口正在填的，才可以从别处改它。
export function whileUnopened(id, act) {
  return navigator.locks.request(lockOf(id), { ifAvailable: true }, (lock) => {
    if (!lock) throw new Error("这一份正在另一个窗口里填，请先在那里交出或关掉");
    return act();
  });
}

// 封存：检查写成一版（谁、何时、依据哪一版），其他的照平台要的样子；先前没有收下的同一份换成这一份。
export async function seal(id, change = {}) {
  const draft = await database.drafts.get(id);
  const content = { ...draft.content, ...change };
  const said = draft.kind === "visit" ? { ...contentOf(content), saved: await savedBy(draft) } : told(draft.kind, content);
  const body = canonical(said);
  const hash = await sha256OfText(body);
  const item = { id, kind: draft.kind, by: draft.by, by_name: draft.by_name, title: draft.title, body, sha256: hash, files: evidence(draft.kind, said), drawn: draft.kind === "missing" ? content.drawn : undefined, ...FRESH, at: Date.now() };
  await database.transaction("rw", database.drafts, database.outbox, async () => {
    const base = draft.kind === "visit" ? [hash] : [];
    await database.drafts.update(id, { content, base, sealed: hash, at: Date.now() });
    await database.outbox.where("id").equals(id).and((each) => each.state === "refused" || each.state === "conflict").delete();
    await database.outbox.filter((each) => each.rest === id).modify({ state: "accepted", reasons: [], rest: null });
    await database.outbox.add(item);
    if (draft.kind === "visit" && content.finished && content.drawn) await closeDrawn(draft, content.drawn);
  });
}

const FRESH = { state: "waiting", tries: 0, next_at: 0, answer: null };

// 哪一户、哪项任务写在地址里，不写进内容。
function told(kind, content) {
  if (kind !== "missing") return content;
  const { at, words, evidence } = content;
  return { at, words, evidence };
}

// 这次检查所办的抽查任务，等平台收齐了记录就办结；一份记录只办一次。
async function closeDrawn({ id, by, by_name, title }, drawn) {
  if (await database.outbox.filter((each) => each.after === id).count()) return;
  await database.outbox.add({ id: uuid7(), kind: "drawn", after: id, drawn, by, by_name, title: `${title}：办结抽查任务`, body: canonical({ record_id: id }), files: [], ...FRESH, at: Date.now() });
}

function evidence(kind, said) {
  if (kind === "visit") return filesOf(said);
  if (kind === "patrol") return said.findings.flatMap((each) => each.evidence);
  return said.evidence ?? [];
}

// 没有交出过的，不要了就删去；问一声。
export async function discard(id) {
  if (!confirm("删去以后找不回来。删去这一份？")) return;
  await database.drafts.delete(id);
  location.hash = "#/";
}

// 未收下的另起一个编号：原来的编号下平台上已有别的内容。
export async function anew(id) {
  const draft = await database.drafts.get(id);
  const other = { ...draft, id: uuid7(), base: [], sealed: undefined, at: Date.now() };
  for (const each of other.content.findings ?? []) each.id = uuid7();
  await database.transaction("rw", database.drafts, database.outbox, async () => {
    await database.drafts.add(other);
    await database.drafts.delete(id);
    await database.outbox.where("id").equals(id).delete();
  });
  return other.id;
}

export const ended = () => ({ finished: true, ended_at: stamp() });
