// 双随机抽取的核验，与 verifier.py 逐步相同，在看的人自己的浏览器里算；不用任何库，不把文件发到别处。
// What is compared are whole numbers and hashes, so that both come to the same in every bit. SHA-256 is written out
// because a page served without TLS has no WebCrypto; where there is one, the two are held against each other.

export const FORMAT = "shian-draw/1";
const MAX_WEIGHT = 1_000_000;
const FEWEST_WITNESSES = 2;
const ORDER_BITS = 600n;
const WHOLE = 1n << 257n;
const HEX = /^[0-9a-f]{64}$/;
const HEX_BYTES = /^(?:[0-9a-f]{2})+$/;
const MOST_NESTED = 20;
const ID = /^[^\x00-\x1f\x7f]{1,100}$/u;

export class Difference extends Error {
  constructor(place, message) {
    super(`${place}：${message}`);
    this.place = place;
  }
}

class NotDrawable extends Error {}

class Unreadable extends Error {}

// SHA-256 and HMAC

const ROUND = new Uint32Array(64);
const START = new Uint32Array(8);
for (let number = 2, found = 0; found < 64; number += 1) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) prime &&= number % divisor !== 0;
  if (!prime) continue;
  // The first 32 bits of the fractions of roots, as whole numbers: floor(root(n) * 2**32) mod 2**32.
  if (found < 8) START[found] = Number(root(BigInt(number) << 64n, 2n) & 0xffffffffn);
  ROUND[found] = Number(root(BigInt(number) << 96n, 3n) & 0xffffffffn);
  found += 1;
}

function root(value, power) {
  let low = 0n;
  let high = 1n << 80n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= value) low = middle;
    else high = middle;
  }
  return low;
}

const schedule = new Uint32Array(64);

function block(state, bytes, at) {
  const w = schedule;
  for (let i = 0; i < 16; i += 1) {
    const j = at + i * 4;
    w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function digest(bytes, state = START.slice(), before = 0) {
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) block(state, bytes, at);
  const rest = bytes.subarray(whole);
  const tail = new Uint8Array(rest.length < 56 ? 64 : 128);
  tail.set(rest);
  tail[rest.length] = 0x80;
  new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(before + bytes.length) * 8n);
  for (let at = 0; at < tail.length; at += 64) block(state, tail, at);
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  state.forEach((word, index) => view.setUint32(index * 4, word));
  return out;
}

const encoder = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export const sha256OfText = (text) => hex(digest(encoder.encode(text)));
export const sha256 = (value) => sha256OfText(canonical(value));

function hmac(seed) {
  const padded = (byte) => {
    const state = START.slice();
    block(state, Uint8Array.from({ length: 64 }, (_, index) => (seed[index] ?? 0) ^ byte), 0);
    return state;
  };
  const inner = padded(0x36);
  const outer = padded(0x5c);
  return (text) => digest(digest(encoder.encode(text), inner.slice(), 64), outer.slice(), 64);
}

export async function agreesWithWebCrypto(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))) === hex(digest(bytes));
}

// JSON

// Python orders by code points, JavaScript by halves of surrogate pairs.
function compare(one, other) {
  const left = Array.from(one);
  const right = Array.from(other);
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = left[index].codePointAt(0) - right[index].codePointAt(0);
    if (difference) return difference;
  }
  return left.length - right.length;
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort(compare);
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new NotDrawable("只能有整数，不能有小数");
  return JSON.stringify(value);
}

// A number that JSON.parse would round, or take for a whole one, must not pass as what it is not.
export function parse(text) {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/gs, '""');
  if (/\d[.eE]|\d{16}/.test(bare)) throw new Unreadable("只能有不超过 15 位的整数，不能有小数");
  const value = JSON.parse(text);
  ensureNamedOnce(text);
  return value;
}

// JSON.parse keeps the last of two members of one name; another reader may keep the first.
function ensureNamedOnce(text) {
  const open = [];
  let word = null;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const names = open.at(-1);
      if (names.has(word)) throw new Unreadable("同一个对象里有重名的成员");
      names.add(word);
    } else word = token.includes("\\") ? JSON.parse(token) : token.slice(1, -1);
  }
}

// What must be there to be calculated: text, whole numbers, flags, anything; lists of it, objects with at least these.
const TYPES = {
  text: [(value) => typeof value === "string", "文字"],
  whole: [Number.isInteger, "整数"],
  flag: [(value) => typeof value === "boolean", "真或假"],
};
const TEXTS = ["text"];
const SHAPE = {
  parameters: {
    strata: [{ code: "text", size: "any" }],
    teams: [{ code: "text", each: "any" }],
    load_slack: "whole",
    order_only: "flag",
  },
  subjects: [
    {
      id: "text",
      stratum: "text",
      weight: "any",
      grid: "any",
      skills: TEXTS,
      last_inspectors: TEXTS,
      excluded: "any",
    },
  ],
  inspectors: [
    { id: "text", team: "text", skills: TEXTS, home_grids: TEXTS, recused_from: TEXTS, excluded: "any" },
  ],
  commitment: {
    parameters_sha256: "text",
    subjects_sha256: "text",
    inspectors_sha256: "text",
    secret_sha256: "text",
    entropy: { mode: "text" },
  },
  commitment_sha256: "text",
  reveal: { secret: "text", entropy: {} },
  seed: "text",
  changes: [{ kind: "text", subject: "text" }],
  result: "any",
};
const PROMISED = {
  witnesses: { nonce_sha256: TEXTS },
  beacon: { round: "whole" },
  public_number: { source: "text" },
};
const REVEALED = {
  witnesses: { nonces: TEXTS },
  beacon: { round: "whole", randomness: "text", signature: "text" },
  public_number: { number: "text" },
};

const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const ofMode = (shapes, mode) => (Object.hasOwn(shapes, mode) ? shapes[mode] : {});

function ensureShape(bundle) {
  fits("", SHAPE, bundle);
  const { mode } = bundle.commitment.entropy;
  fits("/commitment/entropy", ofMode(PROMISED, mode), bundle.commitment.entropy);
  fits("/reveal/entropy", ofMode(REVEALED, mode), bundle.reveal.entropy);
  bundle.changes.forEach((change, index) => {
    if (!["replace_subject", "recuse"].includes(change.kind)) {
      throw new Unreadable(`/changes/${index}/kind 没有这种改动`);
    }
    if (change.kind === "recuse") fits(`/changes/${index}`, { inspector: "text" }, change);
  });
  ensureText("", bundle, MOST_NESTED);
}

function fits(place, shape, value) {
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw new Unreadable(`${place} 应是列表`);
    value.forEach((one, index) => fits(`${place}/${index}`, shape[0], one));
  } else if (typeof shape === "object") {
    if (!isRecord(value)) throw new Unreadable(`${place || "/"} 应是对象`);
    for (const [name, inner] of Object.entries(shape)) {
      if (!Object.hasOwn(value, name)) throw new Unreadable(`${place}/${name} 没有写`);
      fits(`${place}/${name}`, inner, value[name]);
    }
  } else if (shape !== "any" && !TYPES[shape][0](value)) {
    throw new Unreadable(`${place} 应是${TYPES[shape][1]}`);
  }
}

// Half a character has no spelling in UTF-8, so nobody can hash it.
function ensureText(place, value, levels) {
  if (!levels) throw new Unreadable(`${place} 嵌套太深`);
  const inside = value !== null && typeof value === "object" ? Object.entries(value) : [];
  const half = (text) => /\p{Surrogate}/u.test(text);
  if ((typeof value === "string" && half(value)) || inside.some(([name]) => half(name))) {
    throw new Unreadable(`${place || "/"} 有不完整的字符`);
  }
  for (const [name, inner] of inside) ensureText(`${place}/${name}`, inner, levels - 1);
}

// The draw

function quotient(number, weight, size, total) {
  const above = (2n * number + 1n) * (total - size * weight);
  const below = (WHOLE - 2n * number - 1n) * weight;
  return (above << ORDER_BITS) / below;
}

const big = (bytes) => BigInt(`0x${hex(bytes)}`);
const by = (keys) => (one, other) => {
  const [left, right] = [keys.get(one), keys.get(other)];
  return left < right ? -1 : left > right ? 1 : compare(one, other);
};

function drawStratum(sign, stratum, subjects, wanted) {
  const tickets = new Map(subjects.map((one) => [one.id, big(sign(`subject\n${stratum}\n${one.id}`))]));
  const open = new Map(subjects.map((one) => [one.id, BigInt(one.weight)]));
  const sum = () => [...open.values()].reduce((one, other) => one + other, 0n);
  const certain = [];
  let left = Math.min(wanted, open.size);
  while (left && open.size) {
    const total = sum();
    const sure = [...open].filter(([, weight]) => weight * BigInt(left) >= total).map(([one]) => one);
    if (!sure.length) break;
    sure.forEach((one) => open.delete(one));
    certain.push(...sure);
    left -= sure.length;
  }
  const total = sum();
  const quotients = new Map(
    [...open].map(([one, weight]) => [one, quotient(tickets.get(one), weight, BigInt(left), total)]),
  );
  const order = [...open.keys()].sort(by(quotients));
  certain.sort(by(tickets));
  return { certain, drawn: [...certain, ...order.slice(0, left)], reserves: order.slice(left) };
}

function drawOrder(sign, stratum, subjects) {
  const tickets = new Map(subjects.map((one) => [one.id, big(sign(`order\n${stratum}\n${one.id}`))]));
  const order = [...tickets.keys()].sort(by(tickets));
  return { certain: [...order], drawn: order, reserves: [] };
}

class Assigning {
  constructor(sign, parameters, inspectors) {
    this.sign = sign;
    this.slack = parameters.load_slack;
    this.inspectors = inspectors
      .filter((one) => one.excluded === null)
      .map((one) => ({
        id: one.id,
        team: one.team,
        skills: new Set(one.skills),
        grids: new Set(one.home_grids),
        recused: new Set(one.recused_from),
      }));
    this.load = new Map(this.inspectors.map((one) => [one.id, 0]));
    this.teams = parameters.teams.map((team) => [
      this.inspectors.filter((one) => one.team === team.code),
      team.each,
    ]);
  }

  may(one, subject) {
    return (
      !subject.last_inspectors.includes(one.id) &&
      !one.grids.has(subject.grid) &&
      !one.recused.has(subject.id) &&
      subject.skills.every((skill) => one.skills.has(skill))
    );
  }

  assign(subject, staying = []) {
    const chosen = [];
    for (const [members, each] of this.teams) {
      const sent = members.filter((one) => staying.includes(one.id)).map((one) => one.id);
      // Tickets of one length are ordered like the numbers that they spell.
      const tickets = new Map(
        members
          .filter((one) => !sent.includes(one.id) && this.may(one, subject))
          .map((one) => [one.id, hex(this.sign(`inspector\n${subject.id}\n${one.id}`))]),
      );
      while (sent.length < each && tickets.size) {
        let least = Infinity;
        for (const one of tickets.keys()) least = Math.min(least, this.load.get(one));
        const fair = [...tickets.keys()].filter((one) => this.load.get(one) <= least + this.slack);
        const order = by(tickets);
        const one = fair.reduce((best, other) => (order(other, best) < 0 ? other : best));
        sent.push(one);
        this.load.set(one, this.load.get(one) + 1);
        tickets.delete(one);
      }
      chosen.push(...sent);
    }
    return chosen;
  }

  release(inspector) {
    this.load.set(inspector, this.load.get(inspector) - 1);
  }
}

export function resultOf(parameters, subjects, inspectors, seed, changes = []) {
  const sign = hmac(seed);
  const fit = subjects.filter((one) => one.excluded === null);
  const byId = new Map(fit.map((one) => [one.id, one]));
  const strata = parameters.strata.map((stratum) => {
    const members = fit.filter((one) => one.stratum === stratum.code);
    const drawn = parameters.order_only
      ? drawOrder(sign, stratum.code, members)
      : drawStratum(sign, stratum.code, members, stratum.size);
    return { code: stratum.code, ...drawn };
  });
  const assigning = new Assigning(sign, parameters, inspectors);
  const assignments = strata.flatMap((stratum) =>
    stratum.drawn.map((one) => ({ subject: one, inspectors: assigning.assign(byId.get(one)) })),
  );
  for (const change of changes) apply(change, byId, strata, assignments, assigning);
  return { strata, assignments };
}

function apply(change, subjects, strata, assignments, assigning) {
  const place = assignments.find((one) => one.subject === change.subject);
  if (!place) throw new NotDrawable(`${change.subject} 不在抽中的名单里`);
  if (change.kind === "replace_subject") {
    const stratum = strata.find((one) => one.drawn.includes(change.subject));
    if (!stratum.reserves.length) throw new NotDrawable(`${stratum.code} 没有备选了`);
    const reserve = stratum.reserves.shift();
    stratum.drawn[stratum.drawn.indexOf(change.subject)] = reserve;
    place.inspectors.forEach((one) => assigning.release(one));
    place.subject = reserve;
    place.inspectors = assigning.assign(subjects.get(reserve));
    return;
  }
  if (!place.inspectors.includes(change.inspector)) {
    throw new NotDrawable(`${change.inspector} 没有派往 ${change.subject}`);
  }
  assigning.release(change.inspector);
  assigning.inspectors.find((one) => one.id === change.inspector).recused.add(change.subject);
  const staying = place.inspectors.filter((one) => one !== change.inspector);
  place.inspectors = assigning.assign(subjects.get(change.subject), staying);
}

// The verification

const isWhole = (value, least) => Number.isInteger(value) && value >= least;

function faultOf(parameters, subjects, inspectors) {
  const codes = parameters.strata.map((stratum) => stratum.code);
  if (new Set(codes).size < codes.length || !codes.every((code) => ID.test(code))) {
    return ["/parameters/strata", "层的编号重复，或含有控制字符"];
  }
  for (const [name, roster] of [["subjects", subjects], ["inspectors", inspectors]]) {
    for (let index = 1; index < roster.length; index += 1) {
      if (compare(roster[index - 1].id, roster[index].id) >= 0) {
        return [`/${name}`, "名单须按编号排序，编号不能重复"];
      }
    }
    if (!roster.every((one) => ID.test(one.id))) {
      return [`/${name}`, "编号须是 1 到 100 个字符，不含换行等控制字符"];
    }
  }
  const teams = parameters.teams.map((team) => team.code);
  if (!teams.length || new Set(teams).size < teams.length) {
    return ["/parameters/teams", "至少一个派员单位，编号不能重复"];
  }
  for (const [index, team] of parameters.teams.entries()) {
    if (!isWhole(team.each, 1)) return [`/parameters/teams/${index}/each`, "每次派出的人数须是不小于一的整数"];
  }
  for (const [index, one] of inspectors.entries()) {
    if (one.excluded === null && !teams.includes(one.team)) {
      return [`/inspectors/${index}/team`, `没有 ${one.team} 这个派员单位`];
    }
  }
  for (const [index, one] of subjects.entries()) {
    if (one.excluded === null && !codes.includes(one.stratum)) {
      return [`/subjects/${index}/stratum`, `没有 ${one.stratum} 这一层`];
    }
    if (!isWhole(one.weight, 1) || one.weight > MAX_WEIGHT) {
      return [`/subjects/${index}/weight`, `权重须是 1 到 ${MAX_WEIGHT} 的整数`];
    }
  }
  for (const [index, stratum] of parameters.strata.entries()) {
    if (!isWhole(stratum.size, 0)) return [`/parameters/strata/${index}/size`, "抽取数须是不小于零的整数"];
  }
  return null;
}

function ensureSame(place, message, found, expected) {
  if (found !== expected) throw new Difference(place, message);
}

function ensureEqual(place, expected, found) {
  if (isRecord(expected) && isRecord(found)) {
    const names = Object.keys(expected);
    if (names.length !== Object.keys(found).length || !names.every((name) => Object.hasOwn(found, name))) {
      throw new Difference(place, `应有且只有 ${names.join("、")}`);
    }
    for (const name of names) ensureEqual(`${place}/${name}`, expected[name], found[name]);
  } else if (Array.isArray(expected) && Array.isArray(found)) {
    const both = Math.min(expected.length, found.length);
    for (let index = 0; index < both; index += 1) ensureEqual(`${place}/${index}`, expected[index], found[index]);
    if (expected.length !== found.length) {
      throw new Difference(place, `应有 ${expected.length} 个，公布的有 ${found.length} 个`);
    }
  } else if (expected !== found) {
    throw new Difference(place, `应为 ${JSON.stringify(expected)}，公布的是 ${JSON.stringify(found)}`);
  }
}

function fewWitnesses(count) {
  return count >= FEWEST_WITNESSES ? [] : [`不同的见证人随机数只有 ${count} 个：机关可能自己就能决定结果`];
}

function notesOf(promised, revealed) {
  switch (promised.mode) {
    case "witnesses":
      ensureEqual("/reveal/entropy/nonces", promised.nonce_sha256, revealed.nonces.map(sha256OfText));
      return fewWitnesses(new Set(promised.nonce_sha256).size);
    case "beacon":
      ensureSame("/reveal/entropy/round", "不是承诺的那一轮", revealed.round, promised.round);
      if (!HEX.test(revealed.randomness)) throw new Difference("/reveal/entropy/randomness", "须是 64 位十六进制数");
      if (!HEX_BYTES.test(revealed.signature)) {
        throw new Difference("/reveal/entropy/signature", "须是小写的十六进制数");
      }
      ensureSame(
        "/reveal/entropy/randomness",
        "不是签名的 SHA-256",
        revealed.randomness,
        hex(digest(unhex(revealed.signature))),
      );
      return [`信标第 ${promised.round} 轮的签名请对照信标公布的数据（这里只核对了随机数出自签名；drand quicknet 可用 beacon.py 核对）`];
    case "public_number":
      return [`外部随机数 ${revealed.number} 请对照：${promised.source}`];
    default:
      throw new Difference("/commitment/entropy/mode", "没有这种外部随机数");
  }
}

export function seedOf(commitment, reveal) {
  const lines = [FORMAT, sha256(commitment), sha256OfText(reveal.secret), sha256(reveal.entropy), reveal.secret];
  return digest(encoder.encode(lines.join("\n")));
}

// Gives notes for the reader and how many were drawn; throws the first Difference.
export function verify(bundle) {
  if (!isRecord(bundle)) throw new Unreadable("/ 应是对象");
  if (bundle.format !== FORMAT) throw new Difference("/format", `应为 ${FORMAT}`);
  ensureShape(bundle);
  const { parameters, subjects, inspectors, commitment, reveal } = bundle;
  for (const [name, value] of Object.entries({ parameters, subjects, inspectors })) {
    const message = "的指纹与事先公布的承诺不符，名单或参数被改过";
    ensureSame(`/${name}`, message, sha256(value), commitment[`${name}_sha256`]);
  }
  const fault = faultOf(parameters, subjects, inspectors);
  if (fault) throw new Difference(...fault);
  ensureSame("/reveal/secret", "与事先公布的承诺不符", sha256OfText(reveal.secret), commitment.secret_sha256);
  const notes = notesOf(commitment.entropy, reveal.entropy);
  ensureSame("/commitment_sha256", "应为承诺的指纹", sha256(commitment), bundle.commitment_sha256);
  const seed = seedOf(commitment, reveal);
  ensureSame("/seed", "由承诺、秘密和外部随机数算出的种子不是这个", hex(seed), bundle.seed);
  let result;
  try {
    result = resultOf(parameters, subjects, inspectors, seed, bundle.changes);
  } catch (error) {
    if (error instanceof NotDrawable) throw new Difference("/changes", error.message);
    throw error;
  }
  ensureEqual("/result", result, bundle.result);
  const drawn = bundle.result.strata.reduce((sum, stratum) => sum + stratum.drawn.length, 0);
  return { notes, drawn };
}
