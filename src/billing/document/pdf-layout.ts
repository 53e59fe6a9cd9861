/** Measures and styles that all parts of the PDF share. */
import type { TextStyle } from './pdf-pen.js';

/** A4, in points. */
const PAGE = { width: 595.28, height: 841.89 };
export const LEFT = 50;
export const RIGHT = PAGE.width - LEFT;
export const TOP = 48;
/** Where the foot of a page begins. */
export const FOOT = PAGE.height - 42;
export const GAP = 16;

export const INK = '#1c1c1e';
const MUTED = '#5f6368';
export const RULE = '#cfd2d6';

export const TITLE: TextStyle = { size: 21, weight: 700, color: INK };
export const HEADLINE: TextStyle = { size: 13, weight: 700, color: INK };
export const BODY: TextStyle = { size: 9.5, weight: 400, color: INK };
export const STRONG: TextStyle = { ...BODY, weight: 700 };
export const MUTED_BODY: TextStyle = { ...BODY, color: MUTED };
export const SMALL: TextStyle = { size: 8, weight: 400, color: MUTED };
export const SMALL_STRONG: TextStyle = { ...SMALL, weight: 700, color: INK };

export const TONES = { GOOD: '#16693a', BAD: '#a8201a', PLAIN: '#7a5200' };
