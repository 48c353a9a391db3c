// Every word that the page shows, in one table: a second language is a second table of type `typeof words`.

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** Why a turn failed, by error code; another code shows the server's own sentence. */
const reasons: Partial<Record<string, string>> = {
  model_unavailable: "The model could not be reached. Try again in a moment.",
  rate_limited: "Too many requests just now. Wait a little and try again.",
  quota_exceeded: "The token limit for today is used up. It starts anew tomorrow.",
  unavailable: "Something this answer needs is away. Try again in a moment.",
  too_large: "The conversation is too long for this model. Choose another model in the settings.",
};

export const words = {
  product: "Edgewise",
  tagline: "Conversations with people and AI models that survive every dropped connection.",
  assistant: "Assistant",
  skipToConversation: "Skip to the conversation",
  skipToMain: "Skip the list",
  cancel: "Cancel",
  save: "Save",
  saving: "Saving…",
  close: "Close",
  copied: "Copied",
  tryAgain: "Try again",
  dismiss: "Dismiss",
  loading: "Loading…",
  you: "You",

  logIn: {
    title: "Log in to Edgewise",
    username: "User name",
    password: "Password",
    submit: "Log in",
    busy: "Logging in…",
    toSignUp: "New here?",
    toSignUpLink: "Create an account",
    demo: "This is a development server with a demo account:",
    demoFill: "Fill it in",
    ended: "Your session ended. Log in again to go on where you were.",
  },
  signUp: {
    title: "Create your account",
    name: "Your name",
    nameHint: "Shown to the people you talk with.",
    usernameHint: "At least 3 characters: letters, digits, dot, dash or underscore.",
    passwordHint: "At least 8 characters. A few unrelated words make a good one.",
    submit: "Create account",
    busy: "Creating your account…",
    toLogIn: "You have an account?",
    toLogInLink: "Log in",
  },

  account: {
    menu: (name: string) => `Account of ${name}`,
    theme: "Colours",
    themes: { system: "As the system", light: "Light", dark: "Dark" },
    shortcuts: "Keyboard shortcuts",
    logOut: "Log out",
  },

  list: {
    title: "Conversations",
    create: "New conversation",
    untitled: "New conversation",
    empty: "No conversations yet.",
    emptyHint: "Start one: ask a question, or invite someone to think along.",
    unread: (n: number) => count(n, "unread message", "unread messages"),
    noMessages: "No messages yet",
    more: "Show more conversations",
    actions: (title: string) => `Actions for “${title}”`,
    rename: "Rename",
    remove: "Delete",
    failed: "Your conversations could not be loaded.",
  },
  rename: { title: "Rename conversation", label: "Title", hint: "Leave it empty to go back to “New conversation”." },
  remove: {
    title: "Delete this conversation?",
    body: (title: string) => `“${title}” is deleted for everyone in it, with all its messages. This cannot be undone.`,
    confirm: "Delete conversation",
    busy: "Deleting…",
  },

  home: {
    title: "What is on your mind?",
    body: "Open a conversation from the list, or start a new one.",
    start: "Start a conversation",
  },
  notFound: {
    title: "There is nothing here",
    body: "This page does not exist, or the conversation is not one of yours.",
    back: "Go to your conversations",
  },

  conversation: {
    back: "Back to the list",
    messages: "Messages",
    settings: "Conversation settings",
    members: "Members",
    here: (names: string) => `Here now: ${names}`,
    emptyTitle: "Say hello",
    emptyBody:
      "Write the first message below. The answer appears here as it is written, for everyone in the conversation.",
    emptyBodySilent: "Write the first message below. Everyone in the conversation sees it at once.",
    tries: [
      "What can you help me with?",
      "Explain how tides work, in three short paragraphs.",
      "Make a table that compares tea and coffee.",
    ],
    triesLabel: "Something to try",
    older: "Show earlier messages",
    loadingOlder: "Loading earlier messages…",
    start: "The beginning of this conversation",
    newest: "Jump to newest",
    newBelow: "New messages below",
    typing: (names: readonly string[]) => {
      const [first, second] = names;
      if (names.length === 0) return "";
      if (names.length === 1) return `${first} is typing…`;
      if (names.length === 2) return `${first} and ${second} are typing…`;
      return `${first}, ${second} and ${count(names.length - 2, "other", "others")} are typing…`;
    },
    deleted: "This message was deleted.",
    edited: "edited",
    formerMember: "Former member",
    copyAnswer: "Copy answer",
    copyCode: "Copy code",
    image: (alt: string) => (alt ? `Image: ${alt}` : "Image"),
    today: "Today",
    yesterday: "Yesterday",
    newMessage: (author: string, text: string) => `${author}: ${text}`,
    answerTo: (question: string) => `In answer to “${question}”`,
    answerStarted: "The answer is being written.",
  },

  composer: {
    label: "Message",
    placeholder: "Write a message",
    send: "Send message",
    stop: "Stop the answer",
    hint: "Enter sends, Shift + Enter makes a new line.",
    tooLong: "This message is too long: at most 64 KB. Shorten it to send it.",
    viewer: "You can read this conversation, but not write in it.",
    ended: "This conversation is closed for you.",
  },

  pending: {
    sending: "Sending…",
    waiting: "Will be sent when you are back online",
    refused: "Not sent:",
    discard: "Discard",
  },

  turn: {
    thinking: "Thinking…",
    queued: "Waiting for the answer before it",
    cancelled: "This answer was stopped.",
    cancelledBefore: "The answer was stopped before it began.",
    interrupted: "The answer was cut off and could not be continued.",
    failed: "There is no answer to this message.",
    truncated: "The answer reached the model's length limit and ends here.",
    filtered: "The model's provider held back the rest of this answer.",
    again: "Ask again",
    superseded: "An earlier answer to this",
    reasons,
  },

  status: {
    connecting: "Connecting…",
    live: "Connected",
    reconnecting: "Reconnecting…",
    offline: "You are offline",
    sessionEnded: "Your session ended: log in again",
    logIn: "Log in",
    removed: "You are no longer a member of this conversation.",
    erased: "This conversation was deleted.",
    tooMany: "You have this conversation open in too many windows. Close one, then reload this page.",
    closed: "The server closed this conversation. Reload the page to open it again.",
    reload: "Reload",
  },

  settings: {
    title: "Conversation settings",
    titleLabel: "Title",
    model: "Model",
    modelDefault: "The server's default",
    instructions: "Instructions for the assistant",
    instructionsHint: "What it should know and how it should answer, in every answer of this conversation.",
    mode: "When the assistant answers",
    modes: {
      always: "Every message",
      mention: "Only when mentioned with @assistant",
      off: "Never: people only",
    },
    readOnly: "Only an owner or a moderator of this conversation can change these settings.",
    modelsFailed: "The list of models could not be loaded.",
  },

  members: {
    title: "Members",
    add: "Add someone",
    username: "User name",
    addButton: "Add",
    adding: "Adding…",
    newRole: "Role of the new member",
    role: (name: string) => `Role of ${name}`,
    roles: { owner: "Owner", moderator: "Moderator", member: "Member", viewer: "Viewer" },
    roleHints: "Moderators manage members and settings. Viewers only read.",
    remove: (name: string) => `Remove ${name}`,
    leave: "Leave conversation",
    leaveConfirm: "Leave for good?",
    here: "here now",
    unknown: "There is no user of that name. Check the spelling.",
  },

  shortcuts: {
    title: "Keyboard shortcuts",
    rows: [
      { keys: "Enter", does: "Send the message" },
      { keys: "Shift + Enter", does: "New line" },
      { keys: "Alt + .", does: "Stop the answer" },
      { keys: "Alt + N", does: "New conversation" },
      { keys: "Alt + ↑ / ↓", does: "Previous or next conversation" },
      { keys: "/", does: "Go to the message field" },
      { keys: "Alt + End", does: "Jump to the newest message" },
      { keys: "Escape", does: "Close a dialog or menu" },
      { keys: "?", does: "Show this list" },
    ],
  },

  errors: {
    offline: "The server cannot be reached. Check your connection and try again.",
    unexpected: "Something went wrong here. Reload the page; nothing that was sent is lost.",
    reference: (id: string) => `Reference for support: ${id}`,
    crashed: "The page met an error",
    copyFailed: "The browser did not allow copying. Select the text and copy it by hand.",
  },
};
