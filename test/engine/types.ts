/**
 * What the types of the library promise, checked by `npx tsc -p .`. Nothing here ever runs: a
 * line that stops compiling, or a refused line that begins to compile, is the failure.
 */
import {
  applyTags,
  catchAll,
  catchError,
  cond,
  type File,
  flatMap,
  type Lazy,
  mapTask,
  out,
  type Resolved,
  Scheduler,
  script,
  seq,
  type Task,
  task,
} from "../../src/api.ts";

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only when `A` is exactly `B`. */
function same<A, B>(..._equal: Equal<A, B> extends true ? [] : ["the types differ"]): void {}

interface Report {
  readonly title: string;
  readonly scores: number[];
  readonly meta: { readonly author?: string; readonly tags: Record<string, boolean> };
}

const text = task((): string => "text");
const count = task(async (): Promise<number> => 1);
const report = task((): Report => ({ title: "", scores: [], meta: { tags: {} } }));
const greet = task((greeting: string, name = "World", times?: number) => {
  return `${greeting} ${name} ${times}`;
});

/** A lazy is taken where its value is. */
export function lazyArguments(): void {
  greet("Hi");
  greet(text());
  greet(text(), text(), count());
  greet("Hi", undefined, count());
  // @ts-expect-error a lazy number where a string is expected
  greet(count());
  // @ts-expect-error a number where a string is expected
  greet(1);
  // @ts-expect-error a missing argument
  greet();
  // @ts-expect-error one argument too many
  greet("Hi", "you", 1, 2);
  // @ts-expect-error another lazy in the place of an optional number
  greet("Hi", "you", text());
}

/** Optional, default and rest parameters stay what they are. */
export function parameters(): void {
  const sum = task((first: number, ...rest: number[]) => first + rest.length);
  sum(1);
  sum(count(), 1, count());
  // @ts-expect-error a text among the rest
  sum(1, "2");
  // @ts-expect-error a lazy text among the rest
  sum(1, text());
  const optional = task((options?: { deep?: number }) => options?.deep);
  optional();
  optional({});
  optional({ deep: count() });
  // @ts-expect-error of another type
  optional({ deep: text() });
  const none = task(() => null);
  none();
  // @ts-expect-error it takes nothing
  none(1);
}

/** Lazies nest in arrays, tuples and objects. */
export function nesting(): void {
  const take = task((_: Report, __: readonly [string, number][], ___?: Map<string, number>) => 1);
  take(report(), []);
  take({ title: text(), scores: [1, count()], meta: { author: text(), tags: {} } }, [["a", 1]]);
  take({ title: "", scores: report().scores, meta: report().meta }, [[text(), count()]]);
  // @ts-expect-error a lazy text among numbers
  take({ title: "", scores: [text()], meta: { tags: {} } }, []);
  // @ts-expect-error a property is missing
  take({ title: text(), scores: [] }, []);
  // @ts-expect-error the tuple's order
  take(report(), [[count(), text()]]);
  const list = task((_: string[]) => 1);
  list([text(), "b"]);
  list(task(() => ["a"])());
  // @ts-expect-error a lazy list of numbers
  list(task(() => [1])());
}

/** Properties of a lazy are lazies of what they are. */
export function properties(): void {
  const lazy = report();
  same<typeof lazy, Lazy<Report>>();
  greet(lazy.title);
  greet(lazy.title, lazy.title, lazy.scores[0]);
  same<Resolved<typeof lazy.meta.tags>, Record<string, boolean>>();
  same<Resolved<typeof lazy.scores.length>, number>();
  // @ts-expect-error there is no such property
  lazy.missing;
  // @ts-expect-error a method of the value is not there: it is not computed yet
  lazy.scores.map((score) => score);
  // @ts-expect-error nor one of a text
  text().toUpperCase();
  // @ts-expect-error a lazy number is not a number
  count() + 1;
}

/** What a task gives is what its function gives, computed. */
export async function results(): Promise<void> {
  same<typeof text, Task<[], string>>();
  same<typeof count, Task<[], number>>();
  const nested = task(() => ({ one: count(), more: [text()], plain: true }));
  same<Resolved<ReturnType<typeof nested>>, { one: number; more: string[]; plain: boolean }>();
  const indirect = task(() => greet("Hi"));
  same<typeof indirect, Task<[], string>>();
  const later = task(async () => greet("Hi"));
  same<typeof later, Task<[], string>>();
  const either = task((flag: boolean) => (flag ? text() : (1 as number)));
  same<Resolved<ReturnType<typeof either>>, string | number>();
  const all = task(async () => Promise.all([text(), count()]));
  same<Resolved<ReturnType<typeof all>>, [string, number]>();
  const nothing = task(() => {});
  same<typeof nothing, Task<[], void>>();
  const awaited = task(async () => {
    const value = await report();
    same<typeof value, Report>();
    return (await text()).length + (await value.scores.length);
  });
  same<typeof awaited, Task<[], number>>();
}

/** What `run` gives: everything computed. */
export async function running(): Promise<void> {
  const scheduler = new Scheduler();
  same<Awaited<ReturnType<typeof runText>>, string>();
  const runText = () => scheduler.run(text());
  const whole = await scheduler.run(report());
  same<typeof whole, Report>();
  const parts = await scheduler.run({ a: text(), b: [count(), count()], c: "plain" });
  same<typeof parts, { a: string; b: number[]; c: string }>();
  const tuple = await scheduler.run([text(), count()] as const);
  same<typeof tuple, readonly [string, number]>();
  const plain = await scheduler.run(42);
  same<typeof plain, number>();
  await scheduler.run(text(), { tags: { a: 1, b: [true, null, { c: "d" }] } });
  await scheduler.run(text(), {
    tags: [
      ["a", 1],
      ["a", 2],
    ],
  });
  // @ts-expect-error a date is not a tag value
  await scheduler.run(text(), { tags: { when: new Date() } });
  // @ts-expect-error a function is not a tag value
  await scheduler.run(text(), { tags: [["f", () => 1]] });
  // @ts-expect-error there is no such option
  await scheduler.run(text(), { tag: "a=1" });
}

/** Values that are not plain stay what they are. */
export function wholeValues(): void {
  same<Resolved<Date>, Date>();
  same<Resolved<Map<string, number>>, Map<string, number>>();
  same<Resolved<Set<string>>, Set<string>>();
  same<Resolved<Uint8Array>, Uint8Array>();
  same<Resolved<Error>, Error>();
  same<Resolved<(n: number) => string>, (n: number) => string>();
  same<Resolved<Id>, Id>();
  same<Resolved<unknown>, unknown>();
  // biome-ignore lint/suspicious/noExplicitAny: any in, any out
  same<Resolved<any>, any>();
  same<Resolved<never>, never>();
  same<Resolved<Json>, Json>();
  same<Resolved<RegExp>, RegExp>();
  same<Resolved<URL>, URL>();
  const takesDate = task((_: Date) => 1);
  takesDate(new Date());
  takesDate(task(() => new Date())());
  const parse = task((source: string): unknown => JSON.parse(source));
  const takesAnything = task((_: unknown) => 1);
  takesAnything(parse("1"));
  takesAnything(text());
  takesAnything([text(), { a: count() }]);
  const takesId = task((_: Id) => 1);
  takesId(task(() => "a" as Id)());
  // @ts-expect-error a plain string is not an id
  takesId(text());
}

type Id = string & { readonly brand: unique symbol };
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An instance of a class goes from task to task as what it is, private members included. */
export async function instances(): Promise<void> {
  const make = task(() => new Model());
  const use = task((model: Model) => model.score());
  use(new Model());
  use(make());
  const model = await new Scheduler().run(make());
  same<typeof model, Model>();
  use(model);
}

class Model {
  #weights = [1];
  score(): number {
    return this.#weights.length;
  }
}

/** Types that contain themselves. */
export async function recursion(): Promise<void> {
  const grow = task((): Tree => ({ value: 1, children: [] }));
  const measure = task((tree: Tree) => tree.children.length);
  measure(grow());
  measure({ value: count(), children: [grow(), { value: 1, children: [] }] });
  measure(grow().children[0]!);
  // @ts-expect-error of another type, deep inside
  measure({ value: 1, children: [{ value: text(), children: [] }] });
  const tree = await new Scheduler().run(grow());
  tree.children[0]?.children[0]?.value.toFixed();
  const store = task((_: Json) => 1);
  store({ a: [1, { b: text() }] });
  store(text());
  const fibonacci: Task<[n: number], number> = task(
    { name: "fibonacci" },
    (n: number): number | Lazy<number> => (n < 2 ? n : add(fibonacci(n - 1), fibonacci(n - 2))),
  );
  same<Resolved<ReturnType<typeof fibonacci>>, number>();
}

const add = task((a: number, b: number) => a + b);

interface Tree {
  value: number;
  children: Tree[];
}

/** Unions and literals. */
export function unions(): void {
  const either = task((_: string | number) => 1);
  either(text());
  either(count());
  // @ts-expect-error neither of them
  either(task(() => true)());
  const mode = task((_: "fast" | "slow") => 1);
  mode("fast");
  mode(task((): "fast" | "slow" => "fast")());
  // @ts-expect-error any text will not do
  mode(text());
  const flag = task((_: boolean) => 1);
  flag(true);
  flag(task(() => Math.random() > 0.5)());
  const maybe = task((_: { a: number } | null) => 1);
  maybe(null);
  maybe({ a: count() });
  maybe(task((): { a: number } | null => null)());
}

/** `options` and `applyTags` change no types. */
export function tagging(): void {
  const retagged = greet.options({ tags: { team: "qa" } });
  same<typeof retagged, typeof greet>();
  retagged("Hi", text());
  same<ReturnType<typeof tagText>, string>();
  const tagText = () => applyTags("text" as string, { tags: { a: 1 } });
  const lazy = applyTags(report(), { jobTags: [["a", 1]], executionTags: { b: [2] } });
  greet(lazy.title);
  // @ts-expect-error a Map is not a tag value
  applyTags(1, { tags: { a: new Map() } });
  // @ts-expect-error a misspelt kind of tags
  applyTags(1, { jobsTags: { a: 1 } });
  // @ts-expect-error the task's options hold no `tag`
  task({ tag: {} }, () => 1);
  // @ts-expect-error what can be hashed is args and result
  task({ record: { arguments: "hash" } }, () => 1);
  // @ts-expect-error a task needs a function
  task({ name: "none" });
}

/** Promises, Maps and Sets. */
export async function containers(): Promise<void> {
  const take = task((_: Map<string, number>, __: Set<number>, ___: { n: number }[]) => 1);
  take(new Map([["a", 1]]), new Set([1]), [{ n: 1 }]);
  take(new Map([["a", count()]]), new Set([count()]), [{ n: count() }]);
  take(new Map([[text(), Promise.resolve(1)]]), new Set([Promise.resolve(1)]), []);
  take(Promise.resolve(new Map([["a", 1]])), new Set([1]), [{ n: Promise.resolve(1) }]);
  // @ts-expect-error a lazy text where a number is expected
  take(new Map([["a", text()]]), new Set([1]), []);
  // @ts-expect-error a promise of a text where a number is expected
  take(new Map(), new Set([Promise.resolve("a")]), []);

  const give = task(() => ({
    map: new Map([[text(), Promise.resolve(1)]]),
    set: new Set([[count()]]),
  }));
  const given = await give();
  same<typeof given, { map: Map<string, number>; set: Set<number[]> }>();
}

/** What a script takes, and what it gives. */
export function scripts(): void {
  const file = task((): File => null as never);
  same<typeof printed, Lazy<string>>();
  const printed = script`wc ${file()} ${1} ${[text(), "b"]} ${["a", "b"]} ${count()} ${true}`;
  same<typeof none, Lazy<string>>();
  const none = script`date`;
  same<typeof one, Lazy<File>>();
  const one = script`sort ${file()} > ${out(text())}`;
  same<typeof two, Lazy<[File, File]>>();
  const two = script`${1} ${out("a")} ${"b"} ${out("c")}`;
  same<typeof named, Lazy<{ readonly a: File; readonly b: File }>>();
  const named = script({ name: "named" })`${out("x", "a")} ${out("y", "b")} ${1}`;
  same<typeof named.a, Lazy<File>>();
  // @ts-expect-error an object is not a word
  script`${{ a: 1 }}`;
  // @ts-expect-error nothing is not a word
  script`${undefined}`;
  // @ts-expect-error a misspelt option
  script({ nmae: "x" });
}

/** Control flow. */
export function controlFlow(): void {
  const isLarge = task((n: number) => n > 1);
  const double = task((n: number) => n * 2);
  const list = task((): string[] => []);
  const length = task((text: string) => text.length);
  const letters = task((text: string): string[] => [...text]);
  const recover = task((error: Error) => error.name === "");

  same<typeof branches, Lazy<number | string>>();
  const branches = cond(isLarge(1), double(1), "none");
  same<typeof half, Lazy<number | undefined>>();
  const half = cond(isLarge(1), double(1));
  same<typeof inOrder, Lazy<[number, string, boolean]>>();
  const inOrder = seq([double(1), text(), isLarge(2)]);
  same<typeof caught, Lazy<number | boolean>>();
  const caught = catchError(double(1), recover);
  same<typeof all, Lazy<number[] | boolean>>();
  const all = catchAll(
    [1, 2].map((n) => double(n)),
    task((_: (number | Error)[]): boolean => true),
  );
  same<typeof mapped, Lazy<number[]>>();
  const mapped = mapTask(length, list());
  same<typeof flat, Lazy<string[]>>();
  const flat = flatMap(letters, [text(), "b"]);
  mapTask(length, mapTask(task(String), [1]) as Lazy<string[]>);
  // @ts-expect-error a task of numbers for texts
  mapTask(double, list());
  // @ts-expect-error a task of one item for each
  flatMap(length, list());
  // @ts-expect-error no list
  mapTask(length, text());
}
