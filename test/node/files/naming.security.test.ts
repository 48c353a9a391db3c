// A file's name from outside is only shown, and its type believed only when name and bytes agree (security.md §7).
import { describe, expect, it } from "vitest";
import { contentTypeOf, extensionOf, isShownInline, safeName } from "../../../src/files/naming.ts";
import { rangeOf } from "../../../src/http/range.ts";

const bytes = (...pieces: (string | number[])[]) => new Uint8Array(Buffer.concat(pieces.map((p) => Buffer.from(p))));
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

describe("a name", () => {
  it.each([
    ["../../etc/passwd", "....etcpasswd"],
    ["a\r\nX: y", "aX: y"],
    ["\u202egnp.exe", "gnp.exe"],
    ["a\0b\\c", "abc"],
    ["  ", "file"],
    ["x".repeat(300), "x".repeat(200)],
    [`${"x".repeat(300)}.txt`, `${"x".repeat(196)}.txt`],
    ["Größe 😀.png", "Größe 😀.png"],
  ])("%j is shown as %j", (name, shown) => expect(safeName(name)).toBe(shown));

  it.each([
    ["a.PNG", "png"],
    ["a.tar.gz", "gz"],
    [".env", ""],
    ["a", ""],
    ["a.b c", ""],
  ])("%j has the extension %j", (name, extension) => expect(extensionOf(name)).toBe(extension));
});

describe("a type", () => {
  it.each([
    ["a.png", bytes(PNG, "rest"), "image/png"],
    ["a.jpeg", bytes([0xff, 0xd8, 0xff, 0xe0]), "image/jpeg"],
    ["a.pdf", bytes("%PDF-1.7"), "application/pdf"],
    ["a.docx", bytes([0x50, 0x4b, 3, 4]), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    ["a.md", bytes("# Größe"), "text/markdown"],
    ["a.webp", bytes("RIFF0000WEBPVP8 "), "image/webp"],
  ])("of %s counts", (name, content, type) => expect(contentTypeOf(name, content)).toBe(type));

  it.each([
    ["of a page that is called a picture", "a.png", bytes("<html><script>")],
    ["of a picture that is called a page", "a.html", bytes(PNG)],
    ["of a page", "a.html", bytes("<html>")],
    ["of a drawing with a script", "a.svg", bytes("<svg onload='x()'>")],
    ["of a picture with two extensions", "a.png.html", bytes(PNG)],
    ["of text that is none", "a.txt", bytes([0xff, 0xfe, 0])],
    ["of what has no extension", "a", bytes(PNG)],
    ["of an empty picture", "a.png", bytes()],
  ])("%s is unknown bytes", (_what, name, content) =>
    expect(contentTypeOf(name, content)).toBe("application/octet-stream"),
  );

  it("is shown by browsers only of pictures that cannot act", () => {
    expect(["image/png", "image/gif", "image/jpeg", "image/webp"].every(isShownInline)).toBe(true);
    expect(["image/svg+xml", "text/html", "application/pdf", "text/plain"].some(isShownInline)).toBe(false);
  });
});

describe("a range of ten bytes", () => {
  it.each([
    ["bytes=0-3", { of: "part", offset: 0, length: 4 }],
    ["bytes=4-", { of: "part", offset: 4, length: 6 }],
    ["bytes=-3", { of: "part", offset: 7, length: 3 }],
    ["bytes=8-99", { of: "part", offset: 8, length: 2 }],
    ["bytes=10-", { of: "nothing" }],
    ["bytes=5-4", { of: "nothing" }],
    ["bytes=0-1,4-5", { of: "all" }],
    ["lines=1-2", { of: "all" }],
    ["bytes=-", { of: "all" }],
  ])("%s", (range, expected) => expect(rangeOf(new Headers({ range }), 10, '"f1"')).toEqual(expected));

  it("of another file is all of it", () => {
    expect(rangeOf(new Headers({ range: "bytes=0-3", "if-range": '"f2"' }), 10, '"f1"')).toEqual({ of: "all" });
  });
});
