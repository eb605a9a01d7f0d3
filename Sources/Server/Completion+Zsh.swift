// SPDX-License-Identifier: Apache-2.0

extension Completion {
    /// The script for zsh.
    static func zsh(_ verbs: [CompletedVerb]) -> String {
        """
        #compdef apus
        # Completes the commands of apus: source <(apus completion zsh)

        # The names of objects of a kind, asked of the server or the files that are meant.
        _apus_objects() {
            local i place=()
            for ((i = 2; i < CURRENT; i++)); do
                case "$words[i]" in
                -n|--namespace|-conf|--conf|-control|--control)
                    ((i + 1 < CURRENT)) && place+=("$words[i]" "$words[i+1]")
                    ((i++)) ;;
                --namespace=*|-conf=*|--conf=*|-control=*|--control=*) place+=("$words[i]") ;;
                esac
            done
            "$words[1]" get "$1" -o name "${place[@]}" 2>/dev/null | \(nameFilter)
        }

        _apus() {
            local current="$words[CURRENT]" previous="$words[CURRENT-1]"
            local choices='' objects='' flags='' found='' plain=() i
            for ((i = 2; i < CURRENT; i++)); do
                case "$words[i]" in
                \(valueFlags(verbs).joined(separator: "|"))) ((i++)) ;;
                -*) ;;
                *) plain+=("$words[i]") ;;
                esac
            done
            case "$plain[1]" in
            '') choices='\(names(verbs).joined(separator: " "))'
                flags='\(serverFlags.joined(separator: " "))' ;;
        \(cases(verbs))    esac
            case "$plain[1] $previous" in
        \(valueCases(verbs).replacing(" words=", with: " found="))    \
        *' -n'|*' --namespace') found="$(_apus_objects namespaces)" ;;
            \(["-conf", "--conf", "-control", "--control", "-pidfile"]
                .map { "*' \($0)'" }.joined(separator: "|"))) _files; return ;;
            *)
                if [[ "$current" == -* ]]; then found="$flags"
                elif (( $#plain <= 1 )) && [[ -n "$choices" ]]; then found="$choices"
                elif [[ "$objects" == '*' ]]; then found="$(_apus_objects "$plain[2]")"
                elif [[ -n "$objects" ]]; then found="$(_apus_objects "$objects")"
                fi ;;
            esac
            compadd -- ${=found}
        }

        if [[ "$funcstack[1]" == _apus ]]; then _apus "$@"; else compdef _apus apus; fi

        """
    }
}
