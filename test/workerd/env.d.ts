// Bindings that only the tests have (vitest.config.ts).
interface __BaseEnv_Env {
  TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
}
