// 时间：存的带时区、按终端的时钟；给人看的一律是北京时间，期限不随手机的时区变。
const pad = (value) => String(value).padStart(2, "0");

export function stamp(at = new Date()) {
  const offset = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, 23);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${local}${offset < 0 ? "-" : "+"}${pad(hours)}:${pad(minutes)}`;
}

export function moment(at) {
  const there = new Date(new Date(at).getTime() + BEIJING);
  return `${there.getUTCMonth() + 1}月${there.getUTCDate()}日 ${pad(there.getUTCHours())}:${pad(there.getUTCMinutes())}`;
}

// 到一天的末尾为止的，写当天24:00。
function until(at) {
  const end = new Date(at).getTime();
  return (end + BEIJING) % DAY ? moment(at) : moment(end - MINUTE).replace("23:59", "24:00");
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const BEIJING = 8 * HOUR;

export function ago(at, now = Date.now()) {
  const passed = Math.max(0, now - at);
  if (passed < 2 * MINUTE) return "刚刚";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}分钟前`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)}小时前`;
  return `${Math.floor(passed / DAY)}天前`;
}

// 期限：还有多久，或超了多久。
export function due(text, now = Date.now()) {
  const left = new Date(text).getTime() - now;
  const days = Math.floor(Math.abs(left) / DAY);
  const long = days ? `${days}天` : `${Math.max(1, Math.floor(Math.abs(left) / HOUR))}小时`;
  return { overdue: left < 0, words: `${until(text)} 到期，${left < 0 ? "已超" : "还剩"}${long}` };
}
