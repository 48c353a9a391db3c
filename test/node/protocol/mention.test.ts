// Who is addressed by a message, where the assistant answers only what is addressed to it.
import { expect, test } from "vitest";
import { mentionsAssistant } from "../../../src/protocol/mention.ts";

test.each([
  ...["@assistant", "@assistant help", "Please, @assistant: help", "(@assistant)", "[@assistant]", '"@assistant"'],
  ...["@Assistant!", "@ASSISTANT?", "what now,@assistant", "@assistant.", "@assistant...", "@assistant, what?"],
  ...["@assistant's turn", "**@assistant**", "line\n@assistant", "@assistant-", "@assistant — yes", "¿@assistant?"],
  ...["_@assistant_", "*@assistant*", "__@assistant__ help", "_dear @assistant_", "~@assistant~", "`@assistant`"],
  ...["＠assistant", "＠ａｓｓｉｓｔａｎｔ", "你好，＠assistant。", "你好@assistant你好", "（@assistant）"],
])("%s is addressed to the assistant", (content) => expect(mentionsAssistant(content)).toBe(true));

test.each([
  ...["a@assistant.com", "ada@assistant", "write to ada.l+x@assistant.example", "@assistants", "@assistant2"],
  ...[
    "@assistant_bot",
    "@assistant.com",
    "@assistant-bot",
    "assistant",
    "@ assistant",
    "@@assistant",
    "x/@assistant/y",
  ],
  ...["me@assistant.com", "me_@assistant", "x_@assistant_", "_@assistant_bot_", "__@assistant__x"],
  ...["@assistant@example.org", "https://example.org/@assistant", "@assist", "@ассистент", ""],
])("%j is not", (content) => expect(mentionsAssistant(content)).toBe(false));
