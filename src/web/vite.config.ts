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
  },
  server: {
    proxy: {
      "/api": { target: server },
      "/healthz": { target: server },
      "/parties": { target: server, ws: true },
    },
  },
});
