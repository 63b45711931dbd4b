// 与平台往来。令牌只在内存里；换令牌的凭据在脚本读不到的 Cookie 里。
import { recall } from "./database.js";

export class NoAnswer extends Error {} // 没有网络，或平台没有答完：没有存下，留着再发
export class SignedOut extends Error {} // 登录已结束：重新登录再发
export class Refused extends Error {
  constructor(status, document) {
    super(document.detail || document.title || `平台答复 ${status}`);
    Object.assign(this, { status, document });
  }
}

const isBusy = (status) => status === 408 || status === 429 || status >= 500; // 没有存下，过一会儿再发
const EARLY_MS = 30_000;
let access = null; // {token, until}

async function fetched(path, options) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new NoAnswer("没有网络");
  }
  if (answer.ok) return answer.status === 204 ? null : bodyOf(answer);
  const document = await bodyOf(answer).catch(() => ({}));
  const wait = Number(answer.headers.get("retry-after")) || 0;
  if (isBusy(answer.status)) throw Object.assign(new NoAnswer(document.detail || "平台暂时忙"), { status: answer.status, retryAfter: wait });
  throw new Refused(answer.status, document);
}

async function bodyOf(answer) {
  try {
    return await answer.json();
  } catch (error) {
    throw error instanceof SyntaxError && !answer.ok ? error : new NoAnswer("平台没有答完");
  }
}

const asJson = (value) => ({ body: JSON.stringify(value), headers: { "content-type": "application/json" } });

function holds(answer) {
  access = { token: answer.access_token, until: Date.now() + answer.expires_in * 1000 - EARLY_MS };
  return answer.user;
}

export async function signIn(login, password, code) {
  return holds(await fetched("/terminal/sessions", { method: "POST", ...asJson({ login, password, code: code || null }) }));
}

export async function signOut() {
  access = null;
  await fetched("/terminal/sessions/mine", { method: "DELETE" });
}

// 登录还在不在；在则换一个新令牌。换了人的也算不在。
export async function renewed() {
  try {
    const user = holds(await fetched("/terminal/sessions/renewal", { method: "POST" }));
    if (user.id === (await recall("user"))?.id) return user;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
  }
  access = null;
  throw new SignedOut("登录已结束，请重新登录");
}

export async function call(path, options = {}) {
  if (!access || access.until <= Date.now()) await renewed();
  const asked = () => fetched(path, { ...options, headers: { ...options.headers, authorization: `Bearer ${access.token}` } });
  try {
    return await asked();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    await renewed();
    return asked();
  }
}

export const post = (path, value) => call(path, { method: "POST", ...asJson(value) });
