// Where an invitation's link leads: what it is to, and the way in.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useLocation, useParams } from "wouter";
import { ApiError } from "../../client/rest.ts";
import type { InvitationSeen } from "../../protocol/rest.ts";
import { useRefreshList } from "../queries.ts";
import { reasonOf } from "../sentence.ts";
import { rest } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";

export function Join() {
  const { code = "" } = useParams<{ code: string }>();
  const seen = useQuery({ queryKey: ["invitation", code], queryFn: () => rest.invitations.see(code), retry: false });
  useTitle(words.join.title);

  if (seen.isPending) return <p className="blank">{words.loading}</p>;
  if (seen.data) return <Invited code={code} invitation={seen.data} />;
  const closed = seen.error instanceof ApiError && seen.error.body.code === "not_found";
  return (
    <div className="blank">
      <Icon name="link" />
      <h1>{closed ? words.join.closed : words.join.failed}</h1>
      <p>{closed ? words.join.closedHint : reasonOf(seen.error)}</p>
      {closed ? (
        <Link href="/" className="button">
          {words.notFound.back}
        </Link>
      ) : (
        <Button icon="retry" onClick={() => void seen.refetch()}>
          {words.tryAgain}
        </Button>
      )}
    </div>
  );
}

function Invited({ code, invitation }: { code: string; invitation: InvitationSeen }) {
  const { title, members, role, joined, conversation_id } = invitation;
  const [, navigate] = useLocation();
  const refreshList = useRefreshList();
  const join = useMutation({
    mutationFn: () => rest.invitations.join(code),
    onSuccess(answer) {
      refreshList();
      navigate(`/c/${answer.conversation_id}`, { replace: true });
    },
  });
  return (
    <div className="blank">
      <Icon name="bubble" />
      <p>{joined ? words.join.already : words.join.invited}</p>
      <h1 dir="auto">{title ?? words.list.untitled}</h1>
      <p>
        {words.join.members(members)} {!joined && words.join.as[role]}
      </p>
      {join.error && (
        <p className="form-error" role="alert">
          {reasonOf(join.error)}
        </p>
      )}
      {joined ? (
        <Link href={`/c/${conversation_id}`} className="button button-primary">
          {words.join.open}
        </Link>
      ) : (
        <Button look="primary" disabled={join.isPending} onClick={() => join.mutate()}>
          {join.isPending ? words.join.joining : words.join.join}
        </Button>
      )}
    </div>
  );
}
