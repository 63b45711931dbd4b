// The page of the verifier: takes a published file from this site or from the reader's disk, and says what came of it.
import { Difference, agreesWithWebCrypto, parse, sha256OfText, verify } from "./draw_verifier.js";

const verdict = document.getElementById("verdict");
const file = document.getElementById("bundle-file");
const published = document.getElementById("verify-published");

function say(kind, lines) {
  verdict.className = `notice notice-${kind}`;
  verdict.replaceChildren(
    ...lines.map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    }),
  );
  verdict.hidden = false;
}

async function check(read) {
  say("info", ["正在核验，几万户的名单需要几十秒……"]);
  await new Promise((resolve) => setTimeout(resolve, 30));
  try {
    const bytes = new Uint8Array(await read());
    const begun = performance.now();
    if ((await agreesWithWebCrypto(bytes)) === false) throw new Error("本页的 SHA-256 与浏览器自带的不一致");
    const { notes, drawn } = verify(parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    say("ok", [
      `相符：承诺、种子、${drawn} 个抽中的对象、备选的次序和派出的人员都由公布的数据算出（${seconds} 秒）。`,
      ...notes.map((note) => `还请自己核对：${note}`),
    ]);
  } catch (error) {
    say("danger", [error instanceof Difference ? `不符，第一处在 ${error.message}` : `文件读不懂：${error.message}`]);
  }
}

const nonce = document.getElementById("nonce-text");
document.getElementById("fingerprint-tool").hidden = false;
nonce.addEventListener("input", () => {
  document.getElementById("nonce-hash").textContent = nonce.value ? sha256OfText(nonce.value) : "";
});

file.addEventListener("change", () => {
  if (file.files.length) check(() => file.files[0].arrayBuffer());
});
published?.addEventListener("click", () =>
  check(async () => {
    const answer = await fetch(published.dataset.bundle);
    if (!answer.ok) throw new Error(`取不到公布的文件（${answer.status}）`);
    return answer.arrayBuffer();
  }),
);
