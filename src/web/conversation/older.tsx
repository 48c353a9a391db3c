// Where messages are not loaded: loads a page of them when the place comes near; buttons too, for keyboards.
import { useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { useShown } from "../ui/use-shown.ts";
import { words } from "../words.ts";
import { useRowActions } from "./row-actions.ts";

const NEAR_TOP = { box: ".timeline", margin: "300px 0px 0px" };
const NEAR_END = { box: ".timeline", margin: "0px 0px 300px" };

/** The upper end of the timeline. */
export function Older({ older }: { older: boolean }) {
  const { loadOlder } = useRowActions();
  return (
    <div className="older">
      {older ? (
        <Loader near={NEAR_TOP} label={words.conversation.older} load={() => loadOlder()} />
      ) : (
        <p>{words.conversation.start}</p>
      )}
    </div>
  );
}

/** Between two messages; whoever comes from above goes on there, and whoever comes from below as well. */
export function Gap({ after, before }: { after: number; before: number }) {
  const { loadOlder, loadNewer } = useRowActions();
  return (
    <div className="older gap">
      <Loader near={NEAR_END} label={words.conversation.later} load={() => loadNewer(after)} />
      <Loader near={NEAR_TOP} label={words.conversation.older} load={() => loadOlder(before)} />
    </div>
  );
}

interface LoaderProps {
  near: typeof NEAR_TOP;
  label: string;
  load: () => Promise<void>;
}

function Loader({ near, label, load }: LoaderProps) {
  const place = useRef<HTMLDivElement>(null);
  const [loading, setLoading] = useState(false);
  const loadOnce = async () => {
    if (loading) return;
    setLoading(true);
    try {
      await load();
    } catch {
      // Away just now: the button stays for another try.
    } finally {
      setLoading(false);
    }
  };
  useShown(place, true, near, () => void loadOnce());

  return (
    <div ref={place}>
      <Button look="quiet" disabled={loading} onClick={() => void loadOnce()}>
        {loading ? words.conversation.loadingMore : label}
      </Button>
    </div>
  );
}
