// Overwriting text where it stands, before it goes.

/**
 * SQLite leaves deleted bytes in free pages: what people wrote is overwritten in its place first. A row of exactly the
 * same size stays where it is.
 */
export const blank = (column: string): string => {
  const length = `length(CAST(${column} AS BLOB))`;
  return `${column} = substr(hex(zeroblob((${length} + 1) / 2)), 1, ${length})`;
};
