// Tells the model's calls for a conversation's title from those for answers.
import { titlePrompt } from "../../src/conversation/turns/titles.ts";
import type { Call } from "./fake-provider.ts";

const [RULES] = titlePrompt("", "");

export const asksForTitle = ({ messages }: Call): boolean => messages[0]?.content === RULES?.content;
