// Makes the link by which a user sets a new password, and shows it once.
import type { ManagedUser } from "../../protocol/admin.ts";
import { shortTime } from "../conversation/time.ts";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { words } from "../words.ts";
import { ToldOnce } from "./told-once.tsx";
import { useResetLink } from "./use-users.ts";
import { text } from "./words.ts";

const { people } = text;

export function ResetLinkDialog({ user, onClose }: { user: ManagedUser; onClose: () => void }) {
  const { mutate, data, error, isPending } = useResetLink(user.id);
  return (
    <Dialog title={people.resetTitle(user.name)} description={people.resetBody} open onOpenChange={onClose}>
      {data && (
        <ToldOnce label={people.linkUntil(shortTime(data.expires_at))} copy={people.copyLink} value={data.url} />
      )}
      {error && (
        <p className="form-error" role="alert">
          {reasonOf(error)}
        </p>
      )}
      <div className="form-actions">
        {data ? (
          <Button look="primary" onClick={onClose}>
            {people.done}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{words.cancel}</Button>
            <Button look="primary" disabled={isPending} onClick={() => mutate()}>
              {isPending ? people.busy : people.makeLink}
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}
