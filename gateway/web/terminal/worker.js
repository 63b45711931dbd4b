// 断网也能打开：应用的文件都在缓存里。前面两行（VERSION、SHELL）由平台按这一次构建写上。
// 新的一版装好以后等着，用的人点了“更新”才换上：检查中途不换。
const NAME = `shian-terminal-${VERSION}`;
const BUILT = "/static/built/assets/"; // 文件名里有内容的哈希，缓存了就不会旧

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(SHELL.map((file) => new Request(file, { cache: "no-cache" })))));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("shian-terminal-") && name !== NAME;
  const clear = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(clear.then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "replace") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(kept("/terminal/", request));
  else if (SHELL.includes(address.pathname + address.search)) event.respondWith(kept(request, request));
  else if (address.pathname.startsWith(BUILT)) event.respondWith(keptLater(request));
});

async function kept(key, request) {
  const cache = await caches.open(NAME);
  return (await cache.match(key)) ?? fetch(request);
}

// 识码的部分用到时才取，取过就留下。
async function keptLater(request) {
  const cache = await caches.open(NAME);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
