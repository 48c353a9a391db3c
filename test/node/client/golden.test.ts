// The golden files played to our own client: it connects, sends and comes back as they say, and ends with what the server
// has. Any other client can be tested the same way (test/golden/README.md).
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { CLIENT_FRAME_TYPES } from "../../../src/protocol/commands.ts";
import { CLOSE, ERROR_CODES } from "../../../src/protocol/errors.ts";
import { Event, Signal } from "../../../src/protocol/frames.ts";
import { FinalState, type Line, readLines } from "../../support/golden.ts";
import { GoldenPlayer } from "./golden-player.ts";
import { onFakeTime } from "./open.ts";

const FOLDER = "test/golden";
const read = (name: string) => readFileSync(`${FOLDER}/${name}`, "utf8");
const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith(".jsonl") ? file.slice(0, -".jsonl".length) : []));
const files = names.map((name) => ({ name, lines: readLines(read(`${name}.jsonl`)) }));

describe("our client, given what the server said", () => {
  onFakeTime();

  it.each(files)("$name", async ({ name, lines }) => {
    const expected = FinalState.parse(JSON.parse(read(`${name}.state.json`)));
    const player = new GoldenPlayer(lines);
    await player.play();
    expect(await player.state(expected)).toEqual(expected);
  });
});

describe("the golden files", () => {
  const all = files.flatMap(({ lines }) => lines);
  const typesTo = (end: "client" | "server") =>
    new Set(all.flatMap((line) => ("frame" in line && line.to === end ? String(line.frame.type ?? "text") : [])));
  const codes = new Set(JSON.stringify(all).match(/(?<="code":")\w+/g));

  it("have every frame in both directions", () => {
    // `notice` is for what operators may want to say; the server says none by itself.
    const signals = Signal.options.map((option) => option.shape.type.value).filter((type) => type !== "notice");
    const events = Event.options.map((option) => option.shape.type.value);
    expect(typesTo("client")).toEqual(new Set([...events, ...signals, "welcome", "snapshot", "reply", "text"]));
    expect([...CLIENT_FRAME_TYPES].filter((type) => !typesTo("server").has(type))).toEqual([]);
  });

  it("have every error code and every close code", () => {
    expect(ERROR_CODES.filter((code) => !codes.has(code))).toEqual([]);
    const closes = all.flatMap((line: Line) => ("close" in line ? line.close.code : []));
    expect(new Set(closes)).toEqual(new Set<number>(Object.values(CLOSE)));
  });

  it("have nothing in them that differs from run to run", () => {
    const text = names.map((name) => read(`${name}.jsonl`) + read(`${name}.state.json`)).join("");
    expect(text.match(/\d{4}-\d\d-\d\dT[^"]*/g)?.filter((time) => time !== "2026-01-01T00:00:00.000Z")).toEqual([]);
    expect(text.match(/[0-9a-f]{8}-[0-9a-f]{4}-|eyJ/g)).toBe(null);
  });

  it("are told of, each of them, with its state", () => {
    const states = readdirSync(FOLDER).filter((file) => file.endsWith(".state.json"));
    expect(states).toEqual(names.map((name) => `${name}.state.json`));
    expect(z.object({ about: z.string() }).safeParse(files[0]?.lines[0]).success).toBe(true);
  });
});
