// Reads a model's stream to its end, however it ends.
import { type Model, ModelError, type ModelPart, type ModelRequest } from "../../src/models/model.ts";

export interface Collected {
  texts: string[];
  text: string;
  finish: Extract<ModelPart, { type: "finish" }> | null;
  /** The ModelError it threw; anything else is thrown on. */
  error: ModelError | null;
}

export const asking = (content: string, partial = ""): ModelRequest => ({
  messages: [{ role: "user", content }],
  partial,
  temperature: null,
});

export async function collect(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
  onText: (text: string) => void = () => {},
): Promise<Collected> {
  const texts: string[] = [];
  let finish: Collected["finish"] = null;
  let error: ModelError | null = null;
  try {
    for await (const part of model.stream(request, signal)) {
      if (finish) throw new Error("a part came after finish");
      if (part.type === "finish") finish = part;
      else if (part.type === "text") {
        texts.push(part.text);
        onText(part.text);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof ModelError)) throw thrown;
    error = thrown;
  }
  return { texts, text: texts.join(""), finish, error };
}
