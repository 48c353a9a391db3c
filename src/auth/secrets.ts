// Secrets that we make: shown once, kept only as SHA-256, which is enough for 256 random bits.
import { createHash, randomBytes } from "node:crypto";

export const newSecret = (): string => randomBytes(32).toString("base64url");

export const secretHash = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/** A password for somebody who will get it from an administrator: 120 bits, without what one must ask for. */
export const newPassword = (): string => randomBytes(15).toString("base64url");
