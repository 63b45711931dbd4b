// 任务包：带到没有网络的地方去的。第一次全取，以后只取变化；取到一半断了，接着取。
import { Refused, call } from "./calls.js";
import { database, recall, remember } from "./database.js";
import { SETTINGS } from "./state.js";

const API = "/api/inspection/v1";
const PAGE = 200;
const MOST_NAMED = 2000; // 带不下的，名称最多记这么多；再多的到平台上找

export async function fetchPack(told) {
  let job = (await recall("fetching")) ?? { since: await recall("since"), cursor: null, next: null };
  for (;;) {
    const asked = new URLSearchParams({ limit: PAGE });
    if (job.since) asked.set("changed_since", job.since);
    if (job.cursor) asked.set("cursor", job.cursor);
    told("正在取任务包");
    const page = await call(`${API}/task-packs/mine?${asked}`);
    job = { since: job.since, cursor: page.next_cursor, next: job.next ?? page.next_since, places: [...(job.places ?? []), ...page.places.map((each) => each.id)] };
    const full = await takeIn(page, job);
    if (!page.next_cursor || full) {
      await fetchLists(page.checklists, told);
      if (full) await fetchDrawn();
      break;
    }
  }
  const companions = Object.entries(await call("/terminal/companions")).filter(([, items]) => items); // 服务没有答的，仍用原有的
  await database.companions.bulkPut(companions.map(([name, items]) => ({ name, items })));
  await database.transaction("rw", database.device, async () => {
    await remember("since", job.next);
    await remember("packed_at", Date.now());
    await database.device.delete("fetching");
  });
}

// 存下一页，同时记住取到了哪里；答复是不是连带不下的名称也记满了。
async function takeIn(page, job) {
  return database.transaction("rw", database.businesses, database.left_out, database.places, database.device, async () => {
    const gone = page.tombstones.map((each) => each.business_id);
    await database.businesses.bulkDelete(gone);
    await database.left_out.bulkDelete(gone);
    const left = await keep(page.businesses);
    await database.left_out.bulkPut(left.map(({ id, name, kind, address, uscc, stall_number }) => ({ id, name, kind, address, uscc, stall_number })));
    await database.places.bulkPut(page.places);
    const full = left.length > 0 && Boolean(page.next_cursor) && (await database.left_out.count()) >= MOST_NAMED;
    const last = !page.next_cursor || full;
    if (last) await database.places.where("id").noneOf(job.places).delete();
    await remember("fetching", last ? { ...job, cursor: null } : job);
    if (full) await remember("more", true);
    return full;
  });
}

// 户数和字节数都有限。原来带着的、有任务要去的总带上，其余带到满为止；答复带不下的。
async function keep(businesses) {
  let room = SETTINGS.mostBusinesses;
  let bytes = SETTINGS.mostBytes;
  const held = new Set();
  await database.businesses.each((each) => {
    held.add(each.id);
    room -= 1;
    bytes -= each.bytes ?? 0;
  });
  const [taken, left] = [[], []];
  for (const each of businesses) {
    const size = new TextEncoder().encode(JSON.stringify(each)).length;
    const needed = held.has(each.id) || each.open_visits.length || each.drawn_visits.length;
    if (!needed && (room < 1 || bytes < size)) {
      left.push(each);
      continue;
    }
    taken.push({ ...each, bytes: size });
    room -= held.has(each.id) ? 0 : 1;
    bytes -= size;
  }
  await database.businesses.bulkPut(taken);
  await database.left_out.bulkDelete(taken.map((each) => each.id));
  return left;
}

// 随机抽查派给本人的，带满了也要带上。
async function fetchDrawn() {
  const mine = await call(`${API}/drawn-visits/mine?${new URLSearchParams({ state: "scheduled", limit: PAGE })}`).catch((error) => {
    if (!(error instanceof Refused)) throw error;
    return { items: [] }; // 网格人员没有抽查任务
  });
  for (const { business_id } of mine.items) if (!(await database.businesses.get(business_id))) await fetchBusiness(business_id);
}

async function fetchLists(shown, told) {
  for (const { code, number, sha256 } of shown) {
    if ((await database.checklists.get(code))?.sha256 === sha256) continue;
    told("正在取要点表");
    const version = await call(`${API}/checklists/${code}/versions/${number}`);
    await database.checklists.put({ code, number, sha256, version_id: version.id, title: version.checklist.title, kinds: version.checklist.kinds, partial: version.partial, verified: version.verified, sections: version.content.sections });
  }
  const held = new Set(shown.map((each) => each.code));
  await database.checklists.filter((each) => !held.has(each.code)).delete();
}

// 不在任务包里的一户：有网时单独取来。
export async function fetchBusiness(id) {
  const page = await call(`${API}/task-packs/mine?${new URLSearchParams({ limit: 1, business: id })}`);
  await database.businesses.bulkPut(page.businesses);
  await database.left_out.delete(id);
}

export const search = (words) => call(`${API}/businesses?${new URLSearchParams({ q: words, limit: 20 })}`);
