// Renders a model's Markdown: sanitised, no raw HTML, no remote image, links leave by a new tab.
import { memo, type ReactElement, type ReactNode, useEffect, useMemo, useState } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";
import { words } from "../words.ts";
import { htmlAsText } from "./html-as-text.ts";
import { createSplitter, endOfSlice } from "./markdown-blocks.ts";

export const Markdown = memo(function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const [split] = useState(createSplitter);
  const blocks = useMemo(() => split(text, growing), [split, text, growing]);
  const [rendered, setRendered] = useState(0);
  const end = endOfSlice(blocks, rendered);
  useEffect(() => {
    if (end >= blocks.length) return;
    const timer = setTimeout(() => setRendered(end), 0);
    return () => clearTimeout(timer);
  }, [end, blocks.length]);
  return (
    <div className="markdown">
      {blocks.slice(0, end).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended
        <Block key={index} text={block} />
      ))}
    </div>
  );
});

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={REMARK} rehypePlugins={REHYPE} components={COMPONENTS}>
      {text}
    </ReactMarkdown>
  );
});

const REMARK = [remarkGfm, htmlAsText];
const REHYPE = [rehypeSanitize];
const COMPONENTS: Components = {
  a: ({ href, children }) => <OutsideLink href={href}>{children}</OutsideLink>,
  // An image would tell its host what was read here (security.md §6): it is offered, never loaded.
  img: ({ src, alt }) => (
    <OutsideLink href={typeof src === "string" ? src : undefined}>
      <Icon name="image" />
      {words.conversation.image(alt ?? "")}
    </OutsideLink>
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, also by keyboard
    <div className="table-scroll" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  // Headings inside an answer stay below the page's own h1 and the message's h2.
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
};

function OutsideLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (!href || !/^(https?:|mailto:)/i.test(href)) return <span className="dead-link">{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function CodeBlock({ children }: { children: ReactNode }) {
  const { code, language } = codeOf(children);
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language}</span>
        <CopyButton label={words.conversation.copyCode} text={() => code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard */}
      <pre tabIndex={0}>{children}</pre>
    </figure>
  );
}

interface CodeProps {
  className?: string;
  children?: ReactNode;
}

/** The text and language of the `<code>` that react-markdown puts inside a `<pre>`. */
function codeOf(children: ReactNode): { code: string; language: string } {
  const element = Array.isArray(children) ? children[0] : children;
  if (!isCode(element)) return { code: "", language: "" };
  const { className = "", children: code } = element.props;
  return { code: String(code ?? "").replace(/\n$/, ""), language: /language-(\S+)/.exec(className)?.[1] ?? "" };
}

const isCode = (node: ReactNode): node is ReactElement<CodeProps> =>
  typeof node === "object" && node !== null && "props" in node;
