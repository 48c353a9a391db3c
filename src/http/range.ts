// Which part of a file a request wants (RFC 9110 §14): one range of bytes, or all of it.
export type Range = { of: "all" } | { of: "part"; offset: number; length: number } | { of: "nothing" };

/** `if-range` names the file as the client knows it; another one is sent whole. */
export function rangeOf(headers: Headers, size: number, etag: string): Range {
  const known = headers.get("if-range");
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.get("range") ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "") || (known !== null && known !== etag))
    return { of: "all" };
  const offset = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  return offset < end ? { of: "part", offset, length: end - offset } : { of: "nothing" };
}
