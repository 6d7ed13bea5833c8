/** Keys of tags, values of a key, conflicts, and how the tags of an entity changed. */

import type { EntityType } from "../../../src/record/records.ts";
import { nameOf } from "../../../src/views/address.ts";
import { href, hrefOfList } from "./address.ts";
import { useAnswer } from "./ask.ts";
import { Id, Loaded } from "./parts.tsx";
import { ByWhom, Tag } from "./tags.tsx";
import { oneLine, shortId, tagText } from "./words.ts";

export function TagKeys() {
  const asking = useAnswer("tags", {});
  return (
    <Loaded of={asking}>
      {({ keys, conflictCount }) => {
        const names = [...new Set(keys.map(({ key }) => key))];
        const types = [...new Set(keys.map(({ type }) => type))];
        return (
          <>
            <h1>Tags</h1>
            {conflictCount > 0 && (
              <p>
                <a href={href("conflicts")}>{conflictCount} in conflict</a>
              </p>
            )}
            <table class="rows">
              <thead>
                <tr>
                  <th>Key</th>
                  {types.map((type) => (
                    <th key={type} class="number">
                      {nameOf(type)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {names.map((name) => (
                  <tr key={name} data-row>
                    <th scope="row">
                      <a href={href({ kind: "tags", key: name })}>{oneLine(name)}</a>
                    </th>
                    {types.map((type) => (
                      <td key={type} class="number">
                        <CountOfKey name={name} type={type} keys={keys} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        );
      }}
    </Loaded>
  );
}

function CountOfKey(props: {
  readonly name: string;
  readonly type: EntityType;
  readonly keys: readonly { key: string; type: EntityType; count: number }[];
}) {
  const found = props.keys.find(({ key, type }) => key === props.name && type === props.type);
  if (!found) return null;
  const where = { is: "tag", key: props.name, keyIsGlob: false, test: null } as const;
  return <a href={hrefOfList(props.type, where)}>{found.count.toLocaleString("en")}</a>;
}

export function TagValues({ name }: { readonly name: string }) {
  const asking = useAnswer("values", { key: name });
  return (
    <Loaded of={asking}>
      {(values) => (
        <>
          <h1>{oneLine(name)}</h1>
          {values.length > 1000 && <p class="dim">The first 1,000 of {values.length}.</p>}
          <table class="rows">
            <tbody>
              {values.slice(0, 1000).map(({ tag, type, count }) => (
                <tr key={`${type} ${tagText(tag)}`} data-row>
                  <td>
                    <Tag of={tag} type={type} />
                  </td>
                  <td>{nameOf(type)}</td>
                  <td class="number">{count.toLocaleString("en")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Loaded>
  );
}

export function Conflicts() {
  const asking = useAnswer("conflicts", {});
  return (
    <>
      <h1>Conflicts</h1>
      <p class="dim">Tags that two clones set to different values. Set the one that holds.</p>
      <Loaded of={asking}>
        {(found) =>
          found.length === 0 ? (
            <p>None.</p>
          ) : (
            <table class="rows">
              <tbody>
                {found.flatMap(({ type, id, tags }) =>
                  tags.map(({ tag, isConflict, commit, unknown }) => (
                    <tr key={`${id} ${tagText(tag)}`} data-row>
                      <td>
                        <Id of={{ type, id }} />
                      </td>
                      <td>
                        <Tag of={tag} type={type} isConflict={isConflict} />
                      </td>
                      <ByWhom commit={commit} unknown={unknown} />
                    </tr>
                  )),
                )}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </>
  );
}

export function History({ id }: { readonly id: string }) {
  const asking = useAnswer("history", { id });
  return (
    <Loaded of={asking}>
      {({ type, id, changes }) => (
        <>
          <h1>
            Tags of <Id of={{ type, id }}>{shortId(id)}</Id>
          </h1>
          <table class="rows">
            <thead>
              <tr>
                <th>Was</th>
                <th>Is</th>
                <th>Changed by</th>
                <th>When</th>
                <th>Why</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ key, was, is, commit, unknown }, at) => (
                <tr key={`${at} ${key}`}>
                  <td>
                    {was.map((tag) => (
                      <Tag key={tagText(tag)} of={tag} type={type} />
                    ))}
                  </td>
                  <td>
                    {is.map((tag) => (
                      <Tag key={tagText(tag)} of={tag} type={type} />
                    ))}
                  </td>
                  <ByWhom commit={commit} unknown={unknown} />
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Loaded>
  );
}
