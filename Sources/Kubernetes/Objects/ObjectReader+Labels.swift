// SPDX-License-Identifier: Apache-2.0

extension ObjectReader {
    /// The labels of an object, or those that it selects by.
    mutating func labels() -> [String: String] {
        guard readsLabels else {
            skipLabels()
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
        skipLabels()
        if head.flags & StoredCode.isDated != 0 { _ = number() }
    }

    /// Passes over what `labels` reads.
    mutating func skipLabels() {
        for _ in 0..<2 * count() { skipText() }
    }
}
