/** Converts what the `yaml` package parses to the values of records. */
import type { CST, LineCounter, Node, Pair, Scalar } from "yaml";
import { isTagName, setOwn } from "./value.ts";
import { coreScalar, Refused } from "./yaml-core.ts";
import { plainScalar } from "./yaml-plain.ts";
import { fromTag } from "./yaml-tags.ts";

export { Refused };

type Yaml = typeof import("yaml");

/**
 * The package composes recursively, and a deep text kills it: not with an exception, but with the
 * whole process, when it runs out of stack while V8 compiles a regular expression.
 */
const MAX_DEPTH = 400;

/**
 * Scalars, indicators, line ends and the spaces between them. The package takes some 300 bytes for
 * each, whatever a text is made of.
 */
const MAX_TOKENS = 2 ** 18;

/**
 * The value of a document, by the rules of `readAnyYaml`.
 * @throws Refused
 */
export function readForeignYaml(yaml: Yaml, text: string): unknown {
  const lines = new yaml.LineCounter();
  const tokens = [...parse(yaml, text, lines)];
  for (const token of tokens) {
    if (token.type === "document") assertDepth(token.value);
  }
  // With the failsafe schema every scalar stays the text that it is: numbers are ours to read.
  const composer = new yaml.Composer({
    schema: "failsafe",
    merge: false,
    resolveKnownTags: false,
    // Repeated keys are found below: the package compares each key with all others.
    uniqueKeys: false,
  });
  const [document, another] = [...composer.compose(tokens, true, text.length)];
  const error = document?.errors[0];
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new Refused(`${error.message} (line ${line}, column ${col})`);
  }
  if (another !== undefined) throw new Refused("it has several documents");
  if (document?.directives?.yaml.version === "1.1") throw new Refused("it declares YAML 1.1");
  return new ForeignReader(yaml).node(document?.contents);
}

/** As the package's `Parser.parse`, of a text that has not too many tokens. */
function* parse(yaml: Yaml, text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new yaml.Parser(lines.addNewLine);
  let tokens = 0;
  for (const token of new yaml.Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) {
      throw new Refused(`it is not canonical, and has more than ${MAX_TOKENS} tokens`);
    }
    if (token.startsWith('"')) assertEscapes(token);
    yield* parser.next(token);
  }
  yield* parser.end();
}

/** The package would keep an error for each bad escape, and a megabyte has half a million. */
function assertEscapes(quoted: string): void {
  for (const [text] of quoted.matchAll(/\\(?:x.{0,2}|u.{0,4}|U.{0,8}|\r\n|[\s\S])/g)) {
    if (!ESCAPE.test(text)) throw new Refused(`it has the bad escape ${text}`);
  }
}

const ESCAPE =
  /^\\(?:[0abefnrtvN_LP "/\\\t\n]|\r\n|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U00(?:0[\dA-Fa-f]|10)[\dA-Fa-f]{4})$/;

function assertDepth(top: CST.Token | undefined): void {
  let level = [top];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new Refused(`it is nested more than ${MAX_DEPTH} deep`);
    level = level.flatMap((token) => {
      if (token === undefined || !("items" in token)) return [];
      return token.items.flatMap((item) => {
        const inside = [item.value, "key" in item ? (item.key ?? undefined) : undefined];
        return inside.filter((child) => child !== undefined && "items" in child);
      });
    });
  }
}

class ForeignReader {
  private readonly yaml: Yaml;

  constructor(yaml: Yaml) {
    this.yaml = yaml;
  }

  node(node: unknown): unknown {
    const { isAlias, isMap, isScalar, isSeq } = this.yaml;
    if (node === null || node === undefined) return null;
    if (isAlias(node)) throw new Refused(`it has an alias (*${node.source})`);
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) {
      return tagged(
        node,
        "seq",
        node.items.map((item) => this.node(item)),
      );
    }
    if (isMap(node)) return tagged(node, "map", this.map(node.items));
    throw new Refused("it has a node of an unknown kind");
  }

  private map(pairs: readonly Pair[]): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const pair of pairs) {
      const key = this.key(pair.key);
      if (Object.hasOwn(map, key))
        throw new Refused(`the key ${JSON.stringify(key)} appears twice`);
      setOwn(map, key, this.node(pair.value));
    }
    return map;
  }

  private key(node: unknown): string {
    if (this.yaml.isAlias(node)) throw new Refused(`it has an alias (*${node.source})`);
    if (!this.yaml.isScalar(node) || node.tag !== undefined || typeof node.value !== "string") {
      throw new Refused("it has a key that is not text");
    }
    if (node.type !== "PLAIN") return node.value;
    if (node.value === "") throw new Refused("it has a key that is not text");
    if (node.value === "<<") throw new Refused("it has a merge key (<<)");
    return node.value;
  }
}

const STANDARD = "tag:yaml.org,2002:";

function scalar(node: Scalar): unknown {
  const text = String(node.value);
  if (node.type !== "PLAIN") return tagged(node, "str", text);
  if (node.tag === undefined) return coreScalar(text);
  return node.tag === `${STANDARD}str` ? text : tagged(node, "str", plainScalar(text) ?? text);
}

/** `standard` is the one standard tag that changes nothing for this kind of node. */
function tagged(node: Node, standard: string, value: unknown): unknown {
  const { tag } = node as { tag?: string };
  if (tag === undefined || tag === `${STANDARD}${standard}`) return value;
  if (!tag.startsWith("!") || !isTagName(tag.slice(1))) throw new Refused(`it has the tag ${tag}`);
  return fromTag(tag.slice(1), value);
}
