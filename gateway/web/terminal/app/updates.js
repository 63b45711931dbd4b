// 新的一版在后台装好后等着，人点了“更新”才换；正在填的不受打扰。
import { state } from "./state.js";

export async function watchForUpdates() {
  const registration = await navigator.serviceWorker.register("/terminal/worker.js", { scope: "/terminal/" });
  const offer = (worker) => (state.update = worker);
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && navigator.serviceWorker.controller && offer(coming));
  });
  let replaced = !navigator.serviceWorker.controller; // 第一次装上不算更新
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (replaced) replaced = false;
    else location.reload();
  });
}

export const replace = () => state.update.postMessage("replace");
