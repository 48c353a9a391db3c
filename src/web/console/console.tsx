// The console: connects in any of six ways, sends any event, and shows what goes over the line.
import { useEffect, useReducer, useRef, useState } from "react";
import { Link } from "wouter";
import { Logo } from "../ui/icon.tsx";
import { useTitle } from "../ui/use-title.ts";
import { ConnectionForm } from "./connection-form.tsx";
import { DIALECTS, type DialectName, type Places } from "./dialects.ts";
import { EventForm } from "./event-form.tsx";
import type { Line, LineOptions, LineState } from "./line.ts";
import { Log } from "./log.tsx";
import { type Entry, roomIn, withEntry, withoutSecret } from "./log-book.ts";
import { openLine, type Setup } from "./open-line.ts";
import { SignIn } from "./sign-in.tsx";
import { StateBar } from "./state-bar.tsx";
import { UploadForm } from "./upload-form.tsx";
import { text } from "./words.ts";

const NO_ROOM = "room_00000000-0000-4000-8000-000000000000";

export function Console() {
  useTitle(text.title);
  const [host, setHost] = useState(location.origin);
  const [token, setToken] = useState("");
  const [dialect, setDialect] = useState<DialectName>("native");
  const [places, setPlaces] = useState<Places>(() => ({
    conversation: 0,
    project: 0,
    room: NO_ROOM,
    client_id: newId(),
  }));
  const [state, setState] = useState<LineState>({ state: "closed", reason: "" });
  const [latency, setLatency] = useState<number | null>(null);
  const [book, write] = useReducer(change, []);
  const line = useRef<Line | null>(null);

  const record: LineOptions["onPacket"] = (direction, raw, size) =>
    write({ at: Date.now(), direction, raw: withoutSecret(raw, token), size });
  const connect = (setup: Setup) => {
    line.current?.close();
    setLatency(null);
    line.current = openLine({
      ...setup,
      host,
      token,
      dialect,
      conversation: places.conversation,
      onLatency: setLatency,
      onPacket(direction, raw, size) {
        record(direction, raw, size);
        const room = direction === "in" ? roomIn(raw) : null;
        if (room) setPlaces((known) => ({ ...known, room }));
      },
      onState(next) {
        setState(next);
        write({ at: Date.now(), direction: "note", raw: sayings(next), size: 0 });
      },
    });
  };

  useEffect(() => () => line.current?.close(), []);

  const open = state.state === "open";
  return (
    <main className="console">
      <header className="console-head">
        <Logo />
        <div>
          <h1>{text.title}</h1>
          <p>{text.lead}</p>
        </div>
        <Link href="/">{text.home}</Link>
      </header>
      <div className="console-body">
        <div className="console-side">
          <SignIn host={host} onHost={setHost} token={token} onToken={setToken} />
          <ConnectionForm
            host={host}
            token={token}
            dialect={dialect}
            onDialect={setDialect}
            places={places}
            onPlaces={setPlaces}
            busy={state.state === "open" || state.state === "connecting" || state.state === "cut"}
            onConnect={connect}
          />
          <EventForm
            key={dialect}
            examples={DIALECTS[dialect].examples(places)}
            acknowledges={dialect !== "native"}
            open={open}
            onSend={(event, payload, acknowledge) => {
              line.current?.send(event, payload, acknowledge);
              setPlaces({ ...places, client_id: newId() });
            }}
          />
          {dialect === "file_rooms" && (
            <UploadForm host={host} token={token} conversation={places.conversation} onPacket={record} />
          )}
        </div>
        <div className="console-main">
          <StateBar
            state={state}
            latency={latency}
            onMeasure={() => line.current?.send(DIALECTS[dialect].probe.event, DIALECTS[dialect].probe.payload, true)}
            onCut={() => line.current?.cut()}
            onResume={() => line.current?.resume()}
            onClose={() => line.current?.close()}
          />
          <Log book={book} onClear={() => write("clear")} />
        </div>
      </div>
    </main>
  );
}

const newId = (): string => crypto.randomUUID();

const change = (book: readonly Entry[], entry: Omit<Entry, "n"> | "clear"): readonly Entry[] =>
  entry === "clear" ? [] : withEntry(book, entry);

function sayings(state: LineState): string {
  const said = text.states[state.state];
  if (state.state === "open") return state.resumed ? `${said}: ${state.id}, ${text.resumed}` : `${said}: ${state.id}`;
  return "reason" in state && state.reason !== "" ? `${said}: ${state.reason}` : said;
}
