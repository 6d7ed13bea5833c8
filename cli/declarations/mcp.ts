import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";

export const MCP = defineCommand({
  name: "mcp",
  args: "",
  about: "Serve the log to an agent on stdin and stdout, by the Model Context Protocol",
  options: [{ flags: "--write", about: "Also let it add, update and remove tags" }, ...WHICH_LOG],
  examples: [
    "mcp                                  what an agent's configuration starts; see docs/mcp.md",
    "mcp --write                          with the tools that edit tags",
  ],
});
