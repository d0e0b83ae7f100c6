# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of cv-launch: its options, the pipelines, and each pipeline's variables. Both lists come from cv-launch itself.

# The value of --pipeline on the line so far
_cv_launch_pipeline() {
  local i
  for ((i = 1; i < ${#COMP_WORDS[@]}; ++i)); do
    [[ ${COMP_WORDS[i]} == --pipeline || ${COMP_WORDS[i]} == -p ]] || continue
    [[ ${COMP_WORDS[i + 1]-} == = ]] && ((++i))
    local pipeline=${COMP_WORDS[i + 1]-}
    pipeline=${pipeline//[\"\']/}
    printf '%s\n' "${pipeline/#\~\//$HOME/}"
  done
}

_cv_launch() {
  local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} pipeline
  COMPREPLY=()
  # the shell splits --option=value at the "="
  if [[ $cur == = ]]; then
    cur=
  elif [[ $option == = ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
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
      pipeline=$(_cv_launch_pipeline)
      [[ -n $pipeline ]] || return 0
      mapfile -t COMPREPLY < <(compgen -W "$(cv-launch --pipeline="$pipeline" --variables 2>/dev/null | sed 's/[= ].*/=/')" -- "$cur")
      compopt -o nospace
      ;;
    --host) mapfile -t COMPREPLY < <(compgen -W '127.0.0.1 0.0.0.0' -- "$cur") ;;
    --log) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur") ;;
    --token-file | --turn-file | --publish-token-file | --cert | --key)
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
