// What the built-in assistant says: a few honest texts, chosen by the last thing a person wrote. Pure, so that an answer
// broken off by a restart goes on with the very same words.
import type { PromptMessage } from "./model.ts";

/** Says what speaks here; once in a conversation, as long as the model is shown that part of it. */
const LABEL =
  "I am Edgewise's **built-in assistant**: no language model is configured here, so I answer from a few prepared texts.";

export function builtinAnswer(messages: readonly PromptMessage[]): string {
  const asked = withoutQuote(messages.findLast(({ role }) => role === "user")?.content ?? "").trim();
  const introduced = messages.some(({ role, content }) => role === "assistant" && content.includes(LABEL));
  const reply = replyTo(asked);
  return introduced ? reply : `${LABEL}\n\n${reply}`;
}

/** What is quoted at the beginning is not what is said. */
const withoutQuote = (content: string): string => content.replace(/^(?:>.*\n)+/, "");

const REPLIES: [asked: RegExp, reply: (match: RegExpExecArray) => string][] = [
  [/\bcount (?:up )?to (\d{1,3})\b/i, (match) => count(Number(match[1]))],
  [/\b(markdown|format(ting)?|table|code block)\b/i, () => MARKDOWN],
  [/\b(api[- _]?key|configure|configuration|set ?up|openai|provider|ollama|real model)\b/i, () => SETUP],
  [/\b(help|who are you|what are you|what (can|do) you|how (do|does) (this|it|you))\b|^\?+$/i, () => HELP],
  [/^(\S+: )?(hi|hello|hey|howdy|hallo|hola|bonjour|good (morning|afternoon|evening))\b.{0,40}$/i, () => GREETING],
  [
    /^(\S+: )?(thanks?|thank you|cheers|great|bye|goodbye)\b.{0,40}$/i,
    () => "You are welcome. I am here whenever you want to try something else.",
  ],
];

function replyTo(asked: string): string {
  for (const [pattern, reply] of REPLIES) {
    const match = pattern.exec(asked);
    if (match) return reply(match);
  }
  return echo(asked);
}

const GREETING = `Hello! Whatever you write here is stored before it is answered, and everyone in this conversation sees the answer as it is written.

Ask me for **help**, for **Markdown**, how to **set up** a real model, or to **count to 100**.`;

const HELP = `Here is what you can try in this conversation:

- **Stop me** in the middle of an answer, or ask again: the earlier answer is kept.
- **Close the page** while I write and come back: the answer went on without you, and no word is missing.
- **Open a second window**, or add someone: all see the same text at the same time.
- **Restart the server** while I write: I go on where I stopped.

And this is what I understand:

1. *markdown*: headings, lists, a table and code, as they stream
2. *count to 100*: a longer answer, good for stopping
3. *set up*: how to connect a real language model`;

const SETUP = `Put one of these into the file \`.dev.vars\` and start the server again:

\`\`\`sh
# OpenAI
OPENAI_API_KEY=sk-...

# or any server that speaks its protocol, such as Ollama on this machine
OPENAI_BASE_URL=http://127.0.0.1:11434/v1
DEFAULT_MODEL=llama3.2
\`\`\`

Several providers side by side go into \`MODEL_PROVIDERS\`, as JSON; their models are then called \`name:model\`. Once one is configured, it answers new conversations in my place.`;

const MARKDOWN = `## What Markdown looks like here

Text can be **strong**, *emphasised*, ~~struck out~~ or \`code\`, and it can [point somewhere](https://commonmark.org).

1. First things first
2. Then the rest
   - with a detail
   - and another one

> A quotation stands apart from the text around it.

| Cursor | Counts | Makes whole again |
| --- | --- | --- |
| \`seq\` | events | what happened |
| \`offset\` | UTF-16 units | the answer in flight |

\`\`\`ts
function greet(name: string): string {
  return \`Hello, \${name}!\`;
}
\`\`\`

- [x] streamed word by word
- [ ] written by a language model`;

function count(to: number): string {
  const lines = Array.from({ length: Math.ceil(to / 10) }, (_, row) =>
    Array.from({ length: Math.min(10, to - row * 10) }, (_, i) => row * 10 + i + 1).join(", "),
  );
  return to === 0 ? "That was quick: 0." : `${lines.join(",\n")}.`;
}

const QUOTED = 160;

function echo(asked: string): string {
  if (asked === "") return "You have not asked anything yet. Ask me for **help**.";
  const line = Array.from(asked.replace(/\s+/g, " "));
  const quote = line.length > QUOTED ? `${line.slice(0, QUOTED - 1).join("")}…` : line.join("");
  const words = asked.split(/\s+/).length;
  return `You wrote, in ${words} ${words === 1 ? "word" : "words"}:

> ${quote}

It is stored and everyone here has it, but to answer it takes a language model. Ask me how to **set up** one, or for **help** with what works without.`;
}
