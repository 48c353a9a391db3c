// What the client programs share: their arguments, the log-in, and lines of output.
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:8787" },
    username: { type: "string", default: "testuser" },
    password: { type: "string", default: "testpass123" },
    message: { type: "string", default: "Hello, chatbot!" },
  },
});
export const { url, message } = values;

/** Calls the API as JSON; throws with what it answers when it refuses. */
export async function api(path, body, token) {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(url + path, {
    headers,
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${answer.error.message}`);
  return answer;
}

export const logIn = () => api("/api/v1/auth/login", { username: values.username, password: values.password });

export const say = (kind, text) => console.log(`${kind}: ${text}`);

/** Resolves with the payload of the next event of this name. */
export const next = (source, event) => new Promise((resolve) => source.on(event, resolve));
