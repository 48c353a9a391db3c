// Where the browser tests' servers and their stand-in models listen, and who administers them: known before any of them
// runs, so none is free to choose. A second checkout that tests at the same time sets other ports.
const FIRST_PORT = Number(process.env.BROWSER_TEST_PORT ?? 8835);

/** Each has a server and a model of its own: what a model answers is scripted by the one test that is running there. */
export const WORKERS = 2;

export const serverPort = (worker: number): number => FIRST_PORT + 2 * worker;
export const modelPort = (worker: number): number => serverPort(worker) + 1;

export const ADMINISTRATOR = "browser-admin";
