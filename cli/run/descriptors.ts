/** The descriptor in the worker of its channel to the process that started it. */
export const CHANNEL = 3;

/** The descriptor in the worker where it tells how the run stands, if the other process can show that. */
export const VIEW = 4;
