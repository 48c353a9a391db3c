// When a message is addressed to the assistant: in the mode `mention` it answers only those.

export const mentionsAssistant = (content: string): boolean => /(^|\s)@assistant\b/i.test(content);
