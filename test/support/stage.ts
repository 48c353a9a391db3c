// A failure test's stage: one server on the bare runtime, a scripted provider, people and conversations.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Turn } from "../../src/protocol/entities.ts";
import type { TurnListItem } from "../../src/protocol/rest.ts";
import { type FakeProvider, startFakeProvider } from "./fake-provider.ts";
import { createConversation, type Person, readTurns, signUp } from "./harness/api.ts";
import { RecordingClient } from "./harness/client.ts";
import { Random } from "./harness/random.ts";
import { until } from "./harness/until.ts";
import { harnessVariables } from "./harness/variables.ts";
import { faultLines } from "./server.ts";
import { startWorkerd, type WorkerdServer } from "./workerd.ts";

export interface Stage {
  server: WorkerdServer;
  provider: FakeProvider;
  person(name: string): Promise<Person>;
  /** A conversation of `people`, the first its owner, answered by the provider's model of that name. */
  conversation(people: Person[], model?: string): Promise<number>;
  /** A client that is live. */
  client(person: Person, conversation: number, name?: string): Promise<RecordingClient>;
  /** The conversation's last turn, once it has ended. */
  lastTurn(person: Person, conversation: number, patience?: number): Promise<TurnListItem>;
  close(): Promise<void>;
}

export async function openStage(variables: Record<string, string> = {}, { mortal = false } = {}): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), "edgewise-stage-"));
  const provider = await startFakeProvider();
  const server = await startWorkerd({ dir, mortal, vars: { ...harnessVariables(provider.url), ...variables } });
  const clients: RecordingClient[] = [];
  return {
    server,
    provider,
    person: (name) => signUp(server.url, name),
    conversation: ([owner, ...others], model) => {
      if (!owner) throw new Error("A conversation has an owner.");
      return createConversation(server.url, owner, others, model && `openai:${model}`);
    },
    async client({ token }, conversation, name = "client") {
      const random = new Random(`${name} ${conversation}`);
      const client = new RecordingClient({ name, url: server.url, token, conversation, random, onHappening: () => {} });
      clients.push(client);
      await until(() => client.live, `${name} is live`);
      return client;
    },
    async lastTurn(person, conversation, patience = 30_000) {
      let turn: TurnListItem | undefined;
      const ended = ({ ended_at }: Turn) => ended_at !== null;
      await until(
        async () => {
          turn = (await readTurns(server.url, person, conversation)).at(-1);
          return turn !== undefined && ended(turn);
        },
        `the last turn of conversation ${conversation} ended`,
        patience,
      );
      if (!turn) throw new Error("There is no turn.");
      return turn;
    },
    async close() {
      for (const client of clients) client.close();
      await server.stop();
      for (const line of faultLines(server.log)) console.error(line);
      await provider.close();
      rmSync(dir, { recursive: true });
    },
  };
}
