// A worker that makes one model call and tells how it went: models/openai.ts on the real runtime's own fetch.
import * as z from "zod";
import { systemClock } from "../../src/lib/clock.ts";
import { openAIModels } from "../../src/models/openai.ts";
import { asking, collect } from "./collect.ts";

const Asked = z.object({ baseUrl: z.string(), model: z.string(), abortAfter: z.int().optional() });

export default {
  /** Aborts after so many deltas, when asked to. */
  async fetch(request: Request): Promise<Response> {
    const { baseUrl, model, abortAfter } = Asked.parse(await request.json());
    const abort = new AbortController();
    let deltas = 0;
    const { text, finish, error } = await collect(
      openAIModels({ baseUrl, apiKey: "sk-test", clock: systemClock })(`openai:${model}`, model),
      asking("hello"),
      abort.signal,
      () => {
        deltas += 1;
        if (deltas === abortAfter) abort.abort();
      },
    );
    const failure = error && { code: error.code, retryable: error.retryable, message: error.message };
    return Response.json({ text, finish, failure });
  },
};
