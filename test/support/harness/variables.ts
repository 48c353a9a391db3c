// Configuration for servers under test: the fake provider, and no limit that a harness would meet before a person does.
export const harnessVariables = (providerUrl: string): Record<string, string> => ({
  JWT_SECRET: "harness-harness-0123456789-abcdefghij",
  OPENAI_BASE_URL: providerUrl,
  DEFAULT_MODEL: "openai:harness",
  MESSAGES_PER_MINUTE: "0",
  LOG_LEVEL: "warn",
});
