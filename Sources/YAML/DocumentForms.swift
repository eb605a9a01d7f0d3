// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The forms of documents that were read lately, for the streams that come next.
///
/// A file that is written again mostly has the documents that it had, with other words. There are as
/// many forms as a reader remembers, each with the text and the lists of a document of at most
/// `DocumentForm.maximumByteCount`, which take some twenty times that at most.
package final class KnownForms: Sendable {
    private let kept = Mutex(DocumentForms.Kept())

    package init() {}

    /// What the stream that ended last knew.
    var current: DocumentForms.Kept { kept.withLock(\.self) }

    func keep(_ forms: DocumentForms.Kept) { kept.withLock { $0 = forms } }
}

/// The forms that the last documents of a stream had.
struct DocumentForms {
    /// What the next stream may go on from.
    struct Kept: Sendable {
        fileprivate var templates: [DocumentForm.Template] = []
        fileprivate var followers: [Int] = []
        fileprivate var last = 0
        fileprivate var oldest = 0
    }

    /// How many documents may follow each other that are of no known form, before only one of so
    /// many becomes a form itself.
    static let patience = 16

    private var forms: [DocumentForm] = []
    /// For each form, the one of the document that came behind its last one.
    private var followers: [Int] = []
    /// The form of the last document.
    private var last = 0
    /// The form that gives way to the next new one, once there are all.
    private var oldest = 0
    /// How many documents of no known form followed each other.
    private var missCount = 0
    /// Whether there is a form that was not there at the beginning.
    private(set) var hasNews = false
    private let maximumCount: Int

    /// `known`: what a stream before knew.
    init(maximumCount: Int, knowing known: Kept = Kept()) {
        self.maximumCount = maximumCount
        forms = known.templates.map { DocumentForm($0) }
        (followers, last, oldest) = (known.followers, known.last, known.oldest)
    }

    /// What the next stream may go on from.
    var kept: Kept {
        Kept(
            templates: forms.map(\.template),
            followers: followers,
            last: last,
            oldest: oldest
        )
    }

    /// The document that begins at `start` and line `line`, if it is of a known form.
    mutating func read(_ bytes: [UInt8], at start: Int, line: Int) -> DocumentForm.Match? {
        guard !forms.isEmpty else { return nil }
        // SAFETY: the bytes are lent for as long as this takes.
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            let expected = followers[last]
            for step in 0..<forms.count {
                let index = (expected &+ step) % forms.count
                guard let match = unsafe forms[index].read(bytes, at: start, line: line) else {
                    continue
                }
                note(index)
                missCount = 0
                return match
            }
            return nil
        }
    }

    /// Takes a document of no known form, which was read from `piece`, for a form.
    mutating func learn(_ root: YAMLNode, in piece: Span<UInt8>, firstLine: Int) {
        missCount &+= 1
        guard maximumCount > 0, missCount <= Self.patience || missCount % Self.patience == 0,
            let form = DocumentForm(of: root, in: piece, firstLine: firstLine)
        else { return }
        hasNews = true
        if forms.count < maximumCount {
            forms.append(form)
            followers.append(forms.count &- 1)
            note(forms.count &- 1)
        } else {
            forms[oldest] = form
            note(oldest)
            oldest = (oldest &+ 1) % forms.count
        }
    }

    private mutating func note(_ index: Int) {
        followers[last] = index
        last = index
    }
}
