// Every limit a client can meet, in one file (protocol.md "Limits", reliability.md §5).

export const LIMITS = {
  /** A message's text, UTF-8 bytes. */
  messageBytes: 64 * 1024,
  /** A native frame from a client, UTF-8 bytes. */
  frameBytes: 256 * 1024,
  /** Messages in one frame to a client, UTF-8 bytes; one larger message still travels whole. */
  frameOut: 240 * 1024,
  /** An answer's text, UTF-16 units: even as 3-byte UTF-8 it stays below the 2 MB row limit. */
  answerLength: 512 * 1024,
  filesPerMessage: 10,
  /** A request with files, bytes. */
  uploadBytes: 64 * 1024 * 1024,
  /** Of one user: uploaded in an hour, and stored in all, bytes. */
  filesPerHour: 60,
  filesOfUser: 1024 ** 3,
  /** Turns waiting behind the running one. */
  queuedTurns: 8,
  /** Turns of one user that run at the same time, in all conversations. */
  turnsPerUser: 5,
  members: 250,
  /** Open ones of one conversation. */
  invitations: 50,
  socketsPerConversation: 1_000,
  socketsPerUser: 10,
  clientId: 64,
  title: 200,
  instructions: 16_000,
  history: 200,
  snapshotMessages: 50,
  /** Replay at most this many events and this much text, else a snapshot. */
  replayEvents: 1_000,
  replayBytes: 1_000_000,
  jsonDepth: 32,
  jsonKeys: 1_000,
  /** Of one user over HTTP. */
  searchesPerMinute: 60,
  requestsPerMinute: 600,
  /** Of one user, by invitations. */
  joinsPerMinute: 20,
  /** Of one address; those that succeed do not count. */
  refusedHandshakesPerMinute: 60,
  /** Commands of one socket: a steady rate a second and a burst. */
  socketCommands: { perSecond: 20, burst: 40 },
  conversationCommands: { perSecond: 100, burst: 200 },
  /** Frames without known shape in ten seconds, after which the socket is closed. */
  badFrames: { count: 10, windowMs: 10_000 },
  /** What may be unread before the server stops sending to a socket. */
  /** `mostBytes` also counts answers to commands: a whole replay and a window go in. */
  window: { bytes: 256 * 1024, frames: 500, proofMs: 30_000, mostBytes: 1_500_000 },
  /** A socket from which nothing came for so long is closed. */
  silentMs: 60_000,
  typingMs: 6_000,
  presenceMs: 250,
  readsMs: 1_000,
} as const;
