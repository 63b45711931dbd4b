// 移动执法终端：没有网络也能做检查、巡查、报线索、录快检；有网了先发出，再取新的任务包。
import { createApp } from "vue";
import App from "./App.vue";
import "./terminal.css";
import { recall } from "./database.js";
import { keepSyncing } from "./outbox.js";
import { finishLeaving } from "./people.js";
import { state } from "./state.js";
import { watchForUpdates } from "./updates.js";

async function start() {
  await finishLeaving();
  state.user = (await recall("user")) ?? null;
  createApp(App).mount("#terminal");
  watchForUpdates();
  keepSyncing();
}

// 没有加密连接，浏览器不给离线、相机和哈希；说清楚，不假装能用。
if (window.isSecureContext && "serviceWorker" in navigator && navigator.locks) start();
else document.querySelector("#content p").textContent = "移动终端要用加密连接（https）和较新的浏览器打开：没有这些，浏览器不让网页在断网时使用。请联系管理员。";
