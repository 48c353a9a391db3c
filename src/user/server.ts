import { Server } from "partyserver";
export class UserServer extends Server<Env> {
  static override options = { hibernate: true };
}
