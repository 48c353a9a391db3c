// Passwords at rest: scrypt of node:crypto with its parameters beside each hash (security.md §4, OWASP row N=2^14 r=8 p=5).
import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** `pepper`: a secret that is not in the database; `null` when none is configured. */
export interface PasswordRules {
  pepper: string | null;
  /** log2 of N; smaller only in tests. */
  ln?: number;
}

export type PasswordCheck = { match: false } | { match: true; rehash: boolean };

const CURRENT = { ln: 14, r: 8, p: 5 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** `k=1`: the password went through the pepper first. */
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2}),k=([01])\$([\w-]+)\$([\w-]+)$/;

export async function hashPassword(password: string, rules: PasswordRules): Promise<string> {
  const { r, p } = CURRENT;
  const ln = rules.ln ?? CURRENT.ln;
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(peppered(password, rules.pepper), salt, { ln, r, p });
  const k = rules.pepper === null ? 0 : 1;
  return `$scrypt$ln=${ln},r=${r},p=${p},k=${k}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** With `stored` null (no such user, no password) the same work is done before the answer is no. */
export async function checkPassword(
  password: string,
  stored: string | null,
  rules: PasswordRules,
): Promise<PasswordCheck> {
  const current = { ...CURRENT, ln: rules.ln ?? CURRENT.ln };
  const parts = stored === null ? null : STORED.exec(stored);
  if (!parts) {
    await derive(peppered(password, rules.pepper), randomBytes(SALT_BYTES), current);
    return { match: false };
  }
  const [, ln, r, p, k, salt = "", hash = ""] = parts;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(
    peppered(password, k === "1" ? rules.pepper : null),
    Buffer.from(salt, "base64url"),
    cost,
  );
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return { match: false };
  const asNow = cost.ln === current.ln && cost.r === current.r && cost.p === current.p;
  return { match: true, rehash: !asNow || (k === "1") !== (rules.pepper !== null) };
}

const peppered = (password: string, pepper: string | null): string | Buffer => {
  const text = password.normalize("NFKC");
  return pepper === null ? text : createHmac("sha256", pepper).update(text).digest();
};

function derive(password: string | Buffer, salt: Buffer, cost: typeof CURRENT): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** cost.ln, r: cost.r, p: cost.p, maxmem: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
