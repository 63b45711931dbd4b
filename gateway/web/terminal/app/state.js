// 各个画面共知的：谁在用、有没有网、同步到哪一步、要不要重新登录；平台给的设定。
import { reactive } from "vue";

const frame = document.getElementById("terminal").dataset;

export const SETTINGS = {
  warnDays: Number(frame.warnDays),
  mostBusinesses: Number(frame.mostBusinesses),
  mostBytes: Number(frame.mostBytes),
  demo: frame.demo === "true",
};
export const { kinds: KINDS, outcomes: OUTCOMES } = JSON.parse(frame.words);

export const state = reactive({
  user: null,
  online: navigator.onLine,
  syncing: "", // 正在做的一步，用话说
  problem: "", // 上次同步为什么没有做完
  unsaved: "", // 本机为什么没有存下
  needsSignIn: false,
  update: null, // 等着换上的新版本
});

addEventListener("online", () => (state.online = true));
addEventListener("offline", () => (state.online = false));
