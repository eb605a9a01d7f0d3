// SPDX-License-Identifier: Apache-2.0

extension ObjectReader {
    /// The labels of an object, or those that it selects by.
    mutating func labels() -> [String: String] {
        guard readsLabels else {
            _ = skipLabels()
            return [:]
        }
        let count = count()
        var labels = [String: String](minimumCapacity: min(count, 64))
        for _ in 0..<count {
            let key = text()
            labels[key] = text()
        }
        return labels
    }

    /// Passes over what `metadata` reads.
    mutating func skipMetadata(_ head: Head) {
        _ = skipLabels()
        if head.flags & StoredCode.isDated != 0 { _ = number() }
    }

    /// Passes over what `labels` reads; how many bytes of the name the texts repeat at most.
    mutating func skipLabels() -> Int {
        var reach = 0
        for _ in 0..<2 * count() { reach = max(reach, skipText()) }
        return reach
    }
}
