// SPDX-License-Identifier: Apache-2.0

/// Numbers for the objects that Pods are made of: who has an address is told by four bytes.
struct MakerNumbers: Sendable {
    private var objects: [StoredObject?] = []
    /// The numbers that no object has any more.
    private var free: [Int] = []

    /// A number that no object has; it is to be given to one.
    mutating func next() -> Int {
        if let number = free.popLast() { return number }
        objects.append(nil)
        return objects.count - 1
    }

    /// The object of a number; nil when it went, and the number is free.
    subscript(number: Int) -> StoredObject? {
        get { objects.indices.contains(number) ? objects[number] : nil }
        set {
            if newValue == nil { free.append(number) }
            objects[number] = newValue
        }
    }
}
