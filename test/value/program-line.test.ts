/** Calls of programs, which read like command lines. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File } from "../../src/value/file.ts";
import { previewArgs } from "../../src/value/preview.ts";
import { callLine } from "../../src/value/program-line.ts";

const line = suite("program line");

const call = (task: string, args: object) =>
  callLine(task, previewArgs(new Map(Object.entries(args))));

for (const [what, task, args, expected] of [
  [
    "words",
    "train.py",
    { command: ["python3", "train.py", "2"], directory: "." },
    "python3 train.py 2",
  ],
  [
    "a path",
    "train.py",
    { command: ["python3", "src/train.py"], directory: "." },
    "python3 src/train.py",
  ],
  ["a name", "train", { command: ["python3", "a.py"], directory: "." }, "train: python3 a.py"],
  [
    "quotes",
    "sh",
    { command: ["sh", "-c", "echo 'it''s'  # no"], directory: "." },
    "sh -c 'echo '\\''it'\\'''\\''s'\\''  # no'",
  ],
  [
    "more",
    "sh",
    { command: ["sh"], directory: "my data", env: { A: "1 2" } },
    "cd 'my data' && A='1 2' sh",
  ],
  [
    "inputs",
    "wc",
    { command: ["wc", "a b"], directory: ".", inputs: [new File("a b")] },
    "wc 'a b'",
  ],
] as const) {
  line(`of ${what}`, () => assert.is(call(task, args), expected));
}

line("does not take for its name what stands in a script", () => {
  const args = { command: ["sh", "-c", "agent x"], directory: "." };
  assert.is(call("agent", args), "agent: sh -c 'agent x'");
});

line("keeps in the text what it does not show, so that it can be searched", () => {
  const args = new Map<string, unknown>([
    ["command", ["wc"]],
    ["directory", "."],
    ["inputs", [new File("a.csv")]],
  ]);
  assert.is(previewArgs(args), "$ wc  # inputs=[File(path=a.csv)]");
});

line("is not for a task that has other arguments", () => {
  const args = { command: ["ls"], directory: ".", retries: 3 };
  assert.is(call("deploy", args), "deploy(command=['ls'], directory='.', retries=3)");
  assert.is(
    call("deploy", { command: "ls", directory: "." }),
    "deploy(command='ls', directory='.')",
  );
});

line.run();
