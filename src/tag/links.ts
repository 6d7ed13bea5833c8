import { RedunError } from "../errors.ts";
import type { TagPair } from "./tag.ts";

/** A web page about an entity. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

/** A pattern that makes links of tags: `Ticket https://tracker.example/{{ticket}}`. */
export interface LinkPattern {
  readonly title: string;
  /** Fixed texts and placeholders, in order. */
  readonly parts: readonly (string | Placeholder)[];
}

/** `{{key}}`, or `{{key:regex}}` for a part of the tag's value, as redun writes them. */
interface Placeholder {
  readonly key: string;
  readonly regex: RegExp | null;
}

/** Honest values are shorter, and a regex can take very long for a longer one. */
const MAX_VALUE = 500;
/** Links of one pattern; tags whose keys repeat make as many as they have combinations. */
const MAX_LINKS = 20;

/** An origin as git takes it, `git@host:team/code.git` or a URL, of which one part is wanted. */
function originPart(forge: string, part: "host" | "path"): string {
  const host = `[\\w.-]*${forge}[\\w.-]*`;
  const path = "[\\w./~-]+?";
  const wanted = { host, path, [part]: `(?<val>${part === "host" ? host : path})` };
  const before = "(?:[a-z+]+://)?(?:[^@/]*@)?";
  return `{{git_origin_url:${before}${wanted.host}(?::\\d+)?[:/]+${wanted.path}(?:\\.git)?/?$}}`;
}

function commitPage(forge: string, folder: string): string {
  const [host, path] = [originPart(forge, "host"), originPart(forge, "path")];
  return `Commit https://${host}/${path}/${folder}/{{git_commit:([0-9a-f]{7,64})$}}`;
}

const DEFAULTS = [
  commitPage("github", "commit"),
  commitPage("gitlab", "-/commit"),
  commitPage("bitbucket", "commits"),
  "AWS Batch https://console.aws.amazon.com/batch/home?#jobs/detail/{{aws_batch_job}}",
  "CloudWatch https://console.aws.amazon.com/cloudwatch/home?#logEventViewer:group=/aws/batch/job;stream={{aws_log_stream}}",
];

/**
 * The patterns that the values of git config `redun.link` add to the built-in ones. As in git's
 * own lists, an empty value drops all before it, the built-in ones included.
 * @throws RedunError BAD_CONFIG
 */
export function linkPatterns(configured: readonly string[]): LinkPattern[] {
  const last = configured.lastIndexOf("");
  const texts = last < 0 ? [...DEFAULTS, ...configured] : configured.slice(last + 1);
  return texts.map(parseLinkPattern);
}

/**
 * Reads a pattern: a title, if it has one, and a URL with placeholders.
 * @throws RedunError BAD_CONFIG
 */
export function parseLinkPattern(text: string): LinkPattern {
  const [, title = "", url = ""] = /^(.*?)\s*(https?:\/\/.*)$/s.exec(text.trim()) ?? [];
  if (url === "") throw badPattern(text, "it has no URL that begins with https:// or http://");
  const parts = url.split(/(\{\{(?:[^}]|\}(?!\}))+\}\}+)/).filter((part) => part !== "");
  return {
    title: title || "Link",
    parts: parts.map((part) => (part.startsWith("{{") ? placeholder(part, text) : part)),
  };
}

function placeholder(part: string, text: string): Placeholder {
  const [, key = "", regex] = /^([^:]*)(?::(.*))?$/s.exec(part.slice(2, -2)) ?? [];
  if (key === "") throw badPattern(text, `${part} has no key`);
  if (regex === undefined) return { key, regex: null };
  try {
    return { key, regex: new RegExp(`^(?:${regex})`) };
  } catch (error) {
    throw badPattern(text, (error as Error).message);
  }
}

function badPattern(text: string, why: string): RedunError {
  return new RedunError(
    "BAD_CONFIG",
    `redun.link is "${text}": ${why}.`,
    'Write `git config --add redun.link "Ticket https://tracker.example/{{ticket}}"`.',
  );
}

/** The links that an entity's tags make. A pattern applies if the entity has all of its tags. */
export function linksOf(tags: readonly TagPair[], patterns: readonly LinkPattern[]): Link[] {
  const links = patterns.flatMap((pattern) => linksOfOne(tags, pattern));
  return links.filter(({ url }, at) => links.findIndex((link) => link.url === url) === at);
}

function linksOfOne(tags: readonly TagPair[], { title, parts }: LinkPattern): Link[] {
  const placeholders = parts.filter((part) => typeof part !== "string");
  let choices: Map<string, string>[] = [new Map()];
  // Two placeholders of one key mean the same tag.
  for (const key of new Set(placeholders.map(({ key }) => key))) {
    const values = textsOf(tags, key);
    choices = choices
      .flatMap((choice) => values.map((value) => new Map(choice).set(key, value)))
      .slice(0, MAX_LINKS);
  }
  return choices.flatMap((choice) => {
    const texts = parts.map((part) => (typeof part === "string" ? part : fill(part, choice)));
    return texts.every((text) => text !== null) ? [{ title, url: texts.join("") }] : [];
  });
}

/** A key's values, as far as they can be part of a URL. */
function textsOf(tags: readonly TagPair[], key: string): string[] {
  return tags
    .filter(([name, value]) => name === key && value !== null && typeof value !== "object")
    .map(([, value]) => String(value))
    .filter((text) => text !== "" && text.length <= MAX_VALUE);
}

function fill({ key, regex }: Placeholder, values: ReadonlyMap<string, string>): string | null {
  const value = values.get(key)!;
  const match = regex?.exec(value);
  const text = regex ? (match?.groups?.val ?? match?.[1]) : value;
  // No escape keeps a browser from going up.
  return text === undefined || GOES_UP.test(text) ? null : escaped(text);
}

const GOES_UP = /(?:^|\/)\.\.?(?:\/|$)/;

/** Escapes a text for its place in a URL; paths keep their slashes. */
function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:2F|3A|40)/g, decodeURIComponent);
}
