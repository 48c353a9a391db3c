// Where the browser tests' server and its stand-in model listen: known before either runs, so neither is free to choose.
// A second checkout that tests at the same time sets another one.
export const SERVER_PORT = Number(process.env.BROWSER_TEST_PORT ?? 8835);
export const MODEL_PORT = SERVER_PORT + 1;
