// Links that open one file without a log-in, for a day. Each conversation signs with a key of its own, which is replaced when
// somebody is removed from it: that ends all links given before.
import { createHmac, timingSafeEqual } from "node:crypto";

const LINK_S = 24 * 3_600;

export interface LinkProof {
  /** Epoch seconds. */
  expires: number;
  signature: string;
}

const signature = (secret: string, fileId: number, expires: number): string =>
  createHmac("sha256", secret)
    .update(JSON.stringify([fileId, expires]))
    .digest("base64url");

/** `base`: the address of the server; `now`: epoch ms. */
export function signLink(secret: string, base: string, fileId: number, now: number): string {
  const expires = Math.floor(now / 1000) + LINK_S;
  const query = new URLSearchParams({ expires: String(expires), signature: signature(secret, fileId, expires) });
  return `${base}/api/v1/files/${fileId}?${query}`;
}

export function provesLink(secret: string, fileId: number, proof: LinkProof, now: number): boolean {
  const [expected, given] = [signature(secret, fileId, proof.expires), proof.signature].map((text) =>
    Buffer.from(text),
  );
  if (!expected || !given || expected.length !== given.length) return false;
  return timingSafeEqual(expected, given) && proof.expires * 1000 > now;
}
