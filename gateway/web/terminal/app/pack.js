// 任务包：带到没有网络的地方去的。第一次全取，以后只取变化；取到一半断了，接着取。
import { call } from "./calls.js";
import { database, recall, remember } from "./database.js";
import { SETTINGS } from "./state.js";

const API = "/api/inspection/v1";
const PAGE = 200;

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

// 存下一页，同时记住取到了哪里；答复是不是已经带满。
async function takeIn(page, job) {
  return database.transaction("rw", database.businesses, database.places, database.device, async () => {
    await database.businesses.bulkDelete(page.tombstones.map((each) => each.business_id));
    const known = new Set(await database.businesses.toCollection().primaryKeys());
    const room = SETTINGS.mostBusinesses - known.size;
    const fresh = page.businesses.filter((each) => !known.has(each.id));
    await database.businesses.bulkPut([...page.businesses.filter((each) => known.has(each.id)), ...fresh.slice(0, Math.max(0, room))]);
    await database.places.bulkPut(page.places);
    const last = !page.next_cursor || fresh.length > room;
    if (last) await database.places.where("id").noneOf(job.places).delete();
    await remember("fetching", last ? { ...job, cursor: null } : job);
    if (fresh.length > room) await remember("more", true);
    return fresh.length > room;
  });
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
}

export const search = (words) => call(`${API}/businesses?${new URLSearchParams({ q: words, limit: 20 })}`);
