// An interview in the terminal, by a token and the number of a session: one message, or line by line up to the summary.
import { createRest } from "../client/rest.ts";
import { chat } from "./chat.ts";

export interface Interview {
  server: string;
  token: string;
  session: number;
  /** As which doctor, patient or hospital; as whichever fits. */
  entity: number | undefined;
  message: string | undefined;
  json: boolean;
}

export async function interview({ server, token, session, entity, message, json }: Interview): Promise<void> {
  const rest = createRest({ host: server, session: { access_token: token, refresh_token: "" } });
  await rest.interviews.get(session, entity); // refused in the words of the session's own door
  if (!json) process.stderr.write("Connected to AI Assistant. You can start chatting now.\n");
  const place = { rest, server, conversation: session, json };
  await chat(place, message, undefined, (answer) => answer.data.is_summary === true);
}
