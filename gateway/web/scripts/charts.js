// 图从它下面那张数字表里读数：表是唯一的数据，图画坏了数字还在。
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, HeatmapChart, GridComponent, MarkLineComponent, VisualMapComponent, AriaComponent, SVGRenderer]);

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const range = (count) => Array.from({ length: count }, (_, index) => index);

function readTable(table) {
  const [, ...names] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => ({
    name: row.cells[0].textContent.trim(),
    values: [...row.cells].slice(1).map((cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value))),
  }));
  return { names, rows };
}

function look() {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {
    ink: css("--ink"), muted: css("--muted"), line: css("--line"), panel: css("--panel"), size,
    text: { color: css("--ink"), fontFamily: css("--font"), fontSize: size * 0.875 },
    series: range(6).map((index) => css(`--series-${index + 1}`)),
    steps: range(7).map((index) => css(`--step-${index + 1}`)),
  };
}

const axis = (style, extra) => ({
  axisLine: { lineStyle: { color: style.line } },
  axisTick: { show: false },
  axisLabel: { ...style.text, color: style.muted },
  splitLine: { lineStyle: { color: style.line, opacity: 0.6 } },
  ...extra,
});

const targetLine = (style, target, unit, horizontal) =>
  target === undefined ? undefined : {
    silent: true,
    symbol: "none",
    lineStyle: { color: style.ink, type: "dashed", width: 1.5 },
    label: { ...style.text, formatter: `目标 ${target}${unit}`, position: "insideEndTop" },
    data: [horizontal ? { xAxis: Number(target) } : { yAxis: Number(target) }],
  };

function bars({ names, rows }, { unit = "", target }, style) {
  return {
    grid: { left: 8, right: style.size * 4.5, top: 24, bottom: 8, outerBoundsMode: "same" },
    xAxis: axis(style, { type: "value", min: 0 }),
    yAxis: axis(style, { type: "category", inverse: true, data: rows.map((row) => row.name), splitLine: { show: false } }),
    series: names.map((name, index) => ({
      name,
      type: "bar",
      barMaxWidth: style.size * 1.5,
      itemStyle: { color: style.series[index] },
      label: { show: true, position: "right", ...style.text, formatter: ({ value }) => (value === null ? "暂无数据" : `${names.length > 1 ? `${name} ` : ""}${value}${unit}`) },
      data: rows.map((row) => row.values[index]),
      markLine: index === 0 ? targetLine(style, target, unit, true) : undefined,
    })),
  };
}

// 几条线的，线名写在各自最后一个有数的点旁边（前面没有数的线，画到尾的标签会落空）；只有一条的，标题已经说了。
const named = (values, alone, label) => {
  const last = alone ? -1 : values.findLastIndex((value) => value !== null);
  return values.map((value, place) => (place === last ? { value, label } : value));
};

function lines({ names, rows }, { unit = "", target }, style) {
  return {
    grid: { left: 8, right: style.size * (names.length > 1 ? 7 : 2), top: 24, bottom: 8, outerBoundsMode: "same" },
    xAxis: axis(style, { type: "category", boundaryGap: false, data: rows.map((row) => row.name), splitLine: { show: false } }),
    yAxis: axis(style, { type: "value", scale: unit === "%", axisLabel: { ...style.text, color: style.muted, hideOverlap: true, formatter: `{value}${unit}` } }),
    series: names.map((name, index) => ({
      name,
      type: "line",
      lineStyle: { width: 3, color: style.series[index] },
      itemStyle: { color: style.series[index] },
      symbolSize: 7,
      connectNulls: false,
      data: named(rows.map((row) => row.values[index]), names.length === 1, { show: true, position: "right", ...style.text, color: style.series[index], fontWeight: 600, formatter: name }),
      markLine: index === 0 ? targetLine(style, target, unit, false) : undefined,
    })),
  };
}

function heatmap({ names, rows }, _options, style) {
  const known = rows.flatMap((row) => row.values).filter((value) => value !== null);
  return {
    grid: { left: 8, right: 8, top: 8, bottom: 8, outerBoundsMode: "same" },
    xAxis: axis(style, { type: "category", data: names, splitArea: { show: false }, splitLine: { show: false } }),
    yAxis: axis(style, { type: "category", inverse: true, data: rows.map((row) => row.name), splitLine: { show: false } }),
    visualMap: { show: false, min: Math.min(...known), max: Math.max(...known), inRange: { color: style.steps } },
    series: [{
      type: "heatmap",
      itemStyle: { borderColor: style.panel, borderWidth: 2 },
      label: { show: true, fontFamily: style.text.fontFamily, fontSize: style.text.fontSize },
      data: rows.flatMap((row, y) => row.values.map((value, x) => (value === null ? null : [x, y, value]))).filter(Boolean),
    }],
  };
}

const KINDS = { bar: bars, line: lines, heatmap };

// 存为图片：画好的图放大一倍落在画布上，标题写在上面；底色用面板的，深色大屏上存下来也看得清。
async function savePicture(chart, title, style) {
  const drawing = new Image();
  const [width, height, head] = [chart.getWidth(), chart.getHeight(), style.size * 2.5];
  const copy = chart.getDom().querySelector("svg").cloneNode(true);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  drawing.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await drawing.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: (height + head) * 2 });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = style.panel;
  pen.fillRect(0, 0, width, height + head);
  pen.fillStyle = style.ink;
  pen.font = `600 ${style.size}px ${style.text.fontFamily}`;
  pen.fillText(title, 8, style.size * 1.6, width - 16);
  pen.drawImage(drawing, 0, head, width, height);
  const address = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done, "image/png")));
  Object.assign(document.createElement("a"), { href: address, download: `${title}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const titleOf = (figure) => figure.querySelector("figcaption").firstChild.textContent.trim();

function offerPicture(figure, chart, style) {
  const title = titleOf(figure);
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button no-print", textContent: "存为图片 PNG" });
  button.addEventListener("click", () => savePicture(chart, title, style));
  figure.append(button);
}

export function drawCharts(root) {
  const style = look();
  for (const figure of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
    figure.dataset.drawn = "true";
    const table = readTable(figure.querySelector("table"));
    const canvas = figure.querySelector(".chart-canvas");
    canvas.hidden = false;
    const tall = figure.dataset.chart !== "line";
    if (tall) canvas.style.blockSize = `${Math.max(8, table.rows.length * 2.5 + 4)}rem`;
    const chart = init(canvas, null, { renderer: "svg" });
    chart.setOption({
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 300,
      // 图库自己念出来的，把没有数的点念成序号；念标题，数在表里。
      aria: { enabled: true, label: { description: `${titleOf(figure)}。每个数在图下的表里` } },
      textStyle: style.text,
      ...KINDS[figure.dataset.chart](table, figure.dataset, style),
    });
    new ResizeObserver(() => chart.resize()).observe(canvas);
    addEventListener("beforeprint", () => chart.resize({ width: 640 }));
    figure.querySelector("details").open = false;
    offerPicture(figure, chart, style);
  }
}
