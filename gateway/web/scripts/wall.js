// 大屏无人操作：每五分钟取一次新页面。
const FIVE_MINUTES = 5 * 60 * 1000;

export function keepWallFresh() {
  if (document.documentElement.dataset.theme === "wall") setInterval(() => location.reload(), FIVE_MINUTES);
}
