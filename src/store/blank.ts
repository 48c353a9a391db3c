// Overwriting text where it stands, before it goes.

/** SQLite leaves deleted bytes in free pages: what people wrote is overwritten in its place first. */
export const blank = (column: string): string => `${column} = hex(zeroblob((length(CAST(${column} AS BLOB)) + 1) / 2))`;
