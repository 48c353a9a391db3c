// The connection's state in words, and a banner when the conversation is closed for good.
import { useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../../client/types.ts";
import { CLOSE } from "../../protocol/errors.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";

export function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}

export function StatusLine({ status }: { status: ConnectionStatus }) {
  const online = useOnline();
  const state = status.state !== "ended" && !online ? "offline" : status.state;
  return (
    <p className="status-line" role="status" data-state={state}>
      <span className="status-dot" aria-hidden="true" />
      <span className="status-words">{state === "ended" ? "" : words.status[state]}</span>
    </p>
  );
}

export function EndedBanner({ status, onLogIn }: { status: ConnectionStatus; onLogIn: () => void }) {
  if (status.state !== "ended") return null;
  const session = status.code === CLOSE.unauthorized;
  return (
    <div className="banner" role="alert">
      <p>{endedWords(status.code)}</p>
      {session ? (
        <Button look="primary" onClick={onLogIn}>
          {words.status.logIn}
        </Button>
      ) : (
        status.code !== CLOSE.removed &&
        status.code !== CLOSE.erased && <Button onClick={() => location.reload()}>{words.status.reload}</Button>
      )}
    </div>
  );
}

function endedWords(code: number): string {
  if (code === CLOSE.unauthorized) return words.status.sessionEnded;
  if (code === CLOSE.removed) return words.status.removed;
  if (code === CLOSE.erased) return words.status.erased;
  if (code === CLOSE.connections) return words.status.tooMany;
  return words.status.closed;
}
