// 网页脚本的构建：入口只有 page.js，图表在用到的页面上才取。产物不入库。
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/built/",
  publicDir: false,
  build: {
    outDir: "gateway/web/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: "gateway/web/scripts/page.js" },
  },
});
