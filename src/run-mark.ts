/**
 * The environment variable by which the command line finds again what a run's tasks have started,
 * to end it with the run. What has to outlive a run, such as a push in the background, is started
 * without it.
 */
export const RUN_MARK = "REDUN_GIT_RUN_MARK";

/** An environment for what is not part of the run. */
export function withoutRunMark(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [RUN_MARK]: _, ...rest } = env;
  return rest;
}
