// 每页都有的脚本：没有它页面照样能用，有它则不必整页刷新，可拖文件，可画图。
import htmx from "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import { enhanceFileDrops } from "./file_drop.js";
import { keepForms } from "./kept_forms.js";
import { enhanceVisitForms } from "./visit_form.js";
import { keepWallFresh } from "./wall.js";

function enhance(root) {
  enhanceFileDrops(root);
  enhanceVisitForms(root);
  keepForms(root);
  if (root.querySelector("[data-chart]")) import("./charts.js").then((charts) => charts.drawCharts(root));
}

document.documentElement.dataset.scripted = "true";
document.getElementById("error-summary")?.focus();
htmx.onLoad(enhance);
document.addEventListener("page-replaced", () => enhance(document)); // 平台退回的表单换上以后
document.addEventListener("finished", () => location.reload()); // 后台任务做完，整页换成结果
keepWallFresh();
