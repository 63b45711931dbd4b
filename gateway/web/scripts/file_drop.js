// 把文件拖到框里等于选了它；选了多大的文件当场就说。
const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(1);

export function enhanceFileDrops(root) {
  for (const drop of root.querySelectorAll("[data-file-drop]:not([data-ready])")) {
    drop.dataset.ready = "true";
    const input = drop.querySelector("input[type=file]");
    const words = drop.querySelector("[data-file-drop-words]");
    words.hidden = false;
    words.setAttribute("role", "status");
    const tell = () => {
      const [file] = input.files;
      if (file) words.textContent = `已选 ${file.name}，${megabytes(file.size)} MB`;
    };
    input.addEventListener("change", tell);
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length !== 1) {
        words.textContent = "一次只能放一个文件";
        return;
      }
      input.files = event.dataTransfer.files;
      tell();
    });
  }
}
