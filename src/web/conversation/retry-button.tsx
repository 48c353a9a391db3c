// Asks the model to answer a question again; where several models are set up, one of them can be chosen.
import { useModels } from "../queries.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import { words } from "../words.ts";
import { useRowActions } from "./row-actions.ts";

/** Where there is no whole answer: what to do next. */
export function TryAgain({ questionId }: { questionId: number }) {
  const { retry } = useRowActions();
  const models = useUsableModels();
  return (
    <>
      <Button icon="retry" onClick={() => retry(questionId)}>
        {words.tryAgain}
      </Button>
      {models !== null && models.length > 1 && (
        <Menu trigger={<IconButton icon="model" label={words.turn.otherModel} />}>
          <ModelItems models={models} questionId={questionId} />
        </Menu>
      )}
    </>
  );
}

/** Where there is one. */
export function AskAgain({ questionId }: { questionId: number }) {
  const { retry } = useRowActions();
  const models = useUsableModels();
  // Until the models are known there may be a choice: a click must not ask before it was offered.
  if (models !== null && models.length < 2)
    return <IconButton icon="retry" label={words.turn.again} onClick={() => retry(questionId)} />;
  return (
    <Menu trigger={<IconButton icon="retry" label={words.turn.again} />}>
      <MenuItem icon="retry" onSelect={() => retry(questionId)}>
        {words.turn.sameModel}
      </MenuItem>
      <MenuLine />
      <ModelItems models={models ?? []} questionId={questionId} />
    </Menu>
  );
}

function ModelItems({ models, questionId }: { models: readonly string[]; questionId: number }) {
  const { retry } = useRowActions();
  return models.map((name) => (
    <MenuItem key={name} icon="model" onSelect={() => retry(questionId, name)}>
      {name}
    </MenuItem>
  ));
}

/** Null until they are known; none when they cannot be. */
function useUsableModels(): string[] | null {
  const models = useModels();
  if (models.isPending) return null;
  return models.data?.flatMap(({ name, configured }) => (configured ? [name] : [])) ?? [];
}
