/** What the row under the cursor can do, and what the state is after it. */
import { toggled } from "../../src/views/facet-query.ts";
import { type Action, actionsIn, type Row } from "./content.ts";
import { done, inFront, replaced, reshaped, said } from "./moving.ts";
import { type Next, opened, type Screen, type State, shown } from "./state.ts";

/** The row under the cursor of the side that it is on. */
export function currentRow(screen: Screen): Row | undefined {
  const { isInSide, page, side, main, rows } = screen;
  return isInSide ? page?.side?.read(side.cursor, 1)[0] : rows.read(main.cursor, 1)[0];
}

/** Which of a row's actions is chosen, among `actionsIn`; by default the first that opens something. */
export function chosenIn(row: Row | undefined, hand: number): number {
  const actions = row ? actionsIn(row.line) : [];
  if (hand >= 0) return Math.min(hand, actions.length - 1);
  return Math.max(
    actions.findIndex(({ action }) => action.does !== "fold"),
    0,
  );
}

export function act(state: State, action: Action): Next {
  if (action.does === "open") return opened(state, action.address);
  const screen = shown(state);
  if (action.does === "facet") {
    return withFacet(state, queryOf(screen) || null, action.condition);
  }
  const folded = new Set(screen.folded);
  if (!folded.delete(action.number)) folded.add(action.number);
  return done(reshaped(inFront(state, () => ({ ...screen, folded }))));
}

function withFacet(state: State, query: string | null, condition: string): Next {
  try {
    return filtered(state, toggled(query, condition));
  } catch (error) {
    return said(state, (error as Error).message);
  }
}

/** The list in front, or executions, with a query. */
export function filtered(state: State, query: string | null): Next {
  const { address } = shown(state);
  if (address.kind !== "list") return opened(state, { kind: "list", type: "Execution", query });
  return replaced(state, { ...address, query });
}

export function queryOf({ address }: Screen): string {
  return address.kind === "list" || address.kind === "compare" ? (address.query ?? "") : "";
}
