// 终端里存的一切。人的改动一落笔就写盘（strict），浏览器被关掉也不丢。
import Dexie, { liveQuery } from "dexie";
import { onScopeDispose, shallowRef } from "vue";

export const database = new Dexie("shian-terminal", { chromeTransactionDurability: "strict" });
database.version(1).stores({
  device: "name", // 谁在用、何时同步过、最近几次往来：{name, value}
  businesses: "id",
  places: "id", // 没有登记主体的跟进检查
  checklists: "code",
  companions: "name", // 同去的人、网格、巡查清单、检测点：{name, items}
  drafts: "id, by", // 正在填的：{id, kind, by, by_name, title, content, base, at}
  outbox: "++number, id, state", // 封存待发的：{id, kind, by, title, body, sha256, files, state, at, tries, next_at, answer}
  files: "sha256", // 照片与签名：{sha256, blob, size, type, at}
});

export const recall = async (name) => (await database.device.get(name))?.value;
export const remember = (name, value) => database.device.put({ name, value });

database.version(2).stores({
  left_out: "id", // 任务包带不下的：只有名称和地址，有网时再取
});

// 随数据库的变化而变的值。
export function live(question, first) {
  const value = shallowRef(first);
  const following = liveQuery(question).subscribe({ next: (found) => (value.value = found) });
  onScopeDispose(() => following.unsubscribe());
  return value;
}

// 界面上的内容是代理，存进去的须是普通的值。
export const plain = (value) => JSON.parse(JSON.stringify(value));
