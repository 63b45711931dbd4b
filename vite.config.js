// 网页脚本的构建：page.js 是每页都有的，图表在用到的页面上才取；移动终端自成一个入口。产物不入库。
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/built/",
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
  publicDir: false,
  build: {
    outDir: "gateway/web/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: ["gateway/web/scripts/page.js", "gateway/web/terminal/app/main.js"] },
  },
});
