import { additionsContract } from "./additions.ts";
import { appendContract } from "./append.ts";
import { configContract } from "./config.ts";
import { filesUnlikeContract } from "./files-unlike.ts";
import { headContract } from "./head.ts";
import { historyContract } from "./history.ts";
import { mergeContract } from "./merge.ts";
import { readContract } from "./read.ts";
import { repositoriesContract } from "./repositories.ts";
import { contractSuite, type Open } from "./support.ts";

/** Everything that a backend must do in a repository, without a remote. */
export function backendContract(name: "native" | "isomorphic", open: Open): void {
  contractSuite(`git backend ${name}: append`, open, appendContract);
  contractSuite(`git backend ${name}: read`, open, readContract);
  contractSuite(`git backend ${name}: additions`, open, additionsContract);
  contractSuite(`git backend ${name}: head`, open, (test) => headContract(test, open));
  contractSuite(`git backend ${name}: files unlike`, open, filesUnlikeContract);
  contractSuite(`git backend ${name}: history`, open, (test) => historyContract(test, open));
  contractSuite(`git backend ${name}: merge`, open, mergeContract);
  contractSuite(`git backend ${name}: config`, open, configContract);
  contractSuite(`git backend ${name}: repositories`, open, (test) =>
    repositoriesContract(test, open, name),
  );
}
