/**
 * What git is told where it takes what others send. It has no limit of its own: neither for how much
 * is sent nor for what an object is unpacked to.
 */

/** Larger files are hashed as they stream by. */
export const STREAMED = ["-c", "core.bigFileThreshold=64m"];

/**
 * The most memory that git may ask for at once: a few kilobytes of deltas can stand for an object of
 * any size. A list of ten million objects fits in.
 */
export const BOUNDED = { GIT_ALLOC_LIMIT: String(2 ** 30) };

/** How git says that it would need more, with the number of bytes. */
export const TOO_MUCH_MEMORY = /attempting to allocate (\d+) over limit (\d+)/;
