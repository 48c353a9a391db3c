// Where the browser tests' server and its stand-in model listen, and who administers it: known before either runs, so none
// is free to choose. A second checkout that tests at the same time sets another port.
export const SERVER_PORT = Number(process.env.BROWSER_TEST_PORT ?? 8835);
export const MODEL_PORT = SERVER_PORT + 1;
export const ADMINISTRATOR = "browser-admin";
