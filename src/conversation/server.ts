import { Server } from "partyserver";
export class ConversationServer extends Server<Env> {
  static override options = { hibernate: true };
}
