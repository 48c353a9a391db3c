// Starts the page.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Tooltip } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "../client/rest.ts";
import { App } from "./app.tsx";
import { endSessionOn } from "./session/session.tsx";
import { applyTheme } from "./theme.ts";
import { CrashScreen } from "./ui/crash-screen.tsx";
import "./styles/index.css";

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // A refresh in the background throws nobody out: the next thing asked for does, or the open conversation says it.
    onError(error, query) {
      if (query.state.data === undefined) endSessionOn(client, error);
    },
  }),
  mutationCache: new MutationCache({ onError: (error) => endSessionOn(client, error) }),
  defaultOptions: {
    // A refusal is an answer: only what never reached the server, or failed there, is asked again.
    queries: { retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || isPassing(error)) },
  },
});

const isPassing = (error: ApiError): boolean => error.status === 0 || error.status >= 500;

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
applyTheme();
createRoot(root).render(
  <StrictMode>
    <CrashScreen>
      <QueryClientProvider client={client}>
        <Tooltip.Provider delayDuration={500}>
          <App />
        </Tooltip.Provider>
      </QueryClientProvider>
    </CrashScreen>
  </StrictMode>,
);
