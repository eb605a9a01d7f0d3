// SPDX-License-Identifier: Apache-2.0

extension Completion {
    /// The script for bash.
    static func bash(_ verbs: [CompletedVerb]) -> String {
        """
        # Completes the commands of apus: source <(apus completion bash)

        # The names of objects of a kind, asked of the server or the files that are meant.
        _apus_objects() {
            local i flag place=()
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "${COMP_WORDS[i]}" in
                -n | --namespace | -conf | --conf | -control | --control)
                    flag="${COMP_WORDS[i++]}"
                    [[ "${COMP_WORDS[i]}" == = ]] && ((i++))
                    ((i < COMP_CWORD)) && place+=("$flag" "${COMP_WORDS[i]}") ;;
                esac
            done
            "${COMP_WORDS[0]}" get "$1" -o name "${place[@]}" 2>/dev/null | \(nameFilter)
        }

        _apus() {
            local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
            local choices='' objects='' flags='' words='' plain=() i
            if [[ "$current" == = ]]; then current=''; fi
            if [[ "$previous" == = ]]; then previous="${COMP_WORDS[COMP_CWORD - 2]}"; fi
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "${COMP_WORDS[i]}" in
                \(valueFlags(verbs).joined(separator: " | ")))
                    ((i++))
                    [[ "${COMP_WORDS[i]}" == = ]] && ((i++)) ;;
                -* | =) ;;
                *) plain+=("${COMP_WORDS[i]}") ;;
                esac
            done
            case "${plain[0]}" in
            '') choices='\(names(verbs).joined(separator: " "))'
                flags='\(serverFlags.joined(separator: " "))' ;;
        \(cases(verbs))    esac
            case "${plain[0]} $previous" in
        \(valueCases(verbs))    *' -n' | *' --namespace') words="$(_apus_objects namespaces)" ;;
            \(valueFlags(verbs).map { "*' \($0)'" }.joined(separator: " | "))) return ;;
            *)
                if [[ "$current" == -* ]]; then words="$flags"
                elif [[ ${#plain[@]} -le 1 && -n "$choices" ]]; then words="$choices"
                elif [[ "$objects" == '*' ]]; then words="$(_apus_objects "${plain[1]}")"
                elif [[ -n "$objects" ]]; then words="$(_apus_objects "$objects")"
                fi ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        }

        complete -o default -F _apus apus

        """
    }
}
