// Shows HTML in Markdown as the text it is: sanitising would drop its tags without a word.

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** A remark plugin. */
export const htmlAsText = () => (tree: Node) => {
  for (const child of tree.children ?? []) if (child.type === "html") asParagraph(child);
  inside(tree);
};

/** A block of HTML. */
function asParagraph(node: Node): void {
  node.type = "paragraph";
  node.children = [{ type: "text", value: node.value ?? "" }];
}

function inside(node: Node): void {
  if (node.type === "html") node.type = "text";
  for (const child of node.children ?? []) inside(child);
}
