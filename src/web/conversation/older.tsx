// The upper end of the timeline: loads the page before when it comes into view; a button too, for keyboards.
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { words } from "../words.ts";

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
  const onShown = useEffectEvent(() => void loadOnce());

  useEffect(() => {
    if (!older || !place.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onShown();
      },
      { root: place.current.closest(".timeline"), rootMargin: "300px 0px 0px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [older]);

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
