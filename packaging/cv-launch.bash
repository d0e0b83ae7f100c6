# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of cv-launch: its options, the pipelines, and each pipeline's variables. Both lists come from cv-launch itself.

# Each --pipeline on the line so far: of a stream with a name "NAME.", which is in front of its variables, then ":" and the file
_cv_launch_pipelines() {
  local i
  for ((i = 1; i < ${#COMP_WORDS[@]}; ++i)); do
    [[ ${COMP_WORDS[i]} == --pipeline || ${COMP_WORDS[i]} == -p ]] || continue
    [[ ${COMP_WORDS[i + 1]-} == = ]] && ((++i))
    local prefix= pipeline=${COMP_WORDS[i + 1]-}
    if [[ ${COMP_WORDS[i + 2]-} == = ]]; then
      prefix=$pipeline.
      pipeline=${COMP_WORDS[i + 3]-}
    fi
    pipeline=${pipeline//[\"\']/}
    printf '%s:%s\n' "$prefix" "${pipeline/#\~\//$HOME/}"
  done
}

_cv_launch() {
  local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} prefix pipeline
  COMPREPLY=()
  # the shell splits --option=value at the "="
  if [[ $cur == = ]]; then
    cur=
  elif [[ $option == = ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  # NAME=FILE, the file or nothing of it yet
  local at=$COMP_CWORD
  [[ ${COMP_WORDS[at]} == = ]] || ((--at))
  [[ ${COMP_WORDS[at]} == = && ${COMP_WORDS[at - 2]-} == = && ${COMP_WORDS[at - 3]-} == --pipeline ]] && option=--pipeline
  case $option in
    --pipeline | -p)
      local folder
      mapfile -t COMPREPLY < <(
        for folder in "${CV_PIPELINES-}" '@pipelines@'; do
          [[ -d $folder ]] && (cd -- "$folder" && compgen -f -X '!*.pipe' -- "$cur")
        done
        compgen -f -X '!*.pipe' -- "$cur"
      )
      # folders, to look for others in; "filenames" puts the slash there
      compopt -o filenames
      mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$cur")
      ;;
    --set | -s)
      mapfile -t COMPREPLY < <(compgen -W "$(
        while IFS=: read -r prefix pipeline; do
          cv-launch --pipeline="$pipeline" --variables 2>/dev/null | sed "s/[= ].*/=/; s/^/$prefix/"
        done < <(_cv_launch_pipelines)
      )" -- "$cur")
      compopt -o nospace
      ;;
    --host) mapfile -t COMPREPLY < <(compgen -W '127.0.0.1 0.0.0.0' -- "$cur") ;;
    --idle) mapfile -t COMPREPLY < <(compgen -W 'sleep stop' -- "$cur") ;;
    --log) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur") ;;
    --token-file | --turn-file | --publish-token-file | --cert | --key | --config | --windows)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      compopt -o filenames
      ;;
    --port | --max-viewers | --public-origin | --allow-origin | --stun | --turn | --udp-ports | --ice-address | --publish) ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W "$(cv-launch --help | grep -oE -- '--[a-z-]+=?')" -- "$cur")
      [[ ${COMPREPLY-} == *= ]] && compopt -o nospace
      ;;
  esac
  return 0
}

complete -F _cv_launch cv-launch
