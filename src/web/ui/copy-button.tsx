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

  return (
    <>
      <IconButton
        icon={copied ? "check" : "copy"}
        label={copied ? words.copied : label}
        onClick={async () => setCopied(await copyText(text()))}
      />
      <span className="visually-hidden" role="status">
        {copied ? words.copied : ""}
      </span>
    </>
  );
}

/** Whether it is in the clipboard; if not, that is said at the foot of the page. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast(words.errors.copyFailed); // refused, or no clipboard: plain http on another host has none
    return false;
  }
}
