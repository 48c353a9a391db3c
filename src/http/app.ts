// The HTTP application: middleware in the order that matters, then the routes, then what is left.
import { Accounts } from "../auth/accounts.ts";
import { Administration } from "../auth/administration.ts";
import { createAuthentication } from "../auth/authentication.ts";
import { Services } from "../auth/services.ts";
import type { Config } from "../env.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { Rates } from "../lib/rates.ts";
import { type Catalogue, createCatalogue } from "../models/catalogue.ts";
import { LIMITS } from "../protocol/limits.ts";
import { routes } from "./context.ts";
import { audit } from "./middleware/audit.ts";
import { boundedJson } from "./middleware/body.ts";
import { cors } from "./middleware/cors.ts";
import { onFault } from "./middleware/faults.ts";
import { metered } from "./middleware/metered.ts";
import { noDemoUser } from "./middleware/no-demo-user.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { ReadinessProbe } from "./readiness.ts";
import { Reporter } from "./reporter.ts";
import { adminAudit } from "./routes/admin-audit.ts";
import { adminMetrics } from "./routes/admin-metrics.ts";
import { adminUsers } from "./routes/admin-users.ts";
import { apiDocument } from "./routes/api-document.ts";
import { auth } from "./routes/auth.ts";
import { conversations } from "./routes/conversations.ts";
import { directories } from "./routes/directory.ts";
import { documents } from "./routes/documents.ts";
import { events } from "./routes/events.ts";
import { exporting } from "./routes/exports.ts";
import { files } from "./routes/files.ts";
import { health } from "./routes/health.ts";
import { inbox } from "./routes/inbox.ts";
import { interviewSocket } from "./routes/interview-socket.ts";
import { interviews } from "./routes/interviews.ts";
import { invitations } from "./routes/invitations.ts";
import { keys } from "./routes/keys.ts";
import { me } from "./routes/me.ts";
import { members } from "./routes/members.ts";
import { messages } from "./routes/messages.ts";
import { metrics } from "./routes/metrics.ts";
import { models as modelList } from "./routes/models.ts";
import { projectMemberships } from "./routes/project-members.ts";
import { projects } from "./routes/projects.ts";
import { protocol } from "./routes/protocol.ts";
import { searches } from "./routes/search.ts";
import { socket } from "./routes/socket.ts";
import { socketIo } from "./routes/socket-io.ts";
import { summaries } from "./routes/summaries.ts";
import { testPage } from "./routes/test-page.ts";
import { tickets } from "./routes/tickets.ts";
import { turns } from "./routes/turns.ts";
import { uploads } from "./routes/uploads.ts";
import { users } from "./routes/users.ts";
import { unmatched } from "./unmatched.ts";

/** One application for each configuration; the isolate's caches live in it. */
export function createApp(config: Config, clock: Clock = systemClock) {
  const authentication = createAuthentication(config, clock);
  const accounts = new Accounts(config, clock);
  const administration = new Administration(accounts, clock);
  const services = new Services(clock);
  const reporter = new Reporter(clock);
  const requests = new Rates(clock, LIMITS.requestsPerMinute);
  const searching = new Rates(clock, LIMITS.searchesPerMinute);
  const refusals = new Rates(clock, LIMITS.refusedHandshakesPerMinute);
  const joins = new Rates(clock, LIMITS.joinsPerMinute);
  const readiness = new ReadinessProbe(config, clock);
  const app = routes();
  app.onError(onFault);
  let models: Catalogue | undefined;
  app.use(async (c, next) => {
    models ??= createCatalogue(config, c.env, clock);
    c.set("models", models);
    c.set("config", config);
    c.set("clock", clock);
    c.set("auth", authentication);
    c.set("accounts", accounts);
    c.set("administration", administration);
    c.set("services", services);
    c.set("reporter", reporter);
    c.set("requests", requests);
    c.set("searches", searching);
    c.set("refusals", refusals);
    c.set("joins", joins);
    c.set("readiness", readiness);
    await next();
  });
  app.use(metered, requestLog, audit, securityHeaders, cors, noDemoUser(), boundedJson);

  app
    .route("/", health)
    .route("/", auth)
    .route("/", me)
    .route("/", users)
    .route("/", adminUsers)
    .route("/", adminMetrics)
    .route("/", adminAudit)
    .route("/", keys)
    .route("/", metrics)
    .route("/", tickets)
    .route("/", conversations)
    .route("/", members)
    .route("/", invitations)
    .route("/", messages)
    .route("/", turns)
    .route("/", interviews)
    .route("/", summaries)
    .route("/", directories)
    .route("/", projects)
    .route("/", projectMemberships)
    .route("/", documents)
    .route("/", uploads)
    .route("/", files)
    .route("/", searches)
    .route("/", exporting)
    .route("/", events)
    .route("/", modelList)
    .route("/", socket)
    .route("/", inbox)
    .route("/", socketIo)
    .route("/", interviewSocket)
    .route("/", protocol)
    .route("/", testPage);

  app.route("/", apiDocument(app.openAPIRegistry));
  app.notFound(unmatched(app.routes));
  return app;
}
