// Where the browser tests' server and its stand-in model listen: known before either runs, so neither is free to choose.
export const SERVER_PORT = 8835;
export const MODEL_PORT = 8836;
