import type { CommandFunction } from "../command.ts";
import type { MCP } from "../declarations/mcp.ts";
import { answered, answerOf } from "../mcp/answer.ts";
import { EDIT_TOOLS } from "../mcp/edit-tools.ts";
import { READ_TOOLS } from "../mcp/read-tools.ts";
import { type Call, serve } from "../mcp/server.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction<typeof MCP> = async (workspace, _, { write }) => {
  // Where there is no repository, its agent's user should read so at once.
  workspace.indexedLog();
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: an index that is damaged is replaced, and its call begins again.
  const call: Call = (tool, input) => {
    const answer = last.then(() =>
      answered(() =>
        withLog(workspace, async (log) => answerOf(await tool.run(log, input as never)), {
          appends: tool.writes,
        }),
      ),
    );
    last = answer.catch(() => {});
    return answer;
  };
  await serve(workspace.io, write ? [...READ_TOOLS, ...EDIT_TOOLS] : READ_TOOLS, call);
  // A commit that was begun is ended.
  await last;
};
