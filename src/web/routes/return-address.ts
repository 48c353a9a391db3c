// Where somebody wanted to go before they had to log in or sign up: carried in the address, and never elsewhere; pure.

/** The address of the sign-up that leads back to `path`. */
export const signUpFrom = (path: string): string =>
  path === "/" ? "/signup" : `/signup?next=${encodeURIComponent(path)}`;

/** The page of ours that `search` names, else the start. */
export function returnAddress(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : "/";
}
