import { defineCommand } from "../command.ts";

export const COMPLETION = defineCommand({
  name: "completion",
  args: "<shell> [line] [part]",
  about: "Print what makes bash, zsh or fish complete commands, options, ids and tags",
  isQuick: true,
  options: [],
  examples: [
    'completion bash                      for ~/.bashrc: eval "$(redun-git completion bash)"',
    "completion zsh                       the same for ~/.zshrc, after compinit",
    "completion fish | source             for ~/.config/fish/config.fish",
    "completion bash 'redun-git log --f'  what a shell asks: the words that may stand at the end",
  ],
});
