// Builds the page into dist/web, which the worker serves; `npm run dev:web` proxies to a running `wrangler dev`.
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const root = import.meta.dirname;
const server = process.env.EDGEWISE_SERVER ?? "http://localhost:8787";

export default defineConfig({
  root,
  plugins: [react()],
  build: {
    outDir: join(root, "../../dist/web"),
    emptyOutDir: true,
    assetsDir: "assets",
    // A data: URL would be refused by the page's content security policy in most places.
    assetsInlineLimit: 0,
    target: "es2023",
    modulePreload: { polyfill: false },
    // The page, and the API's: what that one needs is loaded there only.
    rolldownOptions: { input: { index: join(root, "index.html"), docs: join(root, "docs/index.html") } },
  },
  server: {
    proxy: {
      "/api": { target: server },
      "/healthz": { target: server },
      "/parties": { target: server, ws: true },
    },
  },
});
