// Copies text and says so for two seconds, in the picture and to screen readers.
import { useEffect, useState } from "react";
import { words } from "../words.ts";
import { IconButton } from "./button.tsx";
import { toast } from "./toast.tsx";

const SHOWN_MS = 2_000;

export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setCopied(true);
    } catch {
      toast(words.errors.copyFailed); // refused, or no clipboard: plain http on another host has none
    }
  };

  return (
    <>
      <IconButton icon={copied ? "check" : "copy"} label={copied ? words.copied : label} onClick={copy} />
      <span className="visually-hidden" role="status">
        {copied ? words.copied : ""}
      </span>
    </>
  );
}
