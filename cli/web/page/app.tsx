import { useEffect, useState } from "preact/hooks";
import { type Address, printAddress } from "../../../src/views/address.ts";
import { goTo, href, readAddress, useAddress } from "./address.ts";
import { type Answer, useAnswer } from "./ask.ts";
import { Compare } from "./compare.tsx";
import { Execution } from "./execution.tsx";
import { List } from "./executions.tsx";
import { CallPage, JobPage } from "./job.tsx";
import { KEYS, listenForKeys } from "./keys.ts";
import { Copied, Loaded } from "./parts.tsx";
import { Conflicts, History, TagKeys, TagValues } from "./tag-screens.tsx";
import { TaskPage } from "./task.tsx";
import { ValuePage } from "./value.tsx";
import { commandLine, oneLine } from "./words.ts";

const PLACES = ["executions", "jobs", "tasks", "files", "values", "tags", "conflicts"] as const;

export function App() {
  const written = useAddress();
  const info = useAnswer("info", {});
  const text = written || (info.value?.start ?? "");
  const [hasHelp, setHelp] = useState(false);
  useEffect(() => listenForKeys(goTo, () => setHelp((has) => !has)), []);
  const address = readAddress(text);
  useEffect(() => {
    document.title = `${oneLine(text || "executions")} · redun-git`;
  }, [text]);
  return (
    <Loaded of={info}>
      {(known) => (
        <>
          <Header info={known} address={text} onHelp={() => setHelp(!hasHelp)} />
          {hasHelp && <Help />}
          <main>
            {address ? (
              <Screen key={text} address={address} canEdit={known.canEdit} />
            ) : (
              <p class="problem">"{oneLine(text)}" is not an address.</p>
            )}
          </main>
        </>
      )}
    </Loaded>
  );
}

function Header(props: {
  readonly info: Answer<"info">;
  readonly address: string;
  readonly onHelp: () => void;
}) {
  const { info, address } = props;
  const shown = address || "executions";
  return (
    <header>
      <button type="button" class="skip" onClick={skip}>
        To the content
      </button>
      <strong>
        <a href={href("")}>{oneLine(info.repository)}</a>
      </strong>
      <span class="dim">{oneLine(info.ref.replace("refs/redun/", ""))}</span>
      {!info.isReport && (
        <nav aria-label="Parts of the log">
          {PLACES.map((place) => (
            <a
              key={place}
              href={href(place)}
              aria-current={new RegExp(`^${place}(?:[/?]|$)`).test(shown) ? "page" : undefined}
            >
              {place}
            </a>
          ))}
        </nav>
      )}
      <span class="end">
        <Copied>{`redun-git web ${commandLine([withShortIds(shown)])}`}</Copied>
        <button type="button" class="quiet" aria-label="Keys" onClick={props.onHelp}>
          ?
        </button>
      </span>
    </header>
  );
}

function withShortIds(address: string): string {
  return address.replace(/\b[0-9a-f]{40,64}\b/g, (id) => id.slice(0, 8));
}

function skip(): void {
  const main = document.querySelector("main")!;
  main.tabIndex = -1;
  main.focus();
}

function Help() {
  return (
    <aside class="help" aria-label="Keys">
      <dl class="facts">
        {KEYS.map(([keys, about]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

function Screen({ address, canEdit }: { readonly address: Address; readonly canEdit: boolean }) {
  switch (address.kind) {
    case "list":
      return <List address={address} />;
    case "entity":
      return <Entity address={address} canEdit={canEdit} />;
    case "history":
      return <History id={address.id} />;
    case "tags":
      return address.key === null ? <TagKeys /> : <TagValues name={address.key} />;
    case "conflicts":
      return <Conflicts />;
    case "compare":
      return <Compare address={address} />;
  }
}

function Entity(props: {
  readonly address: Extract<Address, { kind: "entity" }>;
  readonly canEdit: boolean;
}) {
  const { canEdit } = props;
  const asking = useAnswer("entity", { address: printAddress(props.address) }, isRunning);
  return (
    <Loaded of={asking}>
      {(of) => {
        switch (of.type) {
          case "Execution":
            return <Execution of={of} canEdit={canEdit} />;
          case "Job":
            return <JobPage of={of} canEdit={canEdit} />;
          case "Task":
            return <TaskPage of={of} canEdit={canEdit} />;
          case "CallNode":
            return <CallPage of={of} canEdit={canEdit} />;
          default:
            return <ValuePage of={of} canEdit={canEdit} />;
        }
      }}
    </Loaded>
  );
}

function isRunning(of: Answer<"entity">): boolean {
  return (
    (of.type === "Execution" && of.execution.status === "RUNNING") ||
    (of.type === "Job" && of.job.status === "RUNNING")
  );
}
