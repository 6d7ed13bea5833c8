import type { Identity, Repository } from "../backend.ts";
import { stamp } from "../identity.ts";
import { plainConfig } from "./config.ts";

/**
 * Who we are, where plain files say so and no variable may say otherwise: a name and an address that git takes as
 * they are. Else null, and git has to be asked.
 */
export function plainIdentity({ commonDir, env }: Repository): Identity | null {
  if (Object.keys(env).some((name) => VARIABLE.test(name))) return null;
  const settings = plainConfig({ commonDir }, env);
  if (settings === null) return null;
  const last = (key: string) => settings.findLast((setting) => setting.key === key)?.value;
  const now = stamp(new Date());
  const line = (role: "author" | "committer") => {
    const [name, email] = ["name", "email"].map((part) => {
      const text = last(`${role}.${part}`) ?? last(`user.${part}`) ?? "";
      return TAKEN_AS_IT_IS.test(text) ? text : undefined;
    });
    return name !== undefined && email !== undefined ? `${name} <${email}> ${now}` : null;
  };
  const author = line("author");
  const committer = line("committer");
  return author !== null && committer !== null ? { author, committer } : null;
}

const VARIABLE = /^GIT_(?:AUTHOR|COMMITTER)_/;

/** git takes away what could be a delimiter, and white space and punctuation at both ends. */
const TAKEN_AS_IT_IS = /^[A-Za-z0-9](?:[^\x00-\x1f\x7f<>\ufffd]*[A-Za-z0-9])?$/;
