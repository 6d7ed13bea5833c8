/** The keys of the page. What they do is marked in the page itself, so that a key is there where its button is. */

/** Keys that every screen has, and what they do. Others stand on their buttons: `data-key`. */
export const KEYS: readonly (readonly [keys: string, about: string])[] = [
  ["/", "to the query"],
  ["j, k", "to the next or the previous row"],
  ["Enter", "to what the row is about"],
  ["x", "mark an execution to compare it"],
  ["c", "compare the marked executions"],
  ["m", "more rows"],
  ["e", "edit the tags"],
  ["1, 2, 3", "the tree of jobs, the timeline, the graph"],
  ["g then e, j, t, f, v, a", "executions, jobs, tasks, files, values, tags"],
  ["?", "this help"],
];

const PLACES: Readonly<Record<string, string>> = {
  ...{ e: "executions", j: "jobs", t: "tasks", f: "files", v: "values", a: "tags" },
};

/** Listens for keys, until the function that it returns is called. */
export function listenForKeys(goTo: (address: string) => void, help: () => void): () => void {
  let isGoing = false;
  const onKey = (event: KeyboardEvent) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const element = target as HTMLElement;
    if (element.closest("input:not([type=checkbox]), textarea, select")) {
      if (key === "Escape") element.blur();
      return;
    }
    const wasGoing = isGoing;
    isGoing = key === "g" && !wasGoing;
    if (wasGoing && PLACES[key]) goTo(PLACES[key]);
    else if (key === "?") help();
    else if (key === "j" || key === "k") moveRow(key === "j" ? 1 : -1);
    else if (!pressed(key)) return;
    event.preventDefault();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

/** From the row that has the focus. */
function moveRow(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
  next?.querySelector<HTMLElement>("a")?.focus();
}

/** What has this key, in the row that has the focus or in the page, does what a click does. */
function pressed(key: string): boolean {
  const name = CSS.escape(key);
  const row = document.activeElement?.closest("[data-row]");
  const found =
    row?.querySelector<HTMLElement>(`[data-row-key="${name}"]`) ??
    document.querySelector<HTMLElement>(`[data-key="${name}"]`);
  if (!found) return false;
  if (found instanceof HTMLInputElement && found.type === "search") found.select();
  else found.click();
  return true;
}
