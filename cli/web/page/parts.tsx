/** Small parts that every screen is made of. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { AddressedType } from "../../../src/views/address.ts";
import { hrefOf } from "./address.ts";
import type { Asking } from "./ask.ts";
import { localTime, oneLine, shortId, took, visible } from "./words.ts";

export function Status({ status }: { readonly status: string }) {
  return <span class={`status ${statusClass(status)}`}>{oneLine(status)}</span>;
}

/** Only words that the style knows. */
export function statusClass(status: string): string {
  return /^(DONE|CACHED|FAILED|RUNNING|PENDING|INTERRUPTED)$/.test(status)
    ? status.toLowerCase()
    : "";
}

/** A link to an entity: the beginning of its id, or other words. */
export function Id(props: {
  readonly of: { readonly type: AddressedType; readonly id: string };
  readonly children?: ComponentChildren;
}) {
  return (
    <a href={hrefOf(props.of)} class={props.children ? "" : "id"} title={oneLine(props.of.id)}>
      {props.children ?? shortId(props.of.id)}
    </a>
  );
}

export function Time({ of }: { readonly of: string }) {
  return (
    <time dateTime={of} title={of}>
      {localTime(of)}
    </time>
  );
}

export function Took({ of }: { readonly of: { started: string; ended: string | null } }) {
  return <span class="number">{took(of.started, of.ended)}</span>;
}

/** What a row of a table says of an execution first: its id, start, status and duration. */
export function ExecutionCells({
  of,
}: {
  readonly of: {
    readonly type: AddressedType;
    readonly id: string;
    readonly started: string;
    readonly ended: string | null;
    readonly status: string;
  };
}) {
  return (
    <>
      <td>
        <Id of={of} />
      </td>
      <td>
        <Time of={of.started} />
      </td>
      <td>
        <Status status={of.status} />
      </td>
      <td class="number">
        <Took of={of} />
      </td>
    </>
  );
}

/** Text in lines, as it was recorded. */
export function Text({ children }: { readonly children: string }) {
  return <pre class="text">{visible(children)}</pre>;
}

/** A word or a command that can be copied. */
export function Copied({ children }: { readonly children: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(children);
      setDone(true);
    } catch {
      // Without the right to it, people select the text.
    }
  };
  return (
    <span class="copied">
      <code>{oneLine(children)}</code>
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy ${oneLine(children)}`}>
        {isDone ? "copied" : "copy"}
      </button>
    </span>
  );
}

export function Section(props: {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  readonly id?: string;
}) {
  return (
    <section id={props.id}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

/** What is known of something, as pairs; those without a value are left out. */
export function Facts(props: { readonly of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {props.of
        .filter(([, value]) => value || value === 0)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What is asked for, once it is there; until then, or where it is not there, what people should know. */
export function Loaded<T>(props: {
  readonly of: Asking<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, error } = props.of;
  if (error) return <Problem of={error} />;
  if (value === undefined) return <p class="loading">Loading</p>;
  return <>{props.children(value)}</>;
}

export function Problem({ of }: { readonly of: Error & { readonly hint?: string | undefined } }) {
  return (
    <div class="problem" role="alert">
      <p>{visible(of.message)}</p>
      {of.hint && <p class="hint">{visible(of.hint)}</p>}
    </div>
  );
}

/** Links that tags make. Only pages of the web: whatever a tag holds, it runs nothing. */
export function Links({ of }: { readonly of: readonly { title: string; url: string }[] }) {
  const links = of.filter(({ url }) => /^https?:\/\//.test(url));
  if (links.length === 0) return null;
  return (
    <ul class="links">
      {links.map(({ title, url }) => (
        <li key={url}>
          <a href={url} rel="noopener noreferrer" target="_blank">
            {oneLine(title)}
          </a>{" "}
          <span class="dim">{oneLine(url)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A unified diff. */
export function Diff({ lines }: { readonly lines: readonly string[] }) {
  return (
    <pre class="diff">
      {lines.map((line, at) => (
        <span key={at} class={DIFF_CLASSES[line[0] ?? ""] ?? ""}>
          {visible(line)}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

const DIFF_CLASSES: Readonly<Record<string, string>> = {
  "+": "added",
  "-": "removed",
  "@": "place",
};
