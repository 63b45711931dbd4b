// 照片与签名：拍下就缩小、算哈希，原样的字节以 Blob 存着；地址就是内容的哈希。
import { sha256 } from "./canonical.js";
import { NoAnswer, Refused, call, post } from "./calls.js";
import { database } from "./database.js";

const LONGEST = 1600; // 像素；看得清门头上的字，一张约 300 KB
const QUALITY = 0.82;
const CHUNK = 1024 * 1024;
const TAKEN = new Set(["image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4"]);
const LARGEST = 200 * CHUNK;
const ASKED_AT_ONCE = 1000;
const API = "/api/inspection/v1/attachments";

async function scaled(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

// 录像和这台设备打不开的照片原样存；平台不收的，现在就说。
export async function keepPhoto(file) {
  const blob = file.type.startsWith("image/") ? await scaled(file).catch(() => file) : file;
  if (!TAKEN.has(blob.type)) throw new Error("平台只收照片（JPEG、PNG、WebP、HEIC）和 MP4 录像");
  if (blob.size > LARGEST) throw new Error("平台只收 200 MB 以内的");
  return keepBlob(blob);
}

export async function keepBlob(blob) {
  const hash = await sha256(await blob.arrayBuffer());
  await database.files.put({ sha256: hash, blob, size: blob.size, type: blob.type, at: Date.now() });
  return hash;
}

// 先问还要传哪些，只传要传的，从断的地方接着传。答复平台不收的，各是为什么。
export async function sendFiles(hashes, told) {
  const refused = new Map();
  for (let from = 0; from < hashes.length; from += ASKED_AT_ONCE) {
    const needed = await post(`${API}/needed`, { hashes: hashes.slice(from, from + ASKED_AT_ONCE) });
    for (const [index, each] of needed.entries()) {
      told(`正在传照片和签名，第${index + 1}个，共${needed.length}个`);
      await sendFile(each).catch((error) => {
        if (!(error instanceof Refused)) throw error;
        refused.set(each.sha256, error.message);
      });
    }
  }
  return refused;
}

async function sendFile({ sha256: hash, received }) {
  const file = await database.files.get(hash);
  if (!file) return; // 别的终端上的：由它来传
  let [begin, complete] = [received, false];
  while (!complete) {
    const answer = await call(`${API}/${hash}/chunks/${begin}`, {
      method: "PUT",
      body: file.blob.slice(begin, begin + CHUNK),
      headers: { "content-type": "application/octet-stream", "upload-length": String(file.size) },
    });
    if (!answer.complete && answer.received <= begin) throw new NoAnswer("照片没有传上去");
    [begin, complete] = [answer.received, answer.complete];
  }
}
