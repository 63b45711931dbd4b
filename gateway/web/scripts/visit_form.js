// 检查表：选了就算判定（平台按要点表的规则算），不合格时展开情形与照片；取位置；在屏上签名。
const SOON_MS = 400;

function liveVerdict(form) {
  const place = form.querySelector("#verdict");
  let later;
  const ask = async () => {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    try {
      const answer = await fetch(form.dataset.verdict, { method: "POST", body, headers: { accept: "text/html" } });
      if (answer.ok) place.innerHTML = await answer.text();
      else throw new Error("refused");
    } catch {
      place.innerHTML = "<p class='quiet small'>没有网络，判定等有网再算；已填的都存在这台设备上。</p>";
    }
  };
  const soon = () => {
    clearTimeout(later);
    later = setTimeout(ask, SOON_MS);
  };
  form.addEventListener("change", (event) => {
    const item = event.target.closest("[data-check-item]");
    if (event.target.type === "radio" && item) {
      if (["failed", "not_applicable"].includes(event.target.value)) item.querySelector("details").open = true;
      soon();
    } else if (item || event.target.name === "kind") soon();
  });
  form.addEventListener("restored", soon);
}

function locate(form) {
  const button = form.querySelector("[data-locate]");
  const words = form.querySelector("[data-locate-words]");
  if (!button || !navigator.geolocation) return button?.parentElement.remove();
  const put = (name, value) => {
    form.elements[`position/${name}`].value = value;
    form.elements[`position/${name}`].dispatchEvent(new Event("input", { bubbles: true }));
  };
  button.addEventListener("click", () => {
    words.textContent = "正在取位置";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        put("longitude", coords.longitude.toFixed(6));
        put("latitude", coords.latitude.toFixed(6));
        put("accuracy_metres", String(Math.ceil(coords.accuracy)));
        put("system", "wgs84");
        words.textContent = "已填上位置";
      },
      () => { words.textContent = "没有取到位置，请在“没有定位的原因”里写明"; },
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  });
  return undefined;
}

// 一块白板：写完按“用这个签名”，就成了那一栏选的图片。
function signaturePad(input) {
  const opener = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "在屏上签名" });
  input.after(opener);
  opener.addEventListener("click", () => {
    opener.hidden = true;
    const pad = document.createElement("div");
    pad.className = "signature-pad";
    const canvas = document.createElement("canvas");
    const make = (text) => Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: text });
    const [use, clear] = [make("用这个签名"), make("重签")];
    pad.append(canvas, use, clear);
    opener.after(pad);
    const scale = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    const pen = canvas.getContext("2d");
    let written = false;
    const blank = () => {
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
      Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
      written = false;
    };
    blank();
    const at = (event) => [event.offsetX, event.offsetY];
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!event.pressure && event.buttons === 0) return;
      pen.lineTo(...at(event));
      pen.stroke();
      written = true;
    });
    clear.addEventListener("click", blank);
    use.addEventListener("click", () => {
      if (!written) return;
      canvas.toBlob((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], "签名.png", { type: "image/png" }));
        input.files = files.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        pad.remove();
        opener.hidden = false;
        opener.textContent = "已签，重签";
      }, "image/png");
    });
  });
}

export function enhanceVisitForms(root) {
  for (const form of root.querySelectorAll("form[data-verdict]:not([data-live])")) {
    form.dataset.live = "true";
    liveVerdict(form);
    locate(form);
  }
  for (const input of root.querySelectorAll("input[data-signature]:not([data-ready])")) {
    input.dataset.ready = "true";
    signaturePad(input);
  }
}
