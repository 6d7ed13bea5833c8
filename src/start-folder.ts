const folder = current();

/**
 * The folder that the process was started in. A workflow may go elsewhere, or delete the folder that it
 * is in; what people typed and what they are shown is meant from here.
 */
export function startFolder(): string {
  return folder;
}

function current(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}
