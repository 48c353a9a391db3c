// Lets an open conversation begin a search in the list beside it.
import { createContext, useContext } from "react";

/** Goes to the search field; with an id, to search in this conversation only. */
export type BeginSearch = (within: number | null) => void;

const Context = createContext<BeginSearch>(() => {});
export const BeginSearchProvider = Context.Provider;
export const useBeginSearch = (): BeginSearch => useContext(Context);
