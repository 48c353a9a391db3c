// What Prometheus reads: the text format, checked by a parser that knows its rules.
import { describe, expect, it } from "vitest";
import { exposition } from "../../../src/http/exposition.ts";
import { observation } from "../../../src/lib/meter.ts";
import { labelled, METRICS } from "../../../src/lib/metrics.ts";
import { parseExposition } from "../../support/prometheus.ts";

const observed = (...ms: number[]) => {
  const values = new Map<string, number>();
  for (const { name, value } of ms.flatMap((each) => observation("edgewise_http_request_seconds", each)))
    values.set(name, (values.get(name) ?? 0) + value);
  return values;
};

describe("the exposition", () => {
  it("is valid and complete before anything was counted", () => {
    const families = parseExposition(exposition(new Map()));
    expect([...families.keys()]).toEqual(Object.keys(METRICS));
    for (const { name, type } of families.values()) expect([name, type]).toEqual([name, kindOf(name)]);
    expect(families.get("edgewise_messages_total")?.samples.get("edgewise_messages_total")).toBe(0);
  });

  it("has one sample a label", () => {
    const requests = (status: string) => labelled("edgewise_http_requests_total", status);
    const families = parseExposition(
      exposition(
        new Map([
          [requests("200"), 7],
          [requests("429"), 2],
        ]),
      ),
    );
    expect(families.get("edgewise_http_requests_total")?.samples).toEqual(
      new Map([
        ['edgewise_http_requests_total{status="200"}', 7],
        ['edgewise_http_requests_total{status="429"}', 2],
      ]),
    );
  });

  it("adds a histogram's buckets up, with their sum and count", () => {
    const { samples } = parseExposition(exposition(observed(3, 5, 80, 11_000))).get(
      "edgewise_http_request_seconds",
    ) ?? {
      samples: new Map<string, number>(),
    };
    const bucket = (le: string) => samples.get(`edgewise_http_request_seconds_bucket{le="${le}"}`);
    expect([bucket("0.005"), bucket("0.01"), bucket("0.1"), bucket("10"), bucket("+Inf")]).toEqual([2, 2, 3, 3, 4]);
    expect(samples.get("edgewise_http_request_seconds_count")).toBe(4);
    expect(samples.get("edgewise_http_request_seconds_sum")).toBeCloseTo(11.088);
  });
});

describe("the parser of this test refuses", () => {
  const family = (type: string, ...samples: string[]) =>
    `${["# HELP a Words.", `# TYPE a ${type}`, ...samples].join("\n")}\n`;
  it.each([
    ["a last line without an end", "# HELP a Words."],
    ["a type without help", "# TYPE a gauge\na 1\n"],
    ["a sample of another family", family("gauge", "b 1")],
    ["a series that comes twice", family("gauge", "a 1", "a 2")],
    ["a family in two places", family("gauge", "a 1") + family("gauge", "a 2")],
    ["a counter not named as one", family("counter", "a 1")],
    ["a broken label", family("gauge", 'a{b="c} 1')],
    ["a value that is no number", family("gauge", "a NaN")],
    ["buckets that fall", family("histogram", 'a_bucket{le="1"} 2', 'a_bucket{le="+Inf"} 1', "a_sum 1", "a_count 1")],
    ["a histogram without +Inf", family("histogram", 'a_bucket{le="1"} 2', "a_sum 1", "a_count 2")],
    ["a count that is not all", family("histogram", 'a_bucket{le="+Inf"} 2', "a_sum 1", "a_count 3")],
    ["a histogram without a sum", family("histogram", 'a_bucket{le="+Inf"} 2', "a_count 2")],
  ])("%s", (_what, text) => expect(() => parseExposition(text)).toThrow());
});

const kindOf = (name: string) => Object.entries(METRICS).find(([each]) => each === name)?.[1].kind;
