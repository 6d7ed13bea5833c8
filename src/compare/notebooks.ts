/** What a notebook (nbformat 4) is, apart from what executing it writes into it. */

/** Of the notebook, and of a cell, what tools that execute a notebook set in its metadata. */
const SET_IN_NOTEBOOK = ["language_info", "papermill", "widgets"];
const SET_IN_CELL = ["execution", "ExecuteTime", "papermill"];
/** What older notebooks have not, and tools add when they write one. */
const ADDED = ["id", "nbformat_minor"];

type Fields = Readonly<Record<string, unknown>>;

/**
 * A text that is the same for two notebooks whose cells' outputs alone differ; null for what is no notebook.
 * How often cells were executed, and when, counts as output.
 */
export function notebookWithoutOutputs(text: string): string | null {
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isFields(notebook) || !Array.isArray(notebook.cells)) return null;
  if (!notebook.cells.every(isFields)) return null;
  return JSON.stringify(
    sorted({
      ...without(notebook, ADDED),
      metadata: without(fieldsOf(notebook.metadata), SET_IN_NOTEBOOK),
      cells: notebook.cells.map(cellWithoutOutputs),
    }),
  );
}

function cellWithoutOutputs(cell: Fields): Fields {
  return {
    ...without(cell, [...ADDED, "outputs", "execution_count"]),
    // A source is one text, or a list of its lines.
    source: Array.isArray(cell.source) ? cell.source.join("") : cell.source,
    metadata: without(fieldsOf(cell.metadata), SET_IN_CELL),
  };
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** With the fields of all objects in the order of their names: that of a file says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
