// Every limit of the gateway in one place (gateway.md, "Limits").
export const GATEWAY = {
  /** Both told to the client at the handshake. */
  pingIntervalMs: 25_000,
  pingTimeoutMs: 20_000,
  /** POST body and WebSocket frame, bytes. */
  maxPayload: 1_000_000,
  /** What a polling session may have unfetched, UTF-16 units or bytes. */
  pollingBuffer: 1_048_576,
  /** What the client of a WebSocket may have unread; a ping asks for proof at a quarter. UTF-16 units or bytes. */
  unread: 1_500_000,
  /** No CONNECT within it: closed. */
  connectMs: 45_000,
  /** A WebSocket that is tried takes over within it. */
  probeMs: 10_000,
  probeNoopMs: 100,
  /** A session that ended while no GET waited is told at the next one within it. */
  farewellMs: 30_000,
  sessions: 1_000,
  /** Of one address, without a CONNECT. */
  silentSessions: 20,
  /** Conversations a socket follows. */
  follows: 64,
  /** Packets of a namespace whose CONNECT is being checked. */
  heldPackets: 32,
  recoveryMs: 120_000,
  /** What was sent before that has arrived: who had no transport for longer cannot come back. */
  arrivedMs: 300_000,
} as const;
