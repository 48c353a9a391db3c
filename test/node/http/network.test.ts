// Networks of addresses, as the audit log keeps them.
import { expect, it } from "vitest";
import { networkOf } from "../../../src/http/network.ts";

it.each([
  ["203.0.113.77", "203.0.113.0/24"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8::6", "2001:db8:0::/48"],
  ["::1", "0:0:0::/48"],
  ["2001:db8:1:2::", "2001:db8:1::/48"],
  ["local", "local"],
])("of %s it is %s", (address, network) => expect(networkOf(address)).toBe(network));
