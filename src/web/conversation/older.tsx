// The upper end of the timeline: loads the page before when it comes into view; a button too, for keyboards.
import { useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { useShown } from "../ui/use-shown.ts";
import { words } from "../words.ts";

const NEAR_TOP = { box: ".timeline", margin: "300px 0px 0px" };

export function Older({ older, load }: { older: boolean; load: () => Promise<void> }) {
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
  useShown(place, older, NEAR_TOP, () => void loadOnce());

  return (
    <div className="older" ref={place}>
      {older ? (
        <Button look="quiet" disabled={loading} onClick={() => void loadOnce()}>
          {loading ? words.conversation.loadingOlder : words.conversation.older}
        </Button>
      ) : (
        <p>{words.conversation.start}</p>
      )}
    </div>
  );
}
