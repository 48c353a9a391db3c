// The page's routes: the log-in for nobody, the list and a conversation for somebody.
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useRoute, useSearch } from "wouter";
import { Home } from "./routes/home.tsx";
import { Join } from "./routes/join.tsx";
import { LogIn } from "./routes/log-in.tsx";
import { NotFound } from "./routes/not-found.tsx";
import { Reset } from "./routes/reset.tsx";
import { returnAddress } from "./routes/return-address.ts";
import { Shell } from "./routes/shell.tsx";
import { SignUp } from "./routes/sign-up.tsx";
import { reasonOf } from "./sentence.ts";
import { UserProvider, useSession, useUser } from "./session/session.tsx";
import { Button } from "./ui/button.tsx";
import { words } from "./words.ts";

// A conversation brings the socket client and Markdown with it: half of the code, not needed to log in.
const loadConversation = () => import("./routes/conversation.tsx");
const ConversationRoute = lazy(async () => ({ default: (await loadConversation()).ConversationRoute }));

const ADMINISTRATION = /^\/admin(\/users)?\/?$/;
const Administration = lazy(async () => ({ default: (await import("./admin/administration.tsx")).Administration }));

const Console = lazy(async () => ({ default: (await import("./console/console.tsx")).Console }));

export function App() {
  return (
    <Suspense fallback={<p className="blank full">{words.loading}</p>}>
      <Switch>
        <Route path="/reset" component={Reset} />
        <Route path="/console" component={Console} />
        <Route component={Entry} />
      </Switch>
    </Suspense>
  );
}

function Entry() {
  const session = useSession();
  if (session.isPending) return <p className="blank full">{words.loading}</p>;
  if (session.isError)
    return (
      <main className="blank full">
        <h1>{words.product}</h1>
        <p>{reasonOf(session.error)}</p>
        <Button icon="retry" onClick={() => void session.refetch()}>
          {words.tryAgain}
        </Button>
      </main>
    );
  if (!session.data)
    return (
      <Switch>
        <Route path="/signup" component={SignUp} />
        <Route component={LogIn} />
      </Switch>
    );
  return (
    <UserProvider value={session.data}>
      <Inside />
    </UserProvider>
  );
}

function Inside() {
  const [onConversation, params] = useRoute("/c/:id");
  const id = onConversation && /^[1-9]\d{0,14}$/.test(params.id) ? Number(params.id) : null;
  const [invited] = useRoute("/join/:code");
  // Nobody else is told that it exists.
  const administers = useUser().role === "admin";
  const [administering] = useRoute(ADMINISTRATION);
  useEffect(() => void loadConversation(), []);
  return (
    <Shell openId={id} screen={id !== null || invited || (administers && administering) ? "main" : "list"}>
      <Suspense fallback={<p className="blank">{words.loading}</p>}>
        {id !== null ? (
          <ConversationRoute key={id} id={id} />
        ) : (
          <Switch>
            <Route path="/" component={Home} />
            <Route path="/signup" component={Return} />
            <Route path="/join/:code" component={Join} />
            {administers && <Route path={ADMINISTRATION} component={Administration} />}
            <Route component={NotFound} />
          </Switch>
        )}
      </Suspense>
    </Shell>
  );
}

/** Somebody new, to where they wanted to go. */
const Return = () => <Redirect to={returnAddress(useSearch())} replace />;
