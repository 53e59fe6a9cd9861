/** Rows of a page, of every list of the API that is asked for by `first`. */
export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;
