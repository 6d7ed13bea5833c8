/** What looks like a secret is not shown: URLs in every form that git takes, words of a command. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../src/errors.ts";
import { withoutCredentials } from "../src/git/remote-url.ts";
import { redactText, redactUrls, redactWords, spareNames } from "../src/redact.ts";

const redact = suite("redact");

const URLS = [
  ["https://u:SECRET@h/x", "https://h/x"],
  ["https://SECRET@h/x", "https://h/x"],
  ["https://u:SE@CRET@h/x", "https://h/x"],
  ["https://u:SE/CRET@h/x", "https://h/x"],
  ["https://u:SE?CRET@h/x", "https://h/x"],
  ["https://u:SE\nCRET@h/x", "https://h/x"],
  ["https:/u:SECRET@h/x", "https:/h/x"],
  ["https:\\\\u:SECRET@h\\x", "https:\\\\h\\x"],
  ["HTTPS://u:SECRET@h:8443/x", "HTTPS://h:8443/x"],
  ["https://h/x?access_token=SECRET#SECRET", "https://h/x"],
  ["ssh://git:SECRET@h/x", "ssh://git@h/x"],
  ["git+ssh://git:SECRET@h/x", "git+ssh://git@h/x"],
  ["git:SECRET@h:x", "git@h:x"],
  ["[git:SECRET@h:22]:x", "[git@h:22]:x"],
  ["http::https://u:SECRET@h/x", "http::https://h/x"],
  ["ext::helper https://u:SECRET@h", "ext::helper https://h"],
  ["file://u:SECRET@h/x", "file://h/x"],
  ["s3://key:SECRET@bucket/x", "s3://bucket/x"],
] as const;

for (const [url, expected] of URLS) {
  redact(`the URL ${JSON.stringify(url)}`, () => {
    assert.is(withoutCredentials(url), expected);
    const { message, hint } = new RedunError("USAGE", `"${url}" is wrong`, `try '${url}'`);
    // Of a bare text only ssh's short form, a line feed and a query without a name are not known.
    if (!/^\[?git:|\n|#/.test(url)) assert.not.match(`${message} ${hint}`, /SECRET|CRET/);
  });
}

for (const url of [
  "git@h:x",
  "ssh://git@h:22/x",
  "[git@h:22]:x",
  "https://[::1]:8080/x@y",
  "file:///a/b@c?d",
  "/a/b@c:d",
  "../x@y",
  "C:/x@y",
]) {
  redact(`the URL ${url} stays`, () => assert.is(withoutCredentials(url), url));
}

const TEXTS = [
  [
    "fatal: unable to access 'https://u:SECRET word@h/x/': no",
    "fatal: unable to access 'https://h/x/': no",
  ],
  ["see https://h/x?token=SECRET&page=2 now", "see https://h/x?token=REDACTED&page=2 now"],
  ["(https://u:SECRET@h),http://u:SECRET@g", "(https://h),http://g"],
  ["12:30 a@b https://h:80/x, foo:bar", "12:30 a@b https://h:80/x, foo:bar"],
] as const;

for (const [text, expected] of TEXTS) {
  redact(`the text ${text}`, () => assert.is(redactUrls(text), expected));
}

for (const words of [
  ["--password", "SECRET"],
  ["--password", "-SECRET"],
  ["--token=SECRET"],
  ["api_key=SECRET"],
  ["--apiKey", "SECRET"],
  ["--DB_PASSWORD=SECRET"],
  ["--authtoken", "SECRET"],
  ["--private-key", "SECRET"],
  ["--header", "Authorization: Bearer SECRET"],
  ["--config", '{"password": "SECRET SECRET", "n": 1}'],
  ["Server=x;Password=SECRET;Database=y"],
  ["--db", "postgres://u:SECRET@h/db"],
  ["ghp_SECRETabcdefghijklmnop"],
]) {
  redact(`the words ${words.join(" ")}`, () => {
    assert.not.match(redactWords(words).join(" "), /SECRET/);
  });
}

for (const words of [
  ["--greet", "Hi4"],
  ["--max-tokens", "100"],
  ["--tokenizer=bert"],
  ["--password", "--verbose"],
  ["--author", "Ada"],
  ["--compass", "7", "--passes=3", "--key", "a"],
  ["team=qa", "https://h/x"],
]) {
  redact(`the words ${words.join(" ")} stay`, () => assert.equal(redactWords(words), words));
}

redact("a long text costs a pass, whatever it is made of", () => {
  // Each took minutes, or the stack, when a name might begin anywhere.
  for (const text of ["x".repeat(1e6), "a=".repeat(3e5), `a="${"\\n".repeat(1e6)}"`]) {
    assert.is(redactText(text), text);
  }
  assert.is(redactText(`${"x=".repeat(1000)}token=abc`), `${"x=".repeat(1000)}token=REDACTED`);
});

redact("names that the settings list are none of a secret", () => {
  spareNames(["Token"]);
  assert.is(redactText("token=abc my_token=abc"), "token=abc my_token=REDACTED");
  spareNames([]);
  assert.is(redactText("token=abc"), "token=REDACTED");
});

redact.run();
