/**
 * A C program, built as make builds it, but by content and not by time: an edit compiles one file again, a header
 * those that include it, and a comment that compiles to the same object links nothing.
 */
import { Dir, File, glob, out, script, task } from "redun-git";

export const namespace = "examples.compile";

/** The headers that a source includes, as the compiler says it. */
const headers = task(async (source: File, include: Dir) => {
  const rule = await script`gcc -MM -I ${include} ${source}`;
  const words = rule.replaceAll("\\\n", " ").split(/\s+/);
  return words.filter((word) => word.endsWith(".h")).map((path) => new File(path));
});

/** Its inputs are the headers that it includes, and not the directory with all of them. */
const compile = task((source: File, included: File[], include: string) => {
  const object = out(source.path.replace(/^src\/(.*)\.c$/, "build/$1.o"));
  return script`gcc -O1 -I ${include} -c ${source} -o ${object} # ${included}`;
});

const link = task((objects: File[], program: string) => script`gcc ${objects} -o ${out(program)}`);

const greet = task((program: File, name: string) => script`./${program} ${name}`);

/** Build the program, and run it. */
export const main = task((name = "World") => {
  const include = "include";
  const sources = glob("src/*.c").files();
  const objects = sources.map((source) =>
    compile(source, headers(source, new Dir(include)), include),
  );
  return greet(link(objects, "build/hello"), name);
});
