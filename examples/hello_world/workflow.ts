import { task } from "redun-git";

export const namespace = "hello_world";

export const getPlanet = task(() => "World");

export const greeter = task({ tags: { team: "qa" } }, (greet: string, thing: string) => {
  return `${greet}, ${thing}!`;
});

/** Say hello to a planet. */
export const main = task(function main(greet = "Hello") {
  return greeter(greet, getPlanet());
});
