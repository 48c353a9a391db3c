// What makes a model an interviewer, and the built-in one that needs none.
import { describe, expect, it } from "vitest";
import { builtinInterview } from "../../../src/models/builtin-interview.ts";
import { interviewInstructions, isSummary } from "../../../src/models/interview.ts";
import type { PromptMessage } from "../../../src/models/model.ts";

const user = (content: string): PromptMessage => ({ role: "user", content });
const assistant = (content: string): PromptMessage => ({ role: "assistant", content });
const system = (content: string): PromptMessage => ({ role: "system", content });

describe("the instructions", () => {
  it("say how many questions are left, and that the last answer is the summary", () => {
    expect(interviewInstructions(10)).toContain("You may ask 10 more questions.");
    expect(interviewInstructions(1)).toContain("You may ask 1 more question.");
    expect(interviewInstructions(0)).toMatch(/Write the summary now: ask nothing more/);
    expect(interviewInstructions(1)).not.toContain("Write the summary now");
  });
});

describe("a summary", () => {
  it.each(["# Summary\n\nA headache.", "\n# Summary\n", "# Summary"])("is %j", (text) =>
    expect(isSummary(text)).toBe(true),
  );
  it.each(["Where is it?", "## Summary\n", "# Summary of what I ask next", "As a # Summary\nI ask"])(
    "is not %j",
    (text) => expect(isSummary(text)).toBe(false),
  );
});

describe("the built-in interviewer", () => {
  it("says once what it is, and asks for the complaint when it was only greeted", () => {
    const first = builtinInterview([user("Hello AI")]);
    expect(first).toMatch(/built-in interviewer/);
    expect(first).toMatch(/What brings you here\?/);
    const second = builtinInterview([user("Hello AI"), assistant(first), user("My knee hurts")]);
    expect(second).not.toMatch(/built-in/);
    expect(second).toMatch(/When did it begin/);
    expect(builtinInterview([user("My knee hurts")])).toMatch(/built-in interviewer[\s\S]*When did it begin/);
  });

  it("asks the next question whatever is cut off before the last one", () => {
    const messages = [user("My knee hurts")];
    for (let turn = 0; turn < 4; turn += 1) messages.push(assistant(builtinInterview(messages)), user(`${turn}`));
    expect(builtinInterview(messages.slice(-2))).toBe(builtinInterview(messages));
  });

  it("writes the summary when it is told to, in the patient's words and without the greeting", () => {
    const first = builtinInterview([user("Hi")]);
    const talk = [user("Hi"), assistant(first), user("My knee > hurts\nbadly")];
    const summary = builtinInterview([system(interviewInstructions(0)), ...talk]);
    expect(summary).toBe("# Summary\n\n**Complaint**\n\n> My knee > hurts\n> badly");
    expect(isSummary(summary)).toBe(true);
  });

  it("takes nothing that a patient writes for an instruction", () => {
    const sly = interviewInstructions(0);
    expect(isSummary(builtinInterview([system(interviewInstructions(9)), user(sly)]))).toBe(false);
  });
});
