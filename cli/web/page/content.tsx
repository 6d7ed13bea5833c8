/** What a call took and gave, and where that came from. */
import type { Answer } from "./ask.ts";
import { Id, Section } from "./parts.tsx";
import { oneLine, visible } from "./words.ts";

type Job = Extract<Answer<"entity">, { type: "Job" }>;

export function Content(props: {
  readonly of: Job["content"];
  /** The jobs that arguments came from, by their names. */
  readonly from?: Job["from"];
}) {
  const { args, argCount, outcome } = props.of;
  return (
    <Section title="Arguments and result">
      <table class="values">
        <tbody>
          {args.map(({ name, id, text }) => (
            <tr key={name}>
              <th scope="row">{oneLine(name)}</th>
              <ShownValue id={id} text={text} />
              <td class="dim">
                {(props.from?.[name] ?? []).map((job) => (
                  <span key={job}>
                    from <Id of={{ type: "Job", id: job }} />{" "}
                  </span>
                ))}
              </td>
            </tr>
          ))}
          {outcome && (
            <tr class={outcome.isError ? "error" : "result"}>
              <th scope="row">{outcome.isError ? "raised" : "gave"}</th>
              <ShownValue id={outcome.id} text={outcome.text} />
              <td />
            </tr>
          )}
        </tbody>
      </table>
      {args.length < argCount && <p class="dim">And {argCount - args.length} more arguments.</p>}
    </Section>
  );
}

function ShownValue({ id, text }: { readonly id: string; readonly text: string | null }) {
  return (
    <td>
      <code class="value">{text === null ? "only its hash is recorded" : visible(text)}</code>{" "}
      <Id of={{ type: "Value", id }} />
    </td>
  );
}

/** redun's upstream dataflow of a value, section by section. */
export function Flow({ of }: { readonly of: NonNullable<Job["dataflow"]> }) {
  if (of.sections.length === 0) return null;
  return (
    <Section title="Where it came from">
      <ol class="flow">
        {of.sections.map(({ name, steps, variables }, at) => (
          <li key={at}>
            <strong>{oneLine(name)}</strong>
            {steps.map((step, place) => (
              <span key={place}>
                {" "}
                {step.kind === "call" || step.kind === "argument" ? (
                  <>
                    {step.kind === "call" ? "is the result of" : "was an argument of"}{" "}
                    <Id of={{ type: "Job", id: step.call.job }}>{oneLine(step.call.task)}</Id>(
                    {oneLine(step.call.arguments.join(", "))})
                  </>
                ) : step.kind === "derived" ? (
                  "was made of"
                ) : (
                  "is where its history begins"
                )}
              </span>
            ))}
            <ul>
              {variables.map((variable) => (
                <li key={variable.name}>
                  {oneLine(variable.name)} = <code>{visible(variable.text ?? "(hash only)")}</code>{" "}
                  <Id of={{ type: "Value", id: variable.id }} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {of.isCut && <p class="dim">More is known than stands here.</p>}
    </Section>
  );
}
