/**
 * What each shell reads once. It gives us the line as far as the cursor, and takes one word a line; a
 * word that ends with `=` goes on. Where we have none, the shell completes files.
 */
const BASH = `_redun_git() {
  local IFS=$'\\n'
  COMPREPLY=($(redun-git completion bash -- "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null))
  [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace
}
complete -o default -F _redun_git redun-git
# git's own completion calls this for \`git redun\`.
_git_redun() {
  local IFS=$'\\n' line="\${COMP_LINE:0:COMP_POINT}"
  COMPREPLY=($(redun-git completion bash -- "redun-git \${line#*redun }" "\${cur##*[=:]}" 2>/dev/null))
  [[ \${COMPREPLY[0]-} == *= ]] || compopt +o nospace
}
`;

const ZSH = `_redun_git() {
  local -a found
  found=(\${(f)"$(redun-git completion zsh -- "\${(j: :)words[1,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then
    compadd -S '' -- \${(M)found:#*=}
    compadd -- \${found:#*=}
  else
    _files
  fi
}
compdef _redun_git redun-git
`;

const FISH = `function __redun_git
  set -l found (redun-git completion fish -- (commandline -cp) 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c redun-git -f -a '(__redun_git)'
`;

export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
