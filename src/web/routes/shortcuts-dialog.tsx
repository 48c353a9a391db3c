// What the keyboard can do.
import { Dialog } from "../ui/dialog.tsx";
import { words } from "../words.ts";

export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog title={words.shortcuts.title} open={open} onOpenChange={onOpenChange}>
      <dl className="shortcuts">
        {words.shortcuts.rows.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
