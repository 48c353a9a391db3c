// The address of the old system's test page leads to the console, which replaces it.
import { routes } from "../context.ts";

export const testPage = routes().get("/static/socketio_test.html", (c) => c.redirect("/console"));
