import type { Style } from "./content.ts";

/** The sequence that gives text a style, after a reset; reversed where the cursor is. */
export type Palette = (style: Style, isReverse: boolean) => string;

/**
 * Colours that the colour-blind tell apart (Okabe and Ito's: vermilion, bluish green, orange, sky blue),
 * as the nearest of a terminal's 256.
 */
const COLOURS: Readonly<Partial<Record<Style, string>>> = {
  red: "38;5;202",
  green: "38;5;36",
  yellow: "38;5;178",
  cyan: "38;5;74",
};
const FEW_COLOURS: typeof COLOURS = { red: "31", green: "32", yellow: "33", cyan: "36" };
/** What is not a colour is there without colours, too. */
const SHAPES: Readonly<Partial<Record<Style, string>>> = {
  bold: "1",
  dim: "2",
  title: "1",
  chosen: "1;4",
};

/** The palette that a terminal has, by its environment. */
export function paletteOf(env: NodeJS.ProcessEnv): Palette {
  const isRich = /256|truecolor|24bit/.test(`${env.TERM ?? ""} ${env.COLORTERM ?? ""}`);
  const colours = env.NO_COLOR ? {} : isRich ? COLOURS : FEW_COLOURS;
  return (style, isReverse) => {
    const codes = [SHAPES[style], colours[style], ...(isReverse ? ["7"] : [])].filter(Boolean);
    return codes.length === 0 ? "" : `\x1b[${codes.join(";")}m`;
  };
}
