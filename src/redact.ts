/**
 * Hides what looks like a secret. The rules, as SECURITY.md states them:
 *
 * 1. An address `scheme://user:password@host/path?query` loses user and password (ssh keeps the
 *    user, which is not a secret there), and in its query the values of secrets' names.
 * 2. In words, and in `name=value` and `name: value` within them, a value is hidden if a part of its
 *    name is one of `SECRET_NAMES` (`--db-password x`, `apiToken=x`, `{"api_key": "x"}`).
 * 3. So are texts of the forms that well-known services give their tokens.
 * 4. So are the values of the variables that git config `redun.secretEnv` names, wherever they appear.
 *
 * Names that git config `redun.notSecret` lists are none of a secret. In values and tags, what was cut has a mark of
 * its own: value/cut.ts.
 *
 * It is a courtesy, not a guarantee: what has no such name or form is shown.
 */

export const HIDDEN = "REDACTED";

/** Values that this process shows and records nowhere that passes these rules; the longest first. */
let hidden: readonly string[] = [];

/** A shorter value is in too many texts. */
export const SHORTEST_VALUE = 6;

/** Each costs a look at every text. The first are those of the settings. */
const MOST_HIDDEN = 200;

/** Has texts hidden wherever they appear, for as long as the process lives. */
export function hideValues(values: readonly string[]): void {
  const long = values.filter((value) => value.length >= SHORTEST_VALUE && !hidden.includes(value));
  if (long.length === 0) return;
  const room = Math.max(0, MOST_HIDDEN - hidden.length);
  const all = new Set([...hidden, ...long.slice(0, room)]);
  hidden = [...all].sort((a, b) => b.length - a.length);
}

/** How many values are hidden: what was judged when there were fewer may be judged otherwise now. */
export function hiddenCount(): number {
  return hidden.length;
}

/** Names that look like those of secrets and are none, in lower case. */
let spared: ReadonlySet<string> = new Set();

/** Has the values of these names shown and recorded, for as long as the process lives. */
export function spareNames(names: readonly string[]): void {
  spared = new Set(names.map((name) => name.toLowerCase()));
  judged.clear();
}

/** Whether a text holds a hidden value, or one of the form of a token. */
export function holdsToken(text: string): boolean {
  return hidden.some((value) => text.includes(value)) || text.search(TOKENS) >= 0;
}

/**
 * Whether a value may hold a secret, judged by its YAML alone and in one look: what may, is looked at piece by piece.
 * Escapes and bytes may hide what they say.
 */
export function mayHoldSecret(yaml: string): boolean {
  return (
    MAY_HOLD.test(yaml) || hidden.some((value) => /[\s'"]/.test(value) || yaml.includes(value))
  );
}

const MAY_HOLD =
  /[\\]|!bytes|:[\\/]|pass|pwd|secret|token|(?<![a-z])pat(?![a-z])|[a-z]Pat(?![a-z])|credential|auth|bearer|cookie|sig(?![a-z])|signature|sas(?![a-z])|key|gh[opsur]_|github_|glpat|xox|A(?:KIA|SIA)[0-9A-Z]|sk-|hf_|npm_|pypi-|AIza|eyJ|PRIVATE KEY/i;

/** A text in which addresses have lost their secrets. Their ends are a quote, or white space. */
export function redactUrls(given: string): string {
  const text = hidden.reduce((rest, value) => rest.replaceAll(value, HIDDEN), given);
  if (!text.includes(":")) return text;
  const redacted = (before: string, scheme: string, rest: string) =>
    before + scheme + redactQuery(withoutUser(scheme, rest));
  return text
    .replace(QUOTED_ADDRESS, (_, quote, scheme, rest) => redacted(quote, scheme, rest))
    .replace(ADDRESS, (_, scheme, rest) => redacted("", scheme, rest));
}

const QUOTED_ADDRESS = /(['"`])([a-z][a-z0-9+.-]+:[\\/]+)((?:(?!\1)[^\n])*)(?=\1)/gi;
const ADDRESS =
  /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]+:[\\/]+)([^\s'"`<>]*?)(?=[\s'"`<>]|,[a-z][a-z0-9+.-]+:\/\/|$)/gi;

/** The words of a command line, with `REDACTED` instead of secrets. */
export function redactWords(words: readonly string[]): string[] {
  return words.map((word, at) => {
    const option = /^--?([^=\s]+)$/.exec(words[at - 1] ?? "")?.[1];
    if (option !== undefined && isSecretName(option) && !word.startsWith("--")) return HIDDEN;
    return redactText(word);
  });
}

/** A text in which `name=value`, `name: value`, addresses and tokens have lost their secrets. */
export function redactText(text: string): string {
  return redactPairs(redactUrls(text), isSecretName).replace(TOKENS, HIDDEN);
}

/** By which rule a text looks as if it held a secret. */
export type SecretRule = "address" | "token" | "name";

/**
 * Whether a line of a record looks as if it held a secret, by the rules of this file.
 * @param byName whether a name such as `password` is enough; in the source of a program it is not
 */
export function secretRule(line: string, byName: boolean): SecretRule | null {
  if (redactUrls(line) !== line) return "address";
  if (line.search(TOKENS) >= 0) return "token";
  if (!byName) return null;
  const hidden = redactPairs(line, isSecretName);
  return hidden !== line && !NO_SECRET.test(line) ? "name" : null;
}

/** What follows a secret's name in YAML and is none: nothing, a word of YAML, an id, a small number. */
const NO_SECRET =
  /[:=]\s*"?(?:null|true|false|\[\]|\{\}|!value [0-9a-f]+|\d{1,3}(?:\.\d+)?|!(?:cut|redacted) .*|REDACTED(?:\([0-9a-f]+\))?)?"?$/;

/** In one pass, whose time grows with the text's length alone: it may be megabytes without a blank. */
function redactPairs(text: string, isSecret: (name: string) => boolean): string {
  let kept = "";
  let from = 0;
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found; found = NAME.exec(text)) {
    if (!isSecret(found[1]!)) continue;
    VALUE.lastIndex = NAME.lastIndex;
    if (!VALUE.test(text)) continue;
    kept += text.slice(from, NAME.lastIndex) + HIDDEN;
    from = VALUE.lastIndex;
    NAME.lastIndex = from;
  }
  return kept + text.slice(from);
}

/** A name, and what stands between it and its value. */
const NAME = /(?<![\w.])(\w[\w.-]{0,200})["']?\s*(?::(?![\\/]{2})|=)\s*/g;
/** In quotes, `Bearer x`, or up to a separator. */
const VALUE = /"[^"\\]*(?:\\.[^"\\]*)*"?|'[^']*'?|(?:(?:Bearer|Basic|Token) +)?[^\s,;&}'"]+/iy;

/** GitHub, GitLab, Slack, AWS, OpenAI and the like, JSON Web Tokens, private keys. */
const TOKENS =
  /\b(?:gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{8,}|A(?:KIA|SIA)[0-9A-Z]{16}|sk-[\w-]{16,}|hf_\w{16,}|npm_\w{30,}|pypi-\w{16,}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g;

/** Words that a secret's name is made of; `password` is found in `dbPassword` and `DB_PASSWORD`. */
const SECRET_NAMES =
  /^(?:pass|passwd|passphrase|passcode|pwd|secret|secrets|token|pat|credentials?|auth|authorization|bearer|cookie|signature|sig|sas)$/;
const SECRET_ENDINGS =
  /(?:password|passwd|passphrase|secret|token|api-?key|access-?key|private-?key|secret-?key|account-?key|auth-?key|encryption-?key|signing-?key)$/;

/** Names are few, and asked for often. */
const judged = new Map<string, boolean>();
const MOST_JUDGED = 10_000;

/** Whether a name is that of a secret. */
export function isSecretName(name: string): boolean {
  let is = judged.get(name);
  if (is === undefined) {
    is = !spared.has(name.toLowerCase()) && looksSecret(name);
    if (judged.size < MOST_JUDGED) judged.set(name, is);
  }
  return is;
}

function looksSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return (
    words.some((word) => SECRET_NAMES.test(word) || SECRET_ENDINGS.test(word)) ||
    SECRET_ENDINGS.test(words.join("-"))
  );
}

function redactQuery(address: string): string {
  const at = address.indexOf("?");
  if (at < 0) return address;
  const isSecret = (name: string) => isSecretName(name) || /^(?:key|code)$/i.test(name);
  return address.slice(0, at) + redactPairs(address.slice(at), isSecret);
}

/** An address after its scheme, without user and password; ssh keeps the user. */
export function withoutUser(scheme: string, rest: string): string {
  const end = userEnd(rest);
  if (end < 0) return rest;
  const user = rest.slice(0, end).split(":")[0] ?? "";
  const isSsh = /^(?:git\+)?ssh(?:\+git)?:/i.test(scheme);
  const host = rest.slice(end + 1);
  return isSsh && user !== "" ? `${user}@${host}` : host;
}

/**
 * Where user and password end: at the last `@` before the path. A password may hold an unescaped
 * slash; then the "port" is not a number.
 */
function userEnd(rest: string): number {
  const slash = rest.search(/[\\/?#]/);
  const first = slash < 0 ? rest : rest.slice(0, slash);
  if (first.includes("@")) return first.lastIndexOf("@");
  const port = first.startsWith("[") ? "" : (/:(.*)$/s.exec(first)?.[1] ?? "");
  return /^\d*$/.test(port) ? -1 : rest.lastIndexOf("@");
}
