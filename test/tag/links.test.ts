import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { linkPatterns, linksOf } from "../../src/tag/links.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import fc from "../support/property.ts";

const COMMIT = "96ab8a09853746fdc8b8b408a9de3647a92a9450";

/** The URLs of some tags, by the built-in patterns and these. */
function urls(tags: readonly TagPair[], ...configured: string[]): string[] {
  return linksOf(tags, linkPatterns(configured)).map(({ url }) => url);
}

const links = suite("links");

for (const [origin, url] of [
  ["git@github.com:acme/code.git", `https://github.com/acme/code/commit/${COMMIT}`],
  ["https://github.com/acme/code.git", `https://github.com/acme/code/commit/${COMMIT}`],
  [
    "https://ann@github.example.com/acme/code/",
    `https://github.example.com/acme/code/commit/${COMMIT}`,
  ],
  [
    "ssh://git@gitlab.example.io:2222/a/b/c.git",
    `https://gitlab.example.io/a/b/c/-/commit/${COMMIT}`,
  ],
  ["git@bitbucket.org:x/y.git", `https://bitbucket.org/x/y/commits/${COMMIT}`],
  ["https://example.org/github/code.git", null],
  ["/srv/git/code.git", null],
  ["", null],
] as const) {
  links(`the commit page of "${origin}"`, () => {
    const tags: TagPair[] = [
      ["git_origin_url", origin],
      ["git_commit", COMMIT],
    ];
    assert.equal(urls(tags), url === null ? [] : [url]);
    assert.equal(urls(tags.slice(0, 1)), []);
    assert.equal(urls([tags[0]!, ["git_commit", "v1.0"]]), []);
  });
}

links("AWS Batch jobs and their log streams", () => {
  const tags: TagPair[] = [
    ["aws_batch_job", "8d90f8fd:3"],
    ["aws_log_stream", "redun-jd/default/ee83"],
  ];
  assert.equal(linksOf(tags, linkPatterns([])), [
    {
      title: "AWS Batch",
      url: "https://console.aws.amazon.com/batch/home?#jobs/detail/8d90f8fd:3",
    },
    {
      title: "CloudWatch",
      url: "https://console.aws.amazon.com/cloudwatch/home?#logEventViewer:group=/aws/batch/job;stream=redun-jd/default/ee83",
    },
  ]);
});

links("a pattern needs all its tags, and repeats with them", () => {
  const pattern = "Ticket https://t.example/{{project}}/{{ticket}}";
  assert.equal(urls([["ticket", 1]], pattern), []);
  const tags: TagPair[] = [
    ["ticket", 1],
    ["ticket", "a b"],
    ["project", "p"],
    ["project", null],
    ["project", ["list"]],
  ];
  assert.equal(urls(tags, pattern), ["https://t.example/p/1", "https://t.example/p/a%20b"]);
  assert.equal(linksOf(tags, linkPatterns([pattern]))[0]?.title, "Ticket");
});

links("one key twice in a pattern is one tag", () => {
  const tags: TagPair[] = [
    ["v", "1.2"],
    ["v", "3.4"],
  ];
  const pattern = "https://x.example/{{v:(\\d+)}}/{{v:.*\\.(?<val>\\d+)}}";
  assert.equal(urls(tags, pattern), ["https://x.example/1/2", "https://x.example/3/4"]);
  assert.equal(urls([["v", "none"]], pattern), []);
});

links("redun's regular expressions, braces included", () => {
  const pattern = "https://x.example/{{id:([a-f]{2}\\d{3})}}";
  assert.equal(urls([["id", "ab123"]], pattern), ["https://x.example/ab123"]);
});

links("an empty value drops what came before", () => {
  const tags: TagPair[] = [
    ["aws_batch_job", "x"],
    ["a", 1],
    ["b", 2],
  ];
  const patterns = ["https://a.example/{{a}}", "", "https://b.example/{{b}}"];
  assert.equal(urls(tags, ...patterns), ["https://b.example/2"]);
  assert.equal(urls(tags, ""), []);
});

links("a value cannot lead to another folder", () => {
  for (const value of ["..", "../x", "a/../../x", "a/..", ".", "./a"]) {
    assert.equal(urls([["x", value]], "https://x.example/a/b/{{x}}"), [], value);
  }
  assert.equal(urls([["x", "v1..2/.hidden"]], "https://x.example/{{x}}").length, 1);
});

links("a value stays a value, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (value) => {
      fc.pre(!/(?:^|\/)\.\.?(?:\/|$)/.test(value));
      const [url = ""] = urls([["x", value]], "https://x.example/{{x}}/end?a=b");
      assert.match(url, /^https:\/\/x\.example\/[\w.!~*'()%/:@-]+\/end\?a=b$/);
      const { hostname, search, hash } = new URL(url);
      assert.equal([hostname, search, hash], ["x.example", "?a=b", ""]);
    }),
  );
});

links("what a regular expression could take for ever is not given to it", () => {
  // Otherwise it would not end.
  const long = `https://${"github.".repeat(100_000)}`;
  assert.equal(
    urls([
      ["git_origin_url", long],
      ["git_commit", COMMIT],
    ]),
    [],
  );
  for (const unit of ["github", "/", ":", "github/", "a@", "github:/"]) {
    urls([
      ["git_origin_url", unit.repeat(500 / unit.length)],
      ["git_commit", COMMIT],
    ]);
  }
});

for (const [pattern, why] of [
  ["Ticket {{ticket}}", "no URL"],
  ["https://x.example/{{:a}}", "no key"],
  ["https://x.example/{{a:(}}", "Invalid regular expression"],
  ["ftp://x.example/{{a}}", "no URL"],
] as const) {
  links(`"${pattern}" is refused`, () => {
    assert.throws(
      () => linkPatterns([pattern]),
      (error: unknown) => {
        assert.instance(error, RedunError);
        assert.is((error as RedunError).code, "BAD_CONFIG");
        return (error as RedunError).message.includes(why);
      },
    );
  });
}

links.run();
