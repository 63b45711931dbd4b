// 断网也不丢：带 data-keep 的表单随填随存在浏览器里（IndexedDB，连同照片），提交不出去就留着，有网了原样再发。
// 发的每一次都带着按下那一刻的时间，所以再发一遍还是同一份内容：平台只记一次。
const DATABASE = "shian-kept-forms";
const STORE = "forms";
const RETRY_MS = 20_000;
const OURS = new Set(["form_token", "saved_at", "sent_at"]); // 随页面而来的，不从存的里恢复

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function withStore(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const read = (key) => withStore("readonly", (store) => store.get(key));
const write = (entry) => withStore("readwrite", (store) => store.put(entry));
const forget = (key) => withStore("readwrite", (store) => store.delete(key));
const all = () => withStore("readonly", (store) => store.getAll());

const clock = (moment) => new Date(moment).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

function now() {
  const here = new Date();
  const shifted = new Date(here.getTime() - here.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  const offset = -here.getTimezoneOffset();
  const pad = (value) => String(value).padStart(2, "0");
  return `${shifted}${offset < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
}

function device() {
  const known = localStorage.getItem("shian-device");
  if (known) return known;
  const made = `web-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  localStorage.setItem("shian-device", made);
  return made;
}

// 表单里的每一栏，照片连同内容；没有选文件的空栏不算。
const pairs = (form) => [...new FormData(form)].filter(([name, value]) => !OURS.has(name) && !(value instanceof File && value.size === 0));
const texts = (list) => list.filter(([, value]) => typeof value === "string");
const seenIn = (list) => new Map(texts(list)).get("seen") ?? "";
const same = (one, other) => JSON.stringify(texts(one)) === JSON.stringify(texts(other)) && one.length === other.length;

function fill(form, list) {
  const groups = new Map();
  for (const [name, value] of list) groups.set(name, [...(groups.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || OURS.has(field.name)) continue;
    const values = groups.get(field.name) ?? [];
    if (field.type === "file") {
      const files = new DataTransfer();
      for (const value of values) if (value instanceof File) files.items.add(value);
      field.files = files.files;
    } else if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.type !== "hidden" && field.tagName !== "BUTTON" && values.length) field.value = values[0];
  }
}

function label(form, name) {
  const field = form.elements[name];
  const first = field instanceof RadioNodeList ? field[0] : field;
  const group = first?.closest("fieldset")?.querySelector("legend");
  return (group ?? (first?.id && form.querySelector(`label[for="${CSS.escape(first.id)}"]`)))?.textContent.trim().slice(0, 40) ?? name;
}

const inWords = (form, name, value) => {
  if (!value) return "没有填";
  const choice = [...form.elements].find((field) => field.name === name && field.value === value && field.type === "radio");
  const option = form.elements[name]?.options && [...form.elements[name].options].find((one) => one.value === value);
  return (choice?.closest("label") ?? option)?.textContent.trim() ?? value;
};

// 平台上的和本机没有发出的不同：两边都列出来，由人定。
function bothSides(form, here, kept) {
  const [mine, theirs] = [kept, here].map((list) => new Map(texts(list)));
  const names = [...new Set([...mine.keys(), ...theirs.keys()])].filter((name) => !["seen", "device", "kept", "act"].includes(name) && mine.get(name) !== theirs.get(name));
  const table = document.createElement("table");
  table.className = "cards";
  table.innerHTML = "<thead><tr><th scope='col'>栏目</th><th scope='col'>平台上现在</th><th scope='col'>本机没有发出的</th></tr></thead>";
  const body = table.createTBody();
  for (const name of names.slice(0, 50)) {
    const row = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = label(form, name);
    row.append(head);
    for (const [side, words] of [[theirs, "平台上现在"], [mine, "本机没有发出的"]]) {
      const cell = row.insertCell();
      cell.dataset.label = words;
      cell.textContent = inWords(form, name, side.get(name));
    }
  }
  return names.length ? table : document.createTextNode("");
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: text });
  made.addEventListener("click", act);
  return made;
}

class KeptForm {
  constructor(form) {
    this.form = form;
    this.key = `${form.dataset.keep} ${new URL(form.action).pathname}`;
    this.words = document.querySelector("[data-kept-words]");
    this.shown = pairs(form);
    this.sending = false;
    this.gone = false; // 正文换下以后，旧的表单不再管事
  }

  async start() {
    const { form } = this;
    if (form.dataset.keepPage) history.replaceState(null, "", form.dataset.keepPage); // 新的一份也有自己的地址，回来找得到
    if (form.elements.device) form.elements.device.value = device();
    this.shown = pairs(form);
    const kept = await read(this.key);
    if (kept) await this.resume(kept);
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("online", () => this.gone || this.again());
    this.timer = setInterval(() => this.again(), RETRY_MS);
  }

  // 上次留下的：按过保存的先原样发出；平台没有变过就接着填；变过了，两边都给人看。
  async resume(kept) {
    const unchanged = seenIn(kept.fields) === seenIn(this.shown);
    if (unchanged) {
      fill(this.form, kept.fields);
      this.form.dispatchEvent(new Event("restored"));
    }
    if (kept.frozen) {
      this.say(`${clock(kept.frozen.at)}存的还没有发出，正在再发。`);
      return this.again();
    }
    if (unchanged && kept.then) return this.save(kept.then);
    if (unchanged) return this.say(`已接着${clock(kept.at)}在这台设备上填的，还没有存到平台。`, [button("不要本机填的", () => this.drop())]);
    return this.say(
      "平台上的内容与本机没有发出的不同，两边如下。",
      [button("用本机填的", () => { fill(this.form, kept.fields); this.keep(); this.say("已换成本机填的，核对后再存。"); }), button("用平台上的", () => this.drop())],
      bothSides(this.form, this.shown, kept.fields),
    );
  }

  async drop() {
    await forget(this.key);
    location.reload();
  }

  soon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.keep(), 300);
  }

  // 记下现在填的。按过保存、还没有发出的那一份不动：它要原样发出去。
  async keep(more = {}) {
    const [fields, kept] = [pairs(this.form), await read(this.key)];
    if (!kept && !more.frozen && same(fields, this.shown)) return undefined;
    const { form } = this;
    const entry = { ...kept, key: this.key, page: location.pathname + location.search, title: form.dataset.keepTitle, user: form.dataset.keep, action: form.action, at: Date.now(), fields, ...more };
    await write(entry);
    return entry;
  }

  async submit(event) {
    event.preventDefault();
    if (this.sending) return;
    clearTimeout(this.later);
    await this.save(event.submitter?.name ? [[event.submitter.name, event.submitter.value]] : []);
  }

  // 先前存的还没有发出：先发它，再存现在的。
  async save(act) {
    const waiting = (await read(this.key))?.frozen;
    const entry = waiting ? await this.keep({ then: act }) : await this.keep({ then: undefined, frozen: { fields: pairs(this.form), act, saved_at: now(), at: Date.now() } });
    await this.send(entry);
  }

  async again() {
    if (this.sending) return;
    const kept = await read(this.key);
    if (kept?.frozen) await this.send(kept);
  }

  // 发出去了就不再留；没有网就留着，说清楚。
  async send({ frozen, action }) {
    this.sending = true;
    try {
      const body = new FormData();
      for (const [name, value] of [...frozen.fields, ...frozen.act]) body.append(name, value);
      body.set("form_token", this.form.elements.form_token.value);
      body.set("saved_at", frozen.saved_at);
      body.set("sent_at", now());
      const answer = await fetch(action, { method: "POST", body, headers: { accept: "text/html" } });
      if ([502, 503, 504].includes(answer.status)) throw new Error("silent");
      if (answer.status === 401 || answer.status === 403) {
        this.say("登录已过期，填的内容都留在这台设备上。请另开一页登录，回来再发。", [button("再发一次", () => location.reload())]);
      } else if (answer.redirected) await this.arrived(answer, frozen);
      else await this.replace(await answer.text(), frozen);
    } catch {
      this.say(`没有网络。${clock(frozen.at)}存的已留在这台设备上，有网了自动再发；接着填的也都留着。`, [button("现在再发", () => this.again())]);
    } finally {
      this.sending = false;
    }
  }

  // 平台收下了。之后又填的，接在收下的那一版后面。
  async arrived(answer, frozen) {
    clearTimeout(this.later);
    await this.keep();
    const kept = await read(this.key);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-keep]");
    if (page && new URL(page.action, answer.url).href === kept.action && !same(kept.fields, frozen.fields)) {
      const carried = new Map(["seen", "kept"].map((name) => [name, page.elements[name]?.value ?? ""]));
      const fields = kept.fields.map(([name, value]) => [name, carried.get(name) ?? value]);
      await write({ ...kept, page: new URL(answer.url).pathname, fields, frozen: undefined });
    } else await forget(this.key);
    location.assign(answer.url);
  }

  // 平台退回的那一页：换下正文。平台已经存下的（依据的版本变了）本机不再留，没有存下的留着。
  async replace(text, frozen) {
    clearTimeout(this.later);
    clearInterval(this.timer);
    const page = new DOMParser().parseFromString(text, "text/html");
    const stored = page.querySelector("form[data-keep]")?.elements.seen?.value !== seenIn(frozen.fields);
    await (stored ? forget(this.key) : this.keep({ frozen: undefined, then: undefined }));
    this.gone = true;
    document.title = page.title;
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.dispatchEvent(new Event("page-replaced"));
    (document.getElementById("error-summary") ?? document.getElementById("stale") ?? document.querySelector("main")).focus();
  }

  say(text, buttons = [], more) {
    if (!this.words) return;
    const line = document.createElement("p");
    line.textContent = text;
    const acts = document.createElement("p");
    acts.className = "actions";
    acts.append(...buttons);
    this.words.replaceChildren(line, ...(more ? [more] : []), ...(buttons.length ? [acts] : []));
    this.words.hidden = false;
  }
}

async function listKept(place) {
  const kept = (await all()).filter((entry) => entry.user === place.dataset.keptList);
  if (!kept.length) return;
  const line = document.createElement("p");
  line.textContent = `这台设备上有${kept.length}份填了还没有存到平台：`;
  const list = document.createElement("p");
  list.className = "kept-list";
  for (const entry of kept) {
    const link = Object.assign(document.createElement("a"), { href: entry.page, className: "more-link" });
    link.textContent = `${entry.title}（${clock(entry.at)}${entry.frozen ? "，待发" : ""}）`;
    list.append(link);
  }
  place.replaceChildren(line, list);
  place.hidden = false;
}

export function keepForms(root) {
  if (!("indexedDB" in window)) return;
  for (const form of root.querySelectorAll("form[data-keep]:not([data-kept])")) {
    form.dataset.kept = "true";
    new KeptForm(form).start();
  }
  for (const place of root.querySelectorAll("[data-kept-list]:not([data-kept])")) {
    place.dataset.kept = "true";
    listKept(place);
  }
}
