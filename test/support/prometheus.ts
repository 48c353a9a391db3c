// Reads Prometheus' text format as strictly as `promtool check metrics` does: what breaks a rule is an error.
// https://prometheus.io/docs/instrumenting/exposition_formats/

export interface Family {
  name: string;
  type: string;
  /** Series as written, with their values. */
  samples: Map<string, number>;
}

const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`);

export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, Family>();
  let current: Family | null = null;
  let helped: string | null = null;
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, name = "", rest = ""] = COMMENT.exec(line) ?? [];
    if (kind === "HELP") {
      if (families.has(name)) throw new Error(`${name} comes in two places`);
      helped = name;
    } else if (kind === "TYPE") {
      if (helped !== name) throw new Error(`${name} has no help before its type`);
      if (!/^(counter|gauge|histogram)$/.test(rest)) throw new Error(`${name} has the type ${rest}`);
      if ((rest === "counter") !== name.endsWith("_total")) throw new Error(`${name}: counters alone end in _total`);
      current = { name, type: rest, samples: new Map() };
      families.set(name, current);
    } else addSample(current, line);
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return families;
}

function addSample(family: Family | null, line: string): void {
  const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
  if (!name || !family) throw new Error(`not a sample: ${line}`);
  const own = family.type === "histogram" ? /^_(bucket|sum|count)$/ : /^$/;
  if (!name.startsWith(family.name) || !own.test(name.slice(family.name.length)))
    throw new Error(`${name} stands among ${family.name}`);
  if (family.samples.has(name + labels)) throw new Error(`${name}${labels} comes twice`);
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`${name} is ${value}`);
  family.samples.set(name + labels, number);
}

function checkHistogram({ name, samples }: Family): void {
  let before = { bound: Number.NEGATIVE_INFINITY, count: 0 };
  for (const [series, count] of samples) {
    const le = /_bucket\{le="([^"]+)"\}$/.exec(series)?.[1];
    if (le === undefined) continue;
    const bound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    if (!(bound > before.bound) || count < before.count) throw new Error(`${series} is below the bucket before it`);
    before = { bound, count };
  }
  if (before.bound !== Number.POSITIVE_INFINITY) throw new Error(`${name} has no bucket +Inf`);
  if (samples.get(`${name}_count`) !== before.count) throw new Error(`${name}_count is not its bucket +Inf`);
  if (!samples.has(`${name}_sum`)) throw new Error(`${name} has no sum`);
}
