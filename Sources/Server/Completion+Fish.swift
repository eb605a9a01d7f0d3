// SPDX-License-Identifier: Apache-2.0

import Plugin

extension Completion {
    /// What the lines of the script ask besides.
    private static let fishFunctions = """
        # Whether the verb is this one, and so many words stand behind it, or any number.
        function __apus_is
            set -l plain (__apus_plain)
            test "$plain[1]" = $argv[1]; or return 1
            test (count $argv) -eq 1; or test (count $plain) -eq $argv[2]
        end

        # Whether the verb is this one, and so many words stand behind it, or more.
        function __apus_has
            set -l plain (__apus_plain)
            test "$plain[1]" = $argv[1]; and test (count $plain) -ge $argv[2]
        end

        # The names of objects of a kind, asked of the server or the files that are meant.
        function __apus_objects
            set -l words (commandline -opc)
            set -l place
            set -l flag
            for word in $words[2..]
                if set -q flag[1]
                    set -a place $flag $word
                    set flag
                    continue
                end
                switch $word
                    case -n --namespace -conf --conf -control --control
                        set flag $word
                    case '--namespace=*' '-conf=*' '--conf=*' '-control=*' '--control=*'
                        set -a place $word
                end
            end
            $words[1] get $argv[1] -o name $place 2>/dev/null | string replace -r '.*/' ''
        end
        """

    /// The script for fish.
    static func fish(_ verbs: [CompletedVerb]) -> String {
        var text = """
            # Completes the commands of apus: apus completion fish | source

            # The words before the cursor that are no flags.
            function __apus_plain
                set -l isValue no
                for word in (commandline -opc)[2..]
                    if test $isValue = yes
                        set isValue no
                        continue
                    end
                    switch $word
                        case \(valueFlags(verbs).joined(separator: " "))
                            set isValue yes
                        case '-*'
                        case '*'
                            echo $word
                    end
                end
            end

            \(fishFunctions)

            complete -c apus -f
            complete -c apus -n 'test (count (__apus_plain)) -eq 0' -a '\(names(verbs).joined(separator: " "))'
            complete -c apus -n '__apus_is completion 1' -a 'bash zsh fish'
            complete -c apus -o conf -r -F
            complete -c apus -o control -r -F

            """
        for verb in verbs { text += fish(verb) }
        return text
    }

    /// The lines of one verb.
    private static func fish(_ verb: CompletedVerb) -> String {
        var text = ""
        var place = 1
        if !verb.choices.isEmpty {
            text += "complete -c apus -n '__apus_is \(verb.name) 1' "
            text += "-a '\(verb.choices.joined(separator: " "))'\n"
            place = 2
        }
        switch verb.objects {
        case .none: break
        case .ofChosenKind:
            text += "complete -c apus -n '__apus_has \(verb.name) \(place)' "
            text += "-a '(__apus_objects (__apus_plain)[2])'\n"
        case .ofKind(let kind):
            text += "complete -c apus -n '__apus_is \(verb.name)' -a '(__apus_objects \(kind))'\n"
        }
        for flag in verb.flags {
            let isLong = flag.written.hasPrefix("--")
            let name = flag.written.drop { $0 == "-" }
            text += "complete -c apus -n '__apus_is \(verb.name)' \(isLong ? "-l" : "-s") \(name)"
            if flag.takesValue { text += " -x" }
            if ["n", "namespace"].contains(name) {
                text += " -a '(__apus_objects namespaces)'"
            } else if !flag.values.isEmpty {
                text += " -a '\(flag.values.joined(separator: " "))'"
            }
            text += "\n"
        }
        return text
    }
}
