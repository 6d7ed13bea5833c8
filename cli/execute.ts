/** The command line as a function of its words and its world, for the commands that there are. */
import { cac } from "cac";
import { isHelp, markWords, optionKey, readCommand, takesValue, unmark } from "./argv.ts";
import type { Command, CommandSpec, Options, Status } from "./command.ts";
import { commandHelp, overview, versionText } from "./help.ts";
import type { Io } from "./io.ts";
import { reportError } from "./text/error.ts";
import { showNotices, write } from "./text/output.ts";
import { asUsageError, noCommand, unknownCommand } from "./usage-errors.ts";
import { Workspace } from "./workspace.ts";

/** What does what words ask. */
export type Main = (words: readonly string[], io: Io) => Promise<number>;

/** Does what the words ask, and resolves to the exit status. The one place where errors become text. */
export function mainOf(commands: readonly Command[]): Main {
  return async (words, io) => {
    showNotices(io);
    try {
      return (await execute(words, io, commands)) ?? 0;
    } catch (error) {
      return reportError(error, io);
    }
  };
}

async function execute(
  words: readonly string[],
  io: Io,
  commands: readonly Command[],
): Promise<Status> {
  const { spec, named, rest } = readCommand(words, commands);
  if (spec) return run(spec, rest, words, io);
  // `help log` is `log --help`.
  if (named[0] === "help") return help(words.toSpliced(words.indexOf("help"), 1), io, commands);
  if (rest.some(isHelp)) return help(named, io, commands);
  if (rest.some((word) => word === "-v" || word === "--version")) {
    return write(io.stdout, versionText());
  }
  const isGroup = named.length === 1 && groupOf(named, commands).length > 0;
  if (named.length > 0 && !isGroup) throw unknownCommand(named, commands);
  if (named.length === 0 && rest.length > 0) throw noCommand(rest);
  return help(named, io, commands);
}

async function help(words: readonly string[], io: Io, commands: readonly Command[]): Promise<void> {
  const { spec, named } = readCommand(words, commands);
  if (spec) return write(io.stdout, commandHelp(spec));
  const group = groupOf(named, commands);
  if (named.length > 0 && group.length === 0) throw unknownCommand(named, commands);
  return write(io.stdout, overview(group.length > 0 ? group : commands));
}

/** The commands whose first word is that: `tag`. */
function groupOf([word]: readonly string[], commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${word} `));
}

async function run(
  spec: Command,
  rest: readonly string[],
  argv: readonly string[],
  io: Io,
): Promise<Status> {
  const marked = markWords(spec, rest);
  if (!marked) return write(io.stdout, commandHelp(spec));
  const { words, options } = parse(spec, marked);
  const { log, ref, noPager } = options as { log?: string; ref?: string; noPager?: boolean };
  const { command, Workspace: Own = Workspace } = await spec.load();
  const workspace = new Own(io, { argv, choice: { log, ref }, noPager: noPager === true });
  const work = () => command(workspace, words, options);
  try {
    // A workflow's errors end its run, which has to be recorded: see `Interrupts`.
    return await (spec.name === "run" ? work() : orUncaught(work, io));
  } finally {
    await workspace.close();
  }
}

/** The words and options in what `markWords` gives. */
function parse(
  spec: CommandSpec,
  marked: readonly string[],
): { words: readonly string[]; options: Options } {
  const cli = cac("redun-git");
  const command = cli.command(`${spec.name} ${spec.args}`.trim());
  // cac takes the first word for the name; a two-word command arrives as one word.
  command.name = spec.name;
  try {
    cli.parse(["", "", ...marked], { run: false });
    command.checkRequiredArgs();
  } catch (error) {
    throw asUsageError(error, spec);
  }
  return { words: cli.args.map(unmark), options: optionsOf(cli.options, spec) };
}

function optionsOf(given: Readonly<Record<string, unknown>>, spec: CommandSpec): Options {
  const options: Record<string, Options[string]> = {};
  for (const option of spec.options) {
    const name = optionKey(option);
    if (given[name] === undefined) continue;
    const values = [given[name]].flat();
    if (!takesValue(option)) options[name] = Boolean(values.at(-1));
    else options[name] = option.repeats ? values.map(unmark) : unmark(values.at(-1));
  }
  return options;
}

/** What a stream, a timer or a program raises beside the command's own work ends the process, too. */
async function orUncaught<T>(work: () => Promise<T>, io: Io): Promise<T> {
  const leave = io.onUncaught((error) => io.exit(reportError(error, io)));
  try {
    return await work();
  } finally {
    leave();
  }
}
