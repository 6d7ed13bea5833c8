/**
 * How much a view gathers of what may be large. A `page` is what a person reads: ten of each list, values
 * as short texts. The `whole` is what a program gets: the values themselves, and lists of thousands.
 */
export type Extent = "page" | "whole";
