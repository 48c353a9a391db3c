// How the line stands, how quickly it answers, and the ways to cut it and take it up again.
import { Button } from "../ui/button.tsx";
import type { LineState } from "./line.ts";
import { text } from "./words.ts";

interface StateBarProps {
  state: LineState;
  latency: number | null;
  onMeasure: () => void;
  onCut: () => void;
  onResume: () => void;
  onClose: () => void;
}

/** As the conversation's own line shows it. */
const LOOKS: Record<LineState["state"], string> = {
  connecting: "connecting",
  open: "live",
  cut: "reconnecting",
  closed: "ended",
};

export function StateBar({ state, latency, onMeasure, onCut, onResume, onClose }: StateBarProps) {
  const open = state.state === "open";
  return (
    <div className="console-state">
      <p className="status-line" role="status" data-state={LOOKS[state.state]}>
        <span className="status-dot" aria-hidden="true" />
        <span>
          {text.states[state.state]}
          {open && state.resumed && ` (${text.resumed})`}
          {"reason" in state && state.reason !== "" && `: ${state.reason}`}
        </span>
      </p>
      <p className="console-latency">
        {text.latency}: <output>{latency === null ? "–" : text.milliseconds(latency)}</output>
      </p>
      <span className="console-actions">
        <Button look="quiet" disabled={!open} onClick={onMeasure}>
          {text.measure}
        </Button>
        {state.state === "cut" ? (
          <Button onClick={onResume}>{text.resume}</Button>
        ) : (
          <Button disabled={!open} onClick={onCut}>
            {text.cut}
          </Button>
        )}
        <Button disabled={state.state === "closed"} onClick={onClose}>
          {text.disconnect}
        </Button>
      </span>
    </div>
  );
}
