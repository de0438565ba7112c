/** Rows as the parts of the store read and write them: without a table a query answers nothing, a write makes it. */
export interface Rows {
  read<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[];
  write(query: string, ...bindings: SqlStorageValue[]): void;
}
