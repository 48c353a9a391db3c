// What stands beside the list while no conversation is open.
import { useCreate } from "../queries.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";

export function Home() {
  const create = useCreate();
  useTitle(words.product);
  return (
    <div className="blank">
      <Icon name="bubble" />
      <h2>{words.home.title}</h2>
      <p>{words.home.body}</p>
      <Button look="primary" icon="plus" disabled={create.isPending} onClick={() => create.mutate()}>
        {words.home.start}
      </Button>
    </div>
  );
}
