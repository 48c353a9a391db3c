// The title that a conversation gives itself: when, by whom, at which cost, and how often a model is asked for it.
import { describe, expect, it } from "vitest";
import { ModelError, type ModelRequest } from "../../../src/models/model.ts";
import { ok, refuse } from "../../../src/protocol/errors.ts";
import type { TurnListItem } from "../../../src/protocol/rest.ts";
import { type Hosted, inHosted } from "./hosted.ts";
import { ADA, type Attempt, finish, says, stalls, USAGE } from "./rig.ts";

const QUESTION = "How do I plan a **garden**?";
const FIRST_WORDS = "How do I plan a garden?";

/** A conversation that nobody has given a title, and a model for its answer and then its title. */
const untitled = (work: (hosted: Hosted) => Promise<void>) => inHosted(work, null);

function ask(hosted: Hosted, content = QUESTION) {
  hosted.clock.time += 1;
  return hosted.conversation.room.asking.send(ADA, { client_id: `c${hosted.clock.time}`, content });
}
const configure = (hosted: Hosted, title: string | null) =>
  hosted.conversation.room.command(ADA, { type: "configure", ref: 1, title });

function titleOf(hosted: Hosted): string | null {
  const described = hosted.conversation.reading.describe(ADA);
  return described.ok ? described.value.title : null;
}

/** The ledger's rows for titles, of all turns. */
function titleRows(hosted: Hosted): TurnListItem["attempts"] {
  const turns = hosted.conversation.reading.turns(ADA, null, 100);
  return turns.ok ? turns.value.flatMap(({ attempts }) => attempts.filter(({ reason }) => reason === "title")) : [];
}

/** Keeps what a model was asked. */
const recorded =
  (requests: ModelRequest[], attempt: Attempt): Attempt =>
  (request, signal) => {
    requests.push(request);
    return attempt(request, signal);
  };

describe("after its first answer a conversation without a title", () => {
  it("is given one by its model, as an event that everybody sees", () =>
    untitled(async (hosted) => {
      const requests: ModelRequest[] = [];
      hosted.attempts = [
        says("Dig.", finish()),
        recorded(requests, says('Title: "Planning', ' a garden"\n', finish())),
      ];
      const stream = await hosted.watch();
      ask(hosted);
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe("Planning a garden");
      const event = await stream.until(({ event }) => event === "conversation.configured");
      expect(event.data).toMatchObject({ conversation: { title: "Planning a garden", model: null } });
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({ temperature: 0, partial: "" });
      expect(requests[0]?.messages.at(-1)?.content).toContain("Dig.");
    }));

  it("is named by what the person asked, not by what a tool returned", () =>
    untitled(async (hosted) => {
      const tools = [{ name: "weather", description: "", parameters: {} }];
      hosted.storage.sql.exec("UPDATE conversation SET tools = ?", JSON.stringify(tools));
      hosted.start();
      const requests: ModelRequest[] = [];
      const calls = [{ call_id: "c1", name: "weather", arguments: "{}" }];
      hosted.attempts = [
        says({ type: "finish", reason: "stop", usage: null, calls }),
        says("Dig now.", finish()),
        recorded(requests, says("Planning a garden", finish())),
      ];
      ask(hosted);
      await hosted.pass(1_000);
      hosted.conversation.calling.take(ADA, { call_id: "c1", content: ok('{"celsius":20}'), failed: false });
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe("Planning a garden");
      const shown = requests[0]?.messages.at(-1)?.content ?? "";
      expect(JSON.parse(shown)).toEqual([
        { role: "user", text: QUESTION },
        { role: "assistant", text: "Dig now." },
      ]);
      await hosted.conversation.room.command(ADA, { type: "message.delete", ref: 1, message_id: 1 });
      expect(titleOf(hosted)).toBeNull();
    }));

  it("is given one once: later answers ask for nothing", () =>
    untitled(async (hosted) => {
      hosted.attempts = [says("Dig.", finish()), says("Gardens", finish()), says("Water.", finish())];
      ask(hosted);
      await hosted.pass(2_000);
      ask(hosted, "And then?");
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe("Gardens");
      expect(hosted.attempts).toEqual([]);
    }));

  it("is named by the first words of the question where a built-in model answers", () =>
    untitled(async (hosted) => {
      hosted.model = "builtin/assistant";
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(1);
      expect(titleOf(hosted)).toBe(FIRST_WORDS);
      expect(titleRows(hosted)).toEqual([]);
    }));

  it("waits for an answer: one that failed names nothing", () =>
    untitled(async (hosted) => {
      hosted.attempts = [
        says(new ModelError("model_refused", "no", false)),
        says("Dig.", finish()),
        says("Dig", finish()),
      ];
      ask(hosted, "Nothing");
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBeNull();
      ask(hosted);
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe("Dig");
    }));

  it("is named at once where the assistant is off: there is no answer to wait for", () =>
    untitled(async (hosted) => {
      await hosted.conversation.room.command(ADA, { type: "configure", ref: 1, assistant_mode: "off" });
      ask(hosted);
      expect(titleOf(hosted)).toBe(FIRST_WORDS);
    }));
});

describe("a title that was made of a message", () => {
  const everything = (hosted: Hosted) =>
    ["conversation", "event"]
      .map((table) => JSON.stringify(hosted.storage.sql.exec(`SELECT * FROM ${table}`).toArray()))
      .join();

  it("goes when that message is deleted, from the log too; the next answer gives another", () =>
    untitled(async (hosted) => {
      hosted.attempts = [
        says("A", finish()),
        says("Canary garden", finish()),
        says("B", finish()),
        says("Sailing", finish()),
      ];
      ask(hosted);
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe("Canary garden");
      await hosted.conversation.room.command(ADA, { type: "message.delete", ref: 1, message_id: 1 });
      expect(titleOf(hosted)).toBeNull();
      expect(everything(hosted)).not.toContain("Canary");
      ask(hosted, "How do I sail?");
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe("Sailing");
    }));

  it("is made anew when that message is edited", () =>
    untitled(async (hosted) => {
      await hosted.conversation.room.command(ADA, { type: "configure", ref: 1, assistant_mode: "off" });
      ask(hosted, "canary");
      expect(titleOf(hosted)).toBe("canary");
      await hosted.conversation.room.command(ADA, { type: "message.edit", ref: 1, message_id: 1, content: "tea" });
      expect(titleOf(hosted)).toBe("tea");
      expect(everything(hosted)).not.toContain("canary");
    }));

  it("stays when a person gave it", () =>
    untitled(async (hosted) => {
      ask(hosted);
      await configure(hosted, "Ours");
      await hosted.conversation.room.command(ADA, { type: "message.delete", ref: 1, message_id: 1 });
      expect(titleOf(hosted)).toBe("Ours");
    }));
});

describe("a title that a person gives", () => {
  it("wins over the model that is being asked, whose call ends at once", () =>
    untitled(async (hosted) => {
      let stopped = false;
      hosted.attempts = [
        says("Dig.", finish()),
        async function* (_, signal) {
          signal.addEventListener("abort", () => {
            stopped = true;
          });
          yield* stalls("Planning")(_, signal);
          yield* says("Planning a garden", finish())(_, signal);
        },
      ];
      ask(hosted);
      await hosted.pass(1_000);
      await configure(hosted, "Mine");
      await hosted.pass(20_000);
      expect(stopped).toBe(true);
      expect(titleOf(hosted)).toBe("Mine");
      expect(titleRows(hosted)).toMatchObject([{ attempt: 0, outcome: "cancelled" }]);
    }));

  it("may be none: then no answer brings one", () =>
    untitled(async (hosted) => {
      await configure(hosted, null);
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(20_000);
      expect(titleOf(hosted)).toBeNull();
    }));

  it("may be taken back: then no answer brings another", () =>
    inHosted(async (hosted) => {
      await configure(hosted, null);
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(20_000);
      expect(titleOf(hosted)).toBeNull();
    }));
});

describe("a model that is asked for a title", () => {
  const failing: [string, Attempt, object][] = [
    ["says nothing", says(finish()), { outcome: "ok", usage: USAGE }],
    ["is cut off", says("Plan"), { outcome: "lost", error: "cut" }],
    [
      "refuses",
      says(new ModelError("model_unavailable", "busy", true)),
      { outcome: "failed", error: "model_unavailable" },
    ],
    ["throws", says(new Error("a bug")), { outcome: "failed", error: "internal" }],
    ["is silent for 15 s", stalls(), { outcome: "failed", error: "silent" }],
    ["never ends", stalls("Plan"), { outcome: "failed", error: "silent" }],
  ];
  it.each(failing)("and %s is not asked again: the first words name it", (_what, attempt, row) =>
    untitled(async (hosted) => {
      hosted.attempts = [says("Dig.", finish()), attempt];
      ask(hosted);
      await hosted.pass(16_000);
      expect(titleOf(hosted)).toBe(FIRST_WORDS);
      expect(titleRows(hosted)).toMatchObject([{ attempt: 0, ...row }]);
      expect(hosted.alarm.at).toBeNull();
    }),
  );

  it("and talks without end is listened to no longer than a title may be", () =>
    untitled(async (hosted) => {
      const endless: Attempt = async function* (_, signal) {
        while (!signal.aborted) yield { type: "text", text: "word ".repeat(20) };
      };
      hosted.attempts = [says("Dig.", finish()), endless];
      ask(hosted);
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toMatch(/^(word ){20,}word…$/);
    }));

  it("holds up nothing: answers, alarms and D1 go on meanwhile", () =>
    untitled(async (hosted) => {
      hosted.attempts = [says("Dig.", finish()), stalls(), says("Water.", finish())];
      ask(hosted);
      await hosted.pass(2_000);
      ask(hosted, "And then?");
      await hosted.pass(2_000);
      const described = hosted.conversation.reading.describe(ADA);
      expect(described).toMatchObject({ value: { title: null, last_message: { content: "Water." } } });
      const mirrored = hosted.batches.flatMap(({ changes }) => changes.filter(({ of }) => of === "message"));
      expect(mirrored.at(-1)).toMatchObject({ message: { content: "Water." } });
    }));

  it("has its row in the ledger, in D1 too, and is none of the turn's attempts", () =>
    untitled(async (hosted) => {
      hosted.attempts = [says("Dig.", finish()), says("Gardens", finish())];
      ask(hosted);
      await hosted.pass(3_000);
      const [turn] = hosted.batches
        .flatMap(({ changes }) => changes)
        .filter(({ of }) => of === "turn")
        .slice(-1);
      expect(turn).toMatchObject({ turn: { attempt: 1, state: "finished" } });
      const rows = hosted.batches.flatMap(({ changes }) => changes.filter(({ of }) => of === "attempt"));
      expect(rows.slice(-2)).toMatchObject([
        { attempt: { turn_id: 1, attempt: 0, reason: "title", outcome: "ok", usage: USAGE } },
        { attempt: { turn_id: 1, attempt: 1, reason: "first", outcome: "ok" } },
      ]);
    }));

  it("is in the ledger before it is called", () =>
    untitled(async (hosted) => {
      let rows: object[] = [];
      const looks: Attempt = (request, signal) => {
        rows = titleRows(hosted);
        return says("Gardens", finish())(request, signal);
      };
      hosted.attempts = [says("Dig.", finish()), looks];
      ask(hosted);
      await hosted.pass(2_000);
      expect(rows).toMatchObject([{ reason: "title", outcome: "running" }]);
    }));
});

describe("the tokens of a title", () => {
  it("are taken off the day of whoever asked, as many as it cost", () =>
    untitled(async (hosted) => {
      const charges: number[] = [];
      hosted.charge = async (tokens) => {
        charges.push(tokens);
        return ok(null);
      };
      hosted.attempts = [says("Dig.", finish()), says("Gardens", finish())];
      ask(hosted);
      await hosted.pass(2_000);
      expect(charges[0]).toBeGreaterThan(USAGE.total_tokens);
      expect(charges.reduce((sum, tokens) => sum + tokens, 0)).toBe(USAGE.total_tokens);
    }));

  it("are not spent when the day's are used up: the first words name it", () =>
    untitled(async (hosted) => {
      hosted.charge = async () => refuse("quota_exceeded", "Your tokens for today are used up.");
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(2_000);
      expect(titleOf(hosted)).toBe(FIRST_WORDS);
      expect(titleRows(hosted)).toEqual([]);
    }));

  it("are given back when a person was quicker than the call", () =>
    untitled(async (hosted) => {
      let grant = () => {};
      let sum = 0;
      hosted.charge = async (tokens) => {
        sum += tokens;
        if (tokens > 0)
          await new Promise<void>((resolve) => {
            grant = resolve;
          });
        return ok(null);
      };
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(1_000);
      await configure(hosted, "Mine");
      grant();
      await hosted.pass(1_000);
      expect(sum).toBe(0);
      expect(titleRows(hosted)).toEqual([]);
    }));

  it("that cannot be asked for within 15 s are not spent", () =>
    untitled(async (hosted) => {
      hosted.charge = () => new Promise(() => {});
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(16_000);
      expect(titleOf(hosted)).toBe(FIRST_WORDS);
    }));
});

describe("after a kill", () => {
  it("before the model was asked it is asked, though nobody is connected", () =>
    untitled(async (hosted) => {
      hosted.charge = () => new Promise(() => {});
      hosted.attempts = [says("Dig.", finish())];
      ask(hosted);
      await hosted.pass(1_000);
      hosted.charge = async () => ok(null);
      hosted.attempts = [says("Gardens", finish())];
      hosted.start();
      await hosted.pass(1_000);
      expect(titleOf(hosted)).toBe("Gardens");
    }));

  it("while the model was asked it is not asked again: the first words name it, and the row says lost", () =>
    untitled(async (hosted) => {
      hosted.attempts = [says("Dig.", finish()), stalls("Plan")];
      ask(hosted);
      await hosted.pass(1_000);
      hosted.attempts = [];
      hosted.start();
      await hosted.pass(1_000);
      expect(titleOf(hosted)).toBe(FIRST_WORDS);
      expect(titleRows(hosted)).toMatchObject([{ outcome: "lost", error: "died" }]);
    }));
});

it("a conversation that is erased meanwhile stays erased", () =>
  untitled(async (hosted) => {
    hosted.attempts = [says("Dig.", finish()), stalls("Plan")];
    ask(hosted);
    await hosted.pass(1_000);
    hosted.conversation.erasing.request(ADA);
    await hosted.pass(20_000);
    expect(hosted.conversation.reading.describe(ADA)).toMatchObject({ error: { code: "not_found" } });
    expect(hosted.alarm.at).toBeNull();
  }));
