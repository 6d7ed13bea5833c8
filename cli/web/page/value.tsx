import { useState } from "preact/hooks";
import { Float } from "../../../src/value/value.ts";
import { type Answer, useAnswer } from "./ask.ts";
import { Flow } from "./content.tsx";
import { JobList } from "./job.tsx";
import { Copied, Facts, Id, Section, Text } from "./parts.tsx";
import { image, type Preview, previewOf, separated } from "./preview.ts";
import { TagSection } from "./tags.tsx";
import { counted, jsonOf, oneLine, shortId, valueText, visible } from "./words.ts";

type Value = Extract<Answer<"entity">, { type: "Value" }>;

export function ValuePage(props: { readonly of: Value; readonly canEdit: boolean }) {
  const { of } = props;
  const { file } = of;
  return (
    <article>
      <h1>
        {oneLine(file?.path ?? of.valueType ?? "Value")} <span class="id">{shortId(of.id)}</span>
      </h1>
      <Facts
        of={[
          ["Id", <Copied key="id">{of.id}</Copied>],
          ["Type", of.valueType && oneLine(of.valueType)],
          ["Hash", file?.hash && <code>{oneLine(file.hash)}</code>],
          ["Size", file?.size != null && counted(file.size, "byte")],
          ["Now", file?.now && nowText(file.now)],
        ]}
      />
      <TagSection of={of} canEdit={props.canEdit} />
      {file ? <FileContent id={of.id} path={file.path} /> : <Content of={of} />}
      {of.maker && (
        <Section title="Made by">
          <JobList of={[of.maker.job]} />
        </Section>
      )}
      {of.givenBy.length > 0 && (
        <Section title="Given by">
          <JobList of={of.givenBy.slice(0, 10)} />
        </Section>
      )}
      {of.takenBy.length > 0 && (
        <Section title="Taken by">
          <JobList of={of.takenBy.slice(0, 10)} />
        </Section>
      )}
      <Flow of={of.dataflow} />
      {file && file.versions.length > 1 && (
        <Section title="Contents that this path had">
          <ul>
            {file.versions.slice(0, 50).map(({ id }) => (
              <li key={id}>
                <Id of={{ type: "Value", id }} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </article>
  );
}

function nowText({ isThere, isSame }: NonNullable<NonNullable<Value["file"]>["now"]>): string {
  if (!isThere) return "nothing is at its path";
  return isSame ? "its path holds the same" : "its path holds something else";
}

function Content({ of }: { readonly of: Value }) {
  if (of.valueType === null) return <p class="dim">Only its hash is recorded.</p>;
  if (of.isCut) {
    return (
      <Section title="The beginning of it">
        <Text>{String(of.value)}</Text>
      </Section>
    );
  }
  return (
    <Section title="Value">
      <Shown preview={previewOf(of.value)} value={of.value} />
    </Section>
  );
}

/** A file's content, where it is what was recorded, and can be shown. */
function FileContent({ id, path }: { readonly id: string; readonly path: string }) {
  const { value: content } = useAnswer("content", { id });
  if (!content?.text && !content?.base64) return null;
  return (
    <Section title="Content">
      <Shown preview={previewOfFile(path, content)} value={content.text} />
      {content.isCut && <p class="dim">The beginning of it.</p>}
    </Section>
  );
}

const IMAGES = /\.(png|jpe?g|gif|webp)$/i;

function previewOfFile(
  path: string,
  { text, base64 }: { readonly text: string | null; readonly base64: string | null },
): Preview {
  const type = IMAGES.exec(path)?.[1]?.toLowerCase().replace("jpg", "jpeg");
  if (base64 !== null && type) {
    return { kind: "image", url: `data:image/${type};base64,${base64}` };
  }
  if (text === null) return { kind: "text", text: "(not a text)" };
  if (/\.svg$/i.test(path)) return image("image/svg+xml", text);
  if (/\.csv$/i.test(path)) return separated(text, ",");
  if (/\.tsv$/i.test(path)) return separated(text, "\t");
  return { kind: "text", text };
}

function Shown({ preview, value }: { readonly preview: Preview; readonly value: unknown }) {
  switch (preview.kind) {
    case "image":
      return <img class="preview" src={preview.url} alt="What was recorded" />;
    case "text":
      return <Text>{preview.text}</Text>;
    case "table":
      return (
        <div class="wide">
          <table class="data">
            <thead>
              <tr>
                {preview.columns.map((column, at) => (
                  <th key={at}>{oneLine(column)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {preview.rows.map((row, at) => (
                <tr key={at}>
                  {row.map((cell, place) => (
                    <td key={place}>{cell === undefined ? "" : valueText(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    default:
      return <Tree value={value} name={null} depth={0} />;
  }
}

/** Parts of a list or map that are shown before someone asks for the others. */
const PARTS = 100;

/** A list or map that folds. */
function Tree(props: {
  readonly value: unknown;
  readonly name: string | null;
  readonly depth: number;
}) {
  const { value, name, depth } = props;
  const [count, setCount] = useState(PARTS);
  const label = name === null ? "" : `${oneLine(name)}: `;
  if (typeof value !== "object" || value === null || value instanceof Float) {
    return (
      <div>
        {label}
        <code class="value">{visible(jsonOf(value))}</code>
      </div>
    );
  }
  const id = "_type" in value && value._type === "Value" && "id" in value ? value.id : null;
  if (typeof id === "string") {
    return (
      <div>
        {label}
        <Id of={{ type: "Value", id }} />
      </div>
    );
  }
  const parts = Object.entries(value);
  const kind = Array.isArray(value) ? counted(parts.length, "item") : counted(parts.length, "key");
  return (
    <details open={depth < 2} class="json">
      <summary>
        {label}
        <span class="dim">{kind}</span>
      </summary>
      {parts.slice(0, count).map(([key, part]) => (
        <Tree key={key} name={key} value={part} depth={depth + 1} />
      ))}
      {parts.length > count && (
        <button type="button" onClick={() => setCount(count * 10)}>
          More
        </button>
      )}
    </details>
  );
}
