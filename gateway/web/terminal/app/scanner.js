// 识码：用到相机时才取来；WebAssembly 由本平台提供，取过就留在本机，没有网也能扫。
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import address from "zxing-wasm/reader/zxing_reader.wasm?url";

const EVERY_MS = 200;
const WIDEST = 1024;

prepareZXingModule({ overrides: { locateFile: () => address }, fireImmediately: true });

// 看着相机，直到认出一个码。stop 停下并放开相机。
export async function watchCamera(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  const stop = () => {
    clearTimeout(timer);
    stream.getTracks().forEach((track) => track.stop());
  };
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let timer;
  const look = async () => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    Object.assign(canvas, { width: Math.round(video.videoWidth * scale), height: Math.round(video.videoHeight * scale) });
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const [code] = await readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), { maxNumberOfSymbols: 1 });
    if (code?.text) found(code.text);
    else if (stream.active) timer = setTimeout(look, EVERY_MS);
  };
  video.srcObject = stream;
  await video.play();
  timer = setTimeout(look, EVERY_MS);
  return stop;
}
