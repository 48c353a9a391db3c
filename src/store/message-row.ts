// A message as a row: the same columns in D1 and in the conversation's object.
import * as z from "zod";
import { iso } from "../lib/clock.ts";
import { type Message, MessageFile } from "../protocol/entities.ts";

const maybe = z.number().nullable();
const json = z.string().transform((text) => JSON.parse(text) as unknown);

export const MessageRow = z.object({
  id: z.int(),
  role: z.enum(["user", "assistant", "system", "tool"]),
  user_id: maybe,
  name: z.string().nullable(),
  content: z.string(),
  data: json.pipe(z.record(z.string(), z.unknown())),
  files: json.pipe(z.array(MessageFile)),
  turn_id: maybe,
  reply_to: maybe,
  client_id: z.string().nullable(),
  answer_id: maybe,
  created_at: z.number(),
  edited_at: maybe,
  deleted_at: maybe,
});

/** The row as clients see it. */
export const messageOf = ({
  user_id,
  name,
  files,
  answer_id,
  created_at,
  edited_at,
  deleted_at,
  ...row
}: z.infer<typeof MessageRow>): Message => ({
  ...row,
  author: user_id === null ? null : { user_id, name: name ?? "" },
  files,
  ...(answer_id === null ? {} : { answer_id }),
  created_at: iso(created_at),
  ...(edited_at === null ? {} : { edited_at: iso(edited_at) }),
  ...(deleted_at === null ? {} : { deleted_at: iso(deleted_at) }),
});
