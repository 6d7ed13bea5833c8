/** Tags from a program: the same as on the command line. Run it inside a git repository. */
import { applyTags, Scheduler } from "redun-git";
import { main } from "./workflow.ts";

const scheduler = new Scheduler();
const text = await scheduler.run(applyTags(main(["NA12878"]), { tags: { reviewed: false } }), {
  project: "demo",
  tags: [
    ["cost", 3.2],
    ["final", true],
    ["source", "s1"],
    ["source", "s2"], // a key may repeat
    ["model", { layers: [64, 64], dropout: 0.1 }], // any JSON value
  ],
});
console.log(text);
