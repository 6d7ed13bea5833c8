import { RedunError } from "../../src/errors.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type Address, parseAddress } from "../../src/views/address.ts";
import { toggled } from "../../src/views/facet-query.ts";
import type { InputStream, Io } from "../io.ts";
import { write } from "../text/output.ts";
import { oneLine, visible } from "../text/terminal.ts";
import { type Action, actionsIn, type Row } from "./content.ts";
import { commandText } from "./draw.ts";
import { Edits } from "./edits.ts";
import { readPage } from "./read-page.ts";
import type { Edit, EditKind, Page } from "./state.ts";

/** Rows of one answer. */
const ROWS = 30;
const COLUMNS = 200;

const HELP = `A number opens what has it, a word or address what that names.
  (nothing)  the next lines        b  back        q  quit
  /QUERY     executions that match: /env=prod and cost > 3; / alone: all
  f          what executions can be filtered by
  + KEY=VALUE    add a tag to what is shown      = KEY=VALUE    set it
  - KEY          remove it                       u    undo the last edit
`;

/** The console as lines: it asks, and answers with numbered lines. Nothing moves. */
export async function plainConsole(log: IndexedLog, io: Io, first: Address): Promise<void> {
  const plain = new PlainConsole(log, io);
  await plain.open(first);
  for await (const line of linesOf(io.stdin)) {
    if (line.trim() === "q" && !plain.isAsking) return;
    await plain.answer(line.trim());
  }
}

class PlainConsole {
  readonly #log: IndexedLog;
  readonly #io: Io;
  readonly #edits: Edits;
  readonly #before: Address[] = [];
  #page: Page | null = null;
  #from = 0;
  /** The edit whose reason was asked for. */
  #asked: Omit<Edit, "reason"> | null = null;
  /** What numbers stand for. */
  #actions: Action[] = [];

  constructor(log: IndexedLog, io: Io) {
    this.#log = log;
    this.#io = io;
    this.#edits = new Edits(log);
  }

  /** The next line answers a question. */
  get isAsking(): boolean {
    return this.#asked !== null;
  }

  async open(address: Address): Promise<void> {
    await this.#orSay(async () => {
      let last: Page | null = null;
      for await (const page of readPage(this.#log, address, 500)) last = page;
      if (this.#page) this.#before.push(this.#page.address);
      this.#page = last;
      this.#actions = [];
      this.#from = 0;
      await this.#show();
    });
    await this.#write("> ");
  }

  async answer(line: string): Promise<void> {
    const asked = this.#asked;
    this.#asked = null;
    if (asked) return this.#edit(() => this.#edits.apply({ ...asked, reason: line }));
    const [mark = "", text] = [line[0], line.slice(1).trim()];
    if (line === "") return this.#next();
    if (line === "?" || line === "h") return this.#say(HELP);
    if (line === "b") return this.#back();
    if (line === "f") return this.#facets();
    if (line === "u") return this.#edit(() => this.#edits.undo());
    if (mark === "/") {
      return this.open({ kind: "list", type: "Execution", query: text === "" ? null : text });
    }
    const kind = KINDS[mark];
    if (kind && text !== "") return this.#tag(kind, text);
    const action = /^\d+$/.test(line) ? this.#actions[Number(line) - 1] : undefined;
    if (action) return this.#act(action);
    await this.#orSay(async () => this.open(parseAddress(line)));
  }

  async #act(action: Action): Promise<void> {
    if (action.does === "open") return this.open(action.address);
    const { address } = this.#page!;
    if (action.does !== "facet" || address.kind !== "list") return this.#say("");
    return this.open({ ...address, query: toggled(address.query, action.condition) });
  }

  async #next(): Promise<void> {
    await this.#show();
    await this.#write("> ");
  }

  async #back(): Promise<void> {
    const address = this.#before.pop();
    if (!address) return this.#say("This is the first page.\n");
    this.#page = null;
    return this.open(address);
  }

  async #facets(): Promise<void> {
    const side = this.#page?.side;
    if (!side) return this.#say("Only executions have these.\n");
    await this.#rows(side.read(0, side.count));
    await this.#write("> ");
  }

  async #tag(kind: EditKind, tag: string): Promise<void> {
    const subject = this.#page?.subject;
    if (!subject) return this.#say("What is shown has no tags: open one thing first.\n");
    this.#asked = { kind, subject, tag };
    await this.#write("Why? (may be empty) ");
  }

  async #edit(edit: () => Promise<string>): Promise<void> {
    await this.#orSay(async () => this.#write(`${oneLine(await edit())}\n`));
    await this.#write("> ");
  }

  async #show(): Promise<void> {
    const page = this.#page!;
    if (this.#from === 0) {
      await this.#write(`\n${commandText({ address: page.address, page })}\n${page.note}\n`);
    }
    const rows = page.rows({ columns: COLUMNS, folded: new Set() });
    await this.#rows(rows.read(this.#from, ROWS));
    this.#from += ROWS;
    const left = rows.count - this.#from;
    await this.#write(
      left > 0 ? `${left} more lines: Enter. ? for help.\n` : "The end. ? for help.\n",
    );
  }

  /** Each row, and in front of it the numbers of what can be opened there. */
  async #rows(rows: readonly Row[]): Promise<void> {
    for (const { line } of rows) {
      const text = line
        .map((span) => span.text)
        .join("")
        .trimEnd();
      const actions = actionsIn(line).filter(({ action }) => action.does !== "fold");
      const numbers = actions.map(({ action }) => this.#actions.push(action));
      const mark = numbers.length === 0 ? "" : `${numbers.join(" ")}) `;
      await this.#write(`${mark}${text}\n`);
    }
  }

  async #say(text: string): Promise<void> {
    await this.#write(`${text}> `);
  }

  async #orSay(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      await this.#write(`${visible(error.message)}\n${visible(error.hint ?? "")}\n`);
    }
  }

  #write(text: string): Promise<void> {
    return write(this.#io.stdout, text);
  }
}

const KINDS: Readonly<Record<string, EditKind>> = { "+": "add", "=": "update", "-": "rm" };

async function* linesOf(stdin: InputStream): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stdin as AsyncIterable<string | Uint8Array>) {
    rest += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
