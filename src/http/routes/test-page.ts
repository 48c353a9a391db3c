// Where an old client's people look for its test page: the console does what that did.
import { routes } from "../context.ts";

export const testPage = routes().get("/static/socketio_test.html", (c) => c.redirect("/console"));
