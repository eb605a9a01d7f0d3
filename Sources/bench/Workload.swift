// SPDX-License-Identifier: Apache-2.0

import Wire

/// Questions to be asked, and what a right answer begins with.
struct Workload {
    /// One question.
    struct Question {
        let message: [UInt8]
        let code: UInt8
        /// The address that the first record of the answer must hold; nil when none is expected.
        let address: UInt32?

        /// Whether `answer` has the code and the address.
        func isAnswered(by answer: Span<UInt8>) -> Bool {
            let flags = Flags(rawValue: answer.uint16(at: 2))
            // An echo sends the question back as it came.
            guard flags.contains(.response) else { return true }
            guard flags.code == code else { return false }
            guard let address else { return answer.uint16(at: 6) == 0 }
            guard let end = try? answer.nameEnd(at: Header.byteCount),
                let record = try? answer.nameEnd(at: end + 4), record + 14 <= answer.count
            else { return false }
            return answer.uint32(at: record + 10) == address
        }
    }

    let questions: [Question]

    /// A of Services `svc-N` in namespaces `ns-M`, with EDNS, as `Manifests` writes them.
    static func services(_ count: Int) throws(WireError) -> Workload {
        var questions: [Question] = []
        for index in 0..<count {
            let name = try Name(Manifests.name(of: index) + ".svc.cluster.local")
            questions.append(
                Question(
                    message: try message(name, .a),
                    code: 0,
                    address: Manifests.address(of: index)
                )
            )
        }
        return Workload(questions: questions)
    }

    /// What a Pod really asks: the search path's leftovers, A and AAAA, then hits.
    static func mix(_ count: Int) throws(WireError) -> Workload {
        var questions = try services(count).questions
        for index in 0..<count {
            for suffix in ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"] {
                let name = try Name("host-\(index).example.org.\(suffix)")
                for type in [RecordType.a, .aaaa] {
                    questions.append(
                        Question(message: try message(name, type), code: 3, address: nil)
                    )
                }
            }
        }
        return Workload(questions: questions)
    }

    private static func message(_ name: Name, _ type: RecordType) throws(WireError) -> [UInt8] {
        var message = Message(header: Header(id: 0, flags: .recursionDesired))
        message.questions = [Wire.Question(name, type)]
        message.additionals = [
            Record(
                owner: .root,
                type: .opt,
                recordClass: RecordClass(rawValue: 1_232),
                ttl: 0,
                data: []
            )
        ]
        return try message.encoded()
    }
}

/// The manifests of the workloads: Services with cluster addresses, 100 a namespace.
enum Manifests {
    static func name(of index: Int) -> String { "svc-\(index).ns-\(index / 100)" }

    /// The cluster address of a Service, from 10.96.0.0/12.
    static func address(of index: Int) -> UInt32 { 0x0A60_0000 + UInt32(index) + 256 }

    /// The manifest of one namespace's Services.
    static func text(ofNamespace namespace: Int, in count: Int) -> String {
        var text = ""
        for index in (namespace * 100)..<min(count, namespace * 100 + 100) {
            text += """
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: svc-\(index)
                  namespace: ns-\(namespace)
                spec:
                  clusterIP: \(IPAddress(v4: address(of: index)))
                  ports:
                    - name: http
                      port: 80
                      targetPort: 8080

                """
        }
        return text
    }
}
