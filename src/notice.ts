let tell = (text: string): void => process.emitWarning(text, { type: "redun-git" });

/**
 * Tells the user of something that is not as they may think, and goes on. In a program
 * that uses the library it is a warning of Node's.
 */
export function notice(text: string): void {
  tell(text);
}

/** From now on notices go to this function. */
export function tellNotices(by: (text: string) => void): void {
  tell = by;
}
