// What people are told of a value that a schema refuses: what it must be, in our words. Zod's own sentences are for those
// who write the schema; this is the one place where they are replaced, by being Zod's language.
import * as z from "zod";

type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a date",
  file: "a file",
};
const FORMATS: Readonly<Record<string, string>> = {
  datetime: "must be a time in UTC, like 2026-11-21T12:00:00Z",
  date: "must be a date, like 2026-11-21",
  url: "must be a URL, like https://example.org/",
  email: "must be an e-mail address",
  uuid: "must be a UUID",
};
/** More choices than this are in the API document. */
const CHOICES = 12;

/** Stands behind the name of a field: "title may have at most 200 characters". */
function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected];
      if (issue.input === undefined) return kind ? `is missing: give ${kind}` : "is missing";
      return `must be ${kind ?? "of another type"}`;
    }
    case "too_small":
      if (isText(issue))
        return issue.minimum === 1 ? "may not be empty" : `must have ${number(issue.minimum, "character")} or more`;
      if (isList(issue))
        return issue.minimum === 1 ? "may not be empty" : `must have ${number(issue.minimum, "item")} or more`;
      return issue.inclusive === false ? `must be more than ${issue.minimum}` : `must be ${issue.minimum} or more`;
    case "too_big":
      if (isText(issue)) return `may have at most ${number(issue.maximum, "character")}`;
      if (isList(issue)) return `may have at most ${number(issue.maximum, "item")}`;
      return issue.inclusive === false ? `must be less than ${issue.maximum}` : `must be ${issue.maximum} or less`;
    case "invalid_format":
      return FORMATS[issue.format] ?? "has the wrong form";
    case "invalid_value": {
      const values = issue.values.map(String);
      if (values.length > CHOICES) return "is none of the values that it may have";
      return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(", ")}`;
    }
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return "has a field that is not known here: leave it out";
    case "invalid_key":
    case "invalid_element":
      return "has a field or an item that may not be there";
    case "invalid_union":
      return issue.discriminator === undefined ? "has the wrong form" : "is not a known one";
    default:
      return "is not valid";
  }
}

const isText = ({ origin }: { origin: string }): boolean => origin === "string";
const isList = ({ origin }: { origin: string }): boolean => ["array", "set", "map", "object"].includes(origin);
const number = (count: number | bigint, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

z.config({ localeError: reasonOf });
