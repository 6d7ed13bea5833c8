import type { JobDetail } from "@aws-sdk/client-batch";
import { optionalPackage } from "../optional-package.ts";

type LogsSdk = typeof import("@aws-sdk/client-cloudwatch-logs");

/** Where containers write, unless their job definition says otherwise ("Using the awslogs log driver" in the User Guide). */
const GROUP = "/aws/batch/job";
const LINES = 20;

/**
 * The end of what a container has printed, as CloudWatch has it: what `redun-git oneshot` prints goes elsewhere, so it is what
 * went wrong before. Empty where there is none, and where the client is not installed or may not read it.
 * @param root the top of the work tree; "" for the current directory
 */
export async function logTail(
  { container }: JobDetail,
  region: string | undefined,
  root: string,
): Promise<string> {
  const { logStreamName, logConfiguration } = container ?? {};
  if (!logStreamName) return "";
  try {
    const sdk = optionalPackage<LogsSdk>("@aws-sdk/client-cloudwatch-logs", "The log's tail", root);
    const client = new sdk.CloudWatchLogsClient(region === undefined ? {} : { region });
    const command = new sdk.GetLogEventsCommand({
      logGroupName: logConfiguration?.options?.["awslogs-group"] ?? GROUP,
      logStreamName,
      limit: LINES,
    });
    const { events = [] } = await client.send(command);
    client.destroy();
    return events.map(({ message }) => message).join("\n");
  } catch {
    return "";
  }
}
