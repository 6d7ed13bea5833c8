import { spawnSync } from "node:child_process";
import type { Browser, Page } from "playwright-core";

/** The system's own Chromium; null where there is none. */
const CHROMIUM: string | null =
  ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout?.trim())
    .find(Boolean) ?? null;

// Its sandbox is not for root, as in a container.
const WORDS = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

/** Why there can be no browser here; null where there can be. */
export const NO_BROWSER: string | null =
  CHROMIUM === null ? "no chromium" : starts(CHROMIUM) ? null : "chromium does not start here";

function starts(chromium: string): boolean {
  const words = [...WORDS, "--headless", "--dump-dom", "data:text/html,it starts"];
  const { stdout } = spawnSync(chromium, words, { encoding: "utf8", timeout: 60_000 });
  return stdout?.includes("it starts") ?? false;
}

let browser: Browser | undefined;

/** A page that keeps what its console says, and every dialog that something opened. */
export interface OpenPage {
  readonly page: Page;
  readonly said: readonly string[];
  readonly dialogs: readonly string[];
  /** Every address that was asked for. */
  readonly asked: readonly string[];
}

export async function openPage(options: { readonly dark?: boolean } = {}): Promise<OpenPage> {
  if (!browser) {
    const { chromium } = await import("playwright-core");
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: WORDS });
  }
  const page = await browser.newPage({
    viewport: { width: 1200, height: 800 },
    colorScheme: options.dark ? "dark" : "light",
    timezoneId: "UTC",
    locale: "en-GB",
  });
  const said: string[] = [];
  const dialogs: string[] = [];
  const asked: string[] = [];
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => void said.push(message.text()));
  page.on("pageerror", (error) => void said.push(error.message));
  page.on("request", (request) => void asked.push(request.url()));
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return { page, said, dialogs, asked };
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
  // What drives it may keep a process that has nothing more to do.
  setTimeout(() => process.exit(), 3000).unref();
}
