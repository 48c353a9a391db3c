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
  /** A session that sends no CONNECT for so long is closed. */
  connectMs: 45_000,
  /** A WebSocket that wants to take a polling session over must do so within this time. */
  probeMs: 10_000,
  probeNoopMs: 100,
  /** For so long the next GET of a polling session that has ended is told why. */
  farewellMs: 30_000,
  sessions: 1_000,
  /** Sessions of one address that have not sent a CONNECT yet. */
  silentSessions: 20,
  /** Conversations a socket follows. */
  follows: 64,
  /** Messages of a socket by which it is known as their sender. */
  said: 32,
  /** Packets that wait while the CONNECT of their namespace is being checked. */
  heldPackets: 32,
  recoveryMs: 120_000,
  /** Packets older than this count as received: sockets come back within `recoveryMs` or not at all. */
  arrivedMs: 300_000,
} as const;
