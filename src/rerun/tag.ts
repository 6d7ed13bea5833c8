/** The tag of an execution that ran another one again: its value is that one's id. */
export const RERUN_OF = "rerun_of";
