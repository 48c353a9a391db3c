// Multipart bodies as clients write them, cut anywhere, and as they may not be.
import { expect, it } from "vitest";
import { boundaryOf, type MultipartLimits, readMultipart } from "../../../src/files/multipart.ts";

const LIMITS: MultipartLimits = { file: 100, body: 2_000, files: 2, field: 50 };

const part = (head: string, body: string) => `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
const file = (name: string, body: string) => part(`name="files"; filename="${name}"`, body);
const END = "--b--\r\n";

/** The body in pieces of `size` bytes. */
function streamed(body: string, size: number): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)),
  );
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}
const read = (body: string, size = 7) => readMultipart(streamed(body, size), "b", LIMITS);

it.each([1, 2, 5, 64, 10_000])("a body is read whole, in pieces of %i bytes", async (size) => {
  const body = `${file("a.txt", "one\r\n--c not the end\r\n")}${part('name="message"', "Größe")}${END}`;
  const parts = await read(body, size);
  expect(parts.ok && parts.value.map((p) => [p.name, p.filename, Buffer.from(p.bytes).toString()])).toEqual([
    ["files", "a.txt", "one\r\n--c not the end\r\n"],
    ["message", null, "Größe"],
  ]);
});

it.each([
  ["what stands before the first part", `ignored\r\n${file("a", "1")}${END}`, "a"],
  ["an end without a line's end", `${file("a", "1")}--b--`, "a"],
  ["a name with a quotation mark, as browsers write it", `${file("a%22b", "1")}${END}`, 'a"b'],
  ["a name with a quotation mark, as curl writes it", `${file('a\\"b', "1")}${END}`, 'a"b'],
  [
    "a name as RFC 5987 has it",
    `${part("name=\"files\"; filename*=utf-8''Gr%C3%B6%C3%9Fe.png", "1")}${END}`,
    "Größe.png",
  ],
])("%s is understood", async (_what, body, name) => {
  const parts = await read(body);
  expect(parts.ok && parts.value.map(({ filename }) => filename)).toEqual([name]);
});

it.each([
  ["that breaks off in a file", file("a", "half").slice(0, -4), "invalid"],
  ["without an end", file("a", "1"), "invalid"],
  ["without a boundary", "nothing of the kind", "invalid"],
  ["with a part that has no name", `--b\r\nx: y\r\n\r\n1\r\n${END}`, "invalid"],
  ["with a file over its limit", `${file("a", "x".repeat(101))}${END}`, "too_large"],
  ["over its limit", `${"x".repeat(2_000)}\r\n${file("a", "1")}${END}`, "too_large"],
  ["with a file too many", `${file("a", "1").repeat(3)}${END}`, "invalid"],
  ["with endless headers", `--b\r\nx: ${"y".repeat(9_000)}`, "too_large"],
  ["of endless fields", `${part('name="x"', "1").repeat(25)}${END}`, "invalid"],
])("a body %s is refused", async (_what, body, code) => {
  expect(await read(body)).toMatchObject({ ok: false, error: { code } });
});

it.each([
  ["a field", part('name="message"', "x".repeat(51)), "message", "message may be at most 50 bytes long"],
  ["headers", `--b\r\nx: ${"y".repeat(9_000)}`, "headers", "headers may be at most 8192 bytes long"],
  ["a file", file("a", "x".repeat(101)), "files", "A file may be at most 0 MB large."],
])("%s over its limit is called what it is", async (_what, body, field, message) => {
  const parts = await readMultipart(streamed(`${body}${END}`, 7), "b", { ...LIMITS, body: 20_000 });
  expect(parts).toEqual({ ok: false, error: { code: "too_large", field, message } });
});

it("a boundary is what the content type names", () => {
  expect(boundaryOf("multipart/form-data; boundary=abc")).toBe("abc");
  expect(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"')).toBe("a b");
  for (const other of [null, "", "application/json", "multipart/form-data", "multipart/mixed; boundary=a"])
    expect(boundaryOf(other)).toBeNull();
});
