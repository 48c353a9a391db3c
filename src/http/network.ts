// What is kept of a client's address: only its network.

/** The network of an address: its /24 (IPv4) or /48 (IPv6). */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address.replace(/\.\d+$/, ".0/24");
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":") : [];
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, 3).join(":")}::/48`;
}
