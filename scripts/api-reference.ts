/**
 * docs/api.md: the exports of `redun-git`, from the declarations that TypeScript writes when we
 * build. Each has a section: its doc comment, then its declaration, as an editor shows them.
 */
import { readFileSync } from "node:fs";
import { type Class, type Comment, parseSync, type Statement } from "oxc-parser";

const TYPES = new URL("../dist/types/", import.meta.url);

interface Module {
  readonly file: URL;
  readonly text: string;
  readonly body: readonly Statement[];
  readonly comments: readonly Comment[];
}

interface Entry {
  readonly name: string;
  readonly isValue: boolean;
  /** Its doc comment as Markdown; empty without one. */
  readonly doc: string;
  /** Its declaration, and those of the helper types that it mentions. */
  readonly code: string;
}

/** The whole of docs/api.md. A test compares it with the file. */
export function apiReference(): string {
  const api = parsed(new URL("api.d.ts", TYPES));
  const exported = exportsOf(api);
  const names = new Set(exported.map(({ name }) => name));
  const entries = exported
    .map((one) => entry(one, api, names))
    .sort((a, b) => Number(b.isValue) - Number(a.isValue) || (a.name < b.name ? -1 : 1));
  const links = (isValue: boolean) =>
    entries.flatMap((entry, at) =>
      entry.isValue === isValue ? [`[\`${entry.name}\`](#${anchor(entries, at)})`] : [],
    );
  return [
    "# Library",
    "",
    "The exports of `redun-git`, generated from `src/api.ts` by `npm run docs`. [errors.md](errors.md) explains the",
    "codes of a `RedunError`, [glossary.md](glossary.md) the terms.",
    "",
    `**Functions and classes:** ${links(true).join(", ")}`,
    "",
    `**Types:** ${links(false).join(", ")}`,
    ...entries.flatMap(({ name, doc, code }) => [
      ...["", `## ${name}`, ""],
      ...(doc ? [doc, ""] : []),
      ...["```ts", code, "```"],
    ]),
    "",
  ].join("\n");
}

/** A name that the library exports, and the module that the entry point has it from. */
interface Export {
  readonly name: string;
  readonly from: string;
  /** Nobody can call the constructor of a class that is exported as a type. */
  readonly isType: boolean;
}

function exportsOf({ body }: Module): Export[] {
  return body.flatMap((node) =>
    node.type === "ExportNamedDeclaration" && node.source
      ? node.specifiers.map(({ exported, exportKind }) => ({
          name: nameOf(exported),
          from: node.source!.value,
          isType: node.exportKind === "type" || exportKind === "type",
        }))
      : [],
  );
}

/** Types that an export's signature mentions and nobody can import: `Export: Type`. */
export function hiddenTypes(): string[] {
  const api = parsed(new URL("api.d.ts", TYPES));
  const exported = exportsOf(api);
  const names = new Set(exported.map(({ name }) => name));
  return exported.flatMap(({ name, from, isType }) => {
    const module = declaring(name, parsed(declarationFile(from, api.file)));
    const own = module.body.filter((node) => declaredIn(node)?.name === name);
    const code = own.map((node) => withoutComments(shown(node, module, isType))).join("\n");
    return [...localNames(module)]
      .filter((type) => !names.has(type) && new RegExp(`\\b${type}\\b(?!\\??[(:])`).test(code))
      .map((type) => `${name}: ${type}`);
  });
}

/** The anchor of a heading, as forges make it: `Task` and `task` would have the same. */
function anchor(entries: readonly Entry[], at: number): string {
  const anchors = entries.map(({ name }) => name.toLowerCase());
  const earlier = anchors.slice(0, at).filter((other) => other === anchors[at]).length;
  return earlier === 0 ? anchors[at]! : `${anchors[at]}-${earlier}`;
}

function entry({ name, from, isType }: Export, api: Module, exported: ReadonlySet<string>): Entry {
  const module = declaring(name, parsed(declarationFile(from, api.file)));
  const overloads = module.body.filter((node) => declaredIn(node)?.name === name);
  const code = overloads.map((node) => shown(node, module, isType)).join("\n");
  const helpers = module.body.filter((node) => {
    const helper = declaredIn(node)?.name;
    return helper && !exported.has(helper) && new RegExp(`\\b${helper}\\b`).test(code);
  });
  const [first] = overloads as [Statement];
  const isValue = /^(?:TSDeclareFunction|ClassDeclaration|VariableDeclaration)$/.test(
    declaredIn(first)!.type,
  );
  const all = [code, ...helpers.map((node) => shown(node, module, true))].join("\n\n");
  return { name, isValue, doc: docAbove(first, module), code: all };
}

/** The module that declares a name: this one, or where it got it from. */
function declaring(name: string, module: Module): Module {
  const isHere = module.body.some((node) => declaredIn(node)?.name === name);
  return isHere ? module : declaring(name, importedFrom(name, module));
}

/** What a module declares or takes from other modules of ours. */
function localNames({ body }: Module): Set<string> {
  return new Set(
    body.flatMap((node) =>
      node.type === "ImportDeclaration"
        ? node.source.value.startsWith(".")
          ? node.specifiers.map(({ local }) => local.name)
          : []
        : typeIn(node),
    ),
  );
}

function typeIn(node: Statement): string[] {
  const declared = declaredIn(node);
  return declared && declared.type !== "VariableDeclaration" ? [declared.name] : [];
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "");
}

/** The module that a module got a name from, to export it again. */
function importedFrom(name: string, { file, body }: Module): Module {
  for (const node of body) {
    if (node.type !== "ImportDeclaration") continue;
    if (node.specifiers.every(({ local }) => local.name !== name)) continue;
    return parsed(declarationFile(node.source.value, file));
  }
  throw new Error(`${file.pathname} does not declare ${name}`);
}

/** What a statement declares; undefined for an import and the like. */
function declaredIn(node: Statement): { type: string; name: string; node: object } | undefined {
  const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
  if (!declaration) return undefined;
  const id =
    declaration.type === "VariableDeclaration"
      ? declaration.declarations[0]?.id
      : "id" in declaration && declaration.id;
  return id ? { type: declaration.type, name: nameOf(id), node: declaration } : undefined;
}

/** A declaration without what nobody outside can use, indented by two spaces. */
function shown(node: Statement, { text }: Module, isType: boolean): string {
  let code = text.slice(node.start, node.end);
  const declared = declaredIn(node)!;
  if (declared.type === "ClassDeclaration") {
    const members = (declared.node as Class).body.body;
    for (const [at, member] of [...members.entries()].reverse()) {
      if (isForUsers(member, isType)) continue;
      const before = members[at - 1]?.end ?? (declared.node as Class).body.start + 1;
      code = code.slice(0, before - node.start) + code.slice(member.end - node.start);
    }
  }
  return code
    .replace(/^(?:export )?(?:declare )?/, "")
    .replace(/^( {4})+/gm, (indent) => indent.slice(indent.length / 2))
    .replace(/^type .{100,}$/m, (union) =>
      union.replace(/(?: =)? (\| )?(?=")/g, (_, or) => (or ? "\n  | " : " =\n  | ")),
    );
}

/** False for private members, those that only a symbol names, and the constructor of a type. */
function isForUsers(member: Class["body"]["body"][number], isType: boolean): boolean {
  if (!("key" in member)) return true;
  if (isType && nameOf(member.key) === "constructor") return false;
  if (member.computed || member.key.type === "PrivateIdentifier") return false;
  return member.accessibility !== "private";
}

/** The doc comment above a declaration as Markdown: without stars, `@throws` as a sentence. */
function docAbove(node: Statement, { text, comments }: Module): string {
  const comment = comments.findLast(({ end }) => end <= node.start);
  if (!comment || text.slice(comment.end, node.start).trim() !== "") return "";
  return comment.value
    .replace(/^\*/, "")
    .replace(/^[ \t]*\* ?/gm, "")
    .replace(/^@example$/gm, "")
    .replace(/\s*@throws /g, "\n\nThrows ")
    .trim();
}

function declarationFile(specifier: string, from: URL): URL {
  return new URL(specifier.replace(/\.ts$/, ".d.ts"), from);
}

function nameOf(node: object): string {
  return "name" in node ? String(node.name) : "";
}

function parsed(file: URL): Module {
  const text = readFileSync(file, "utf8");
  const { program, comments } = parseSync(file.pathname, text);
  return { file, text, body: program.body as Statement[], comments };
}
