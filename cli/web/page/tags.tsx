/** Tags of an entity: shown, explained, and edited with a reason. */
import { useState } from "preact/hooks";
import type { EntityType } from "../../../src/record/records.ts";
import { formatKey } from "../../../src/tag/text.ts";
import { hrefOfList } from "./address.ts";
import { type Answer, edit, IS_REPORT, Unanswered, useAnswer } from "./ask.ts";
import { Loaded, Problem, Section, Time } from "./parts.tsx";
import { oneLine, tagText } from "./words.ts";

type Pair = readonly [string, unknown];

interface Tagged {
  readonly type: EntityType;
  readonly id: string;
  readonly tags: readonly Pair[];
  readonly conflicts: readonly Pair[];
}

/** A tag; it leads to what else has it. */
export function Tag(props: {
  readonly of: Pair;
  readonly type: EntityType;
  readonly isConflict?: boolean;
}) {
  const [key, value] = props.of;
  const isLong = JSON.stringify(String(value)).length > 300;
  const test = isLong ? null : ({ op: "=", value } as never);
  const where = { is: "tag", key, keyIsGlob: false, test } as const;
  const isHash = typeof value === "string" && /^[0-9a-f]{40,64}$/.test(value);
  const whole = oneLine(tagText(props.of));
  const text = isHash ? oneLine(tagText([key, value.slice(0, 8)])) : whole;
  const at = text.indexOf("=", formatKey(key).length);
  return (
    <a
      class={`tag ${props.isConflict ? "conflict" : ""}`}
      href={IS_REPORT ? undefined : hrefOfList(props.type, where)}
      title={props.isConflict ? `${whole}: in conflict with another value` : whole}
    >
      <span class="key">{text.slice(0, at)}</span>
      {text.slice(at, 200)}
      {text.length > 200 && "..."}
      {props.isConflict && <strong> conflict</strong>}
    </a>
  );
}

export function Tags({ of: { type, tags, conflicts } }: { readonly of: Tagged }) {
  const torn = new Set(conflicts.map(tagText));
  return (
    <span class="tags">
      {tags.toSorted(byKey).map((tag) => (
        <Tag key={tagText(tag)} of={tag} type={type} isConflict={torn.has(tagText(tag))} />
      ))}
    </span>
  );
}

function byKey([a]: Pair, [b]: Pair): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** With who set them, and a form to change them. */
export function TagSection({ of, canEdit }: { readonly of: Tagged; readonly canEdit: boolean }) {
  const [shows, setShows] = useState(false);
  const [isEditing, setEditing] = useState(false);
  return (
    <Section title="Tags" id="tags">
      {of.tags.length === 0 ? <p class="dim">No tags.</p> : <Tags of={of} />}
      <p class="actions">
        <button type="button" onClick={() => setShows(!shows)} aria-expanded={shows}>
          Who set them
        </button>
        <a href={`#/history/${of.id}`}>History</a>
        {canEdit && (
          <button
            type="button"
            data-key="e"
            onClick={() => setEditing(!isEditing)}
            aria-expanded={isEditing}
          >
            Edit
          </button>
        )}
      </p>
      {shows && <Blame id={of.id} />}
      {isEditing && <TagForm of={of} onDone={() => setEditing(false)} />}
    </Section>
  );
}

function Blame({ id }: { readonly id: string }) {
  const asking = useAnswer("blame", { id });
  return (
    <Loaded of={asking}>
      {({ type, tags }) => (
        <table>
          <thead>
            <tr>
              <th>Tag</th>
              <th>Set by</th>
              <th>When</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {tags.map(({ tag, isConflict, commit, unknown }) => (
              <tr key={tagText(tag)}>
                <td>
                  <Tag of={tag} type={type} isConflict={isConflict} />
                </td>
                <ByWhom commit={commit} unknown={unknown} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Loaded>
  );
}

type Commit = Answer<"blame">["tags"][number]["commit"];

const UNKNOWN: Readonly<Record<string, string>> = {
  shallow: "not known: this clone is shallow",
  lost: "not known: the commit is lost",
  unsought: "not looked up yet: reload",
};

/** Who, when and why: three cells. */
export function ByWhom(props: { readonly commit: Commit; readonly unknown?: string | undefined }) {
  const { commit, unknown } = props;
  if (!commit)
    return (
      <td colSpan={3} class="dim">
        {UNKNOWN[unknown ?? ""] ?? "not known"}
      </td>
    );
  return (
    <>
      <td>{oneLine(commit.author)}</td>
      <td>
        <Time of={commit.authored} />
      </td>
      <td title={oneLine(commit.oid)}>{oneLine(commit.reason || commit.subject)}</td>
    </>
  );
}

const KINDS = {
  add: "Add: other values of the key stay",
  update: "Set: in place of the values that the key has",
  rm: "Remove: key, or key=value",
} as const;

function TagForm({ of, onDone }: { readonly of: Tagged; readonly onDone: () => void }) {
  const [kind, setKind] = useState<keyof typeof KINDS>("update");
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [error, setError] = useState<Unanswered | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const tags = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    setBusy(true);
    try {
      await edit({ kind, ids: [of.id], tags, reason });
      onDone();
    } catch (thrown) {
      setError(thrown instanceof Unanswered ? thrown : new Unanswered(thrown as Error));
      setBusy(false);
    }
  };
  return (
    <form class="edit" onSubmit={submit}>
      <label>
        What to do
        <select
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as keyof typeof KINDS)}
        >
          {Object.entries(KINDS).map(([name, about]) => (
            <option key={name} value={name}>
              {about}
            </option>
          ))}
        </select>
      </label>
      <label>
        Tags, one a line
        <textarea
          rows={2}
          required
          placeholder="env=prod"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {kind === "rm" && (
        <p class="tags">
          {of.tags.map((tag) => (
            <button
              type="button"
              class="tag"
              key={tagText(tag)}
              onClick={() => setText(tagText(tag))}
            >
              {oneLine(tagText(tag))}
            </button>
          ))}
        </p>
      )}
      <label>
        Why (kept in the commit)
        <input value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      {error && <Problem of={error} />}
      <button type="submit" disabled={isBusy || text.trim() === ""}>
        Commit
      </button>
    </form>
  );
}
