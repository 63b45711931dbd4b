// 谁在用这台终端：登录、换人、退出。退出时个人信息都从本机清除。
import { signIn, signOut } from "./calls.js";
import { database, recall, remember } from "./database.js";
import { isUnsent } from "./outbox.js";
import { seal } from "./drafts.js";
import { state } from "./state.js";

export async function enrol(login, password, code) {
  const user = await signIn(login, password, code);
  const before = await recall("user");
  if (before && before.id !== user.id) await clearTasks();
  if (!(await recall("device"))) await remember("device", `t-${crypto.randomUUID().slice(0, 13)}`);
  await remember("user", user);
  Object.assign(state, { user, needsSignIn: false, problem: "" });
  navigator.storage?.persist?.(); // 请浏览器不要为腾地方而清掉
}

// 换了人：前一位的任务包不留；他没有发出的都留着。
async function clearTasks() {
  await Promise.all([database.businesses, database.places, database.checklists, database.companions, database.left_out].map((table) => table.clear()));
  await database.device.bulkDelete(["since", "packed_at", "fetching", "more"]);
}

// 别人填了没有交出的检查：以他的名义封存，由现在登录的人代为上传，平台收下待核。
export async function handOver() {
  const drafts = await database.drafts.filter((draft) => draft.by !== state.user.id && draft.kind === "visit" && !draft.sealed).toArray();
  for (const draft of drafts) await seal(draft.id);
}

export async function unsent() {
  const [drafts, items] = await Promise.all([database.drafts.filter((draft) => !draft.sealed).count(), database.outbox.filter((item) => item.state !== "accepted" && item.state !== "held" ? true : isUnsent(item)).count()]);
  return drafts + items;
}

export async function leave() {
  const told = await signOut().then(() => true, () => false);
  await database.delete();
  if (!told) {
    await database.open();
    await remember("signing_out", true); // 平台还不知道，有网时再说
  }
  location.replace("/terminal/");
}

export async function finishLeaving() {
  if (!(await recall("signing_out")) || !navigator.onLine) return;
  await signOut().then(() => database.device.delete("signing_out"), () => undefined);
}
