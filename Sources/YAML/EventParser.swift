// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// One run of libyaml's parser over one piece of a stream.
@safe struct EventParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>
    private let firstLine: Int
    private let isReady: Bool
    /// How many brackets are open, and the line of the outermost.
    private var openBracketCount = 0
    private var bracketLine = 0

    /// A parser of `input`, whose first line has the number `firstLine`.
    ///
    /// `input` must outlive the parser, as it is not copied.
    init(_ input: UnsafeBufferPointer<UInt8>, firstLine: Int) {
        unsafe self.input = input
        self.firstLine = firstLine
        // SAFETY: initialised by libyaml, which fails only for want of memory, and freed in deinit.
        unsafe parser = .allocate(capacity: 1)
        isReady = unsafe yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        // SAFETY: `parser` was allocated in `init` and nobody else holds it.
        if isReady { unsafe yaml_parser_delete(parser) }
        unsafe parser.deallocate()
    }

    /// Gives what comes next to `builder`, up to the end of a document, whose root is returned; nil
    /// at the end of the piece.
    mutating func next(into builder: inout DocumentBuilder) throws(YAMLError) -> YAMLNode? {
        guard isReady else {
            throw YAMLError(at: YAMLPosition(line: firstLine, column: 1), "out of memory")
        }
        // SAFETY: libyaml fills the event, whose memory is freed before the next one comes.
        var event = unsafe yaml_event_t()
        while true {
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { unsafe yaml_event_delete(&event) }
            switch unsafe event.type {
            case YAML_NO_EVENT, YAML_STREAM_END_EVENT: return nil
            default:
                if let root = try unsafe give(event, to: &builder) { return root }
            }
        }
    }

    /// Gives one event to `builder`; returns the root of a document that is complete with it.
    @inline(__always)
    private mutating func give(
        _ event: yaml_event_t,
        to builder: inout DocumentBuilder
    ) throws(YAMLError) -> YAMLNode? {
        let place = unsafe position(event.start_mark)
        if unsafe !isRegular(event) { builder.noteIrregular() }
        // SAFETY: which member of the union is valid follows from the type.
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let data = unsafe event.data.scalar
            let text = unsafe UnsafeBufferPointer(start: data.value, count: data.length)
            return try unsafe builder.addScalar(
                text.span,
                isPlain: data.style == YAML_PLAIN_SCALAR_STYLE,
                tag: tag(data.tag),
                anchor: name(data.anchor),
                at: place
            )
        case YAML_SEQUENCE_START_EVENT:
            let anchor = unsafe name(event.data.sequence_start.anchor)
            try builder.beginCollection(isMapping: false, anchor: anchor, at: place)
        case YAML_MAPPING_START_EVENT:
            let anchor = unsafe name(event.data.mapping_start.anchor)
            try builder.beginCollection(isMapping: true, anchor: anchor, at: place)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return try builder.endCollection()
        case YAML_ALIAS_EVENT:
            let anchor = unsafe name(event.data.alias.anchor) ?? ""
            return try builder.addAlias(anchor, at: place)
        case YAML_DOCUMENT_START_EVENT:
            builder.begin()
        default:
            break
        }
        return nil
    }

    /// Whether lines alone show what an event is: it has neither an anchor nor a tag, and brackets
    /// close in the line in which they open.
    @inline(__always)
    private mutating func isRegular(_ event: yaml_event_t) -> Bool {
        // SAFETY: which member of the union is valid follows from the type.
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            return unsafe event.data.scalar.anchor == nil && event.data.scalar.tag == nil
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            let isFlow = unsafe start.style == YAML_FLOW_SEQUENCE_STYLE
            if isFlow { openBracket(unsafe event.start_mark) }
            return unsafe start.anchor == nil && start.tag == nil
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            let isFlow = unsafe start.style == YAML_FLOW_MAPPING_STYLE
            if isFlow { openBracket(unsafe event.start_mark) }
            return unsafe start.anchor == nil && start.tag == nil
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            guard openBracketCount > 0 else { return true }
            // Within brackets there is nothing but brackets.
            openBracketCount &-= 1
            return Int(truncatingIfNeeded: unsafe event.end_mark.line) == bracketLine
        case YAML_ALIAS_EVENT:
            return false
        default:
            return true
        }
    }

    private mutating func openBracket(_ mark: yaml_mark_t) {
        if openBracketCount == 0 { bracketLine = Int(truncatingIfNeeded: mark.line) }
        openBracketCount &+= 1
    }

    private func position(_ mark: yaml_mark_t) -> YAMLPosition {
        // A mark counts from 0, and never past the input's size.
        YAMLPosition(
            line: firstLine &+ Int(truncatingIfNeeded: mark.line),
            column: Int(truncatingIfNeeded: mark.column) &+ 1
        )
    }

    private func name(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        // SAFETY: libyaml ends its names with a zero byte.
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    private func tag(_ text: UnsafeMutablePointer<yaml_char_t>?) -> YAMLScalar.Tag {
        guard let name = unsafe name(text) else { return .none }
        return switch name {
        case "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary": .string
        case "tag:yaml.org,2002:int": .integer
        case "tag:yaml.org,2002:bool": .boolean
        case "tag:yaml.org,2002:float": .float
        case "tag:yaml.org,2002:null": .null
        default: .none
        }
    }
}

extension EventParser {
    /// What libyaml found wrong, with a hint at what would be right.
    private func failure() -> YAMLError {
        // SAFETY: the texts are constants of libyaml, or null.
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? ""
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) } ?? ""
        let place = unsafe position(parser.pointee.problem_mark)
        let opening = unsafe position(parser.pointee.context_mark)
        switch unsafe parser.pointee.error {
        case YAML_READER_ERROR:
            return readerFailure(problem)
        case YAML_MEMORY_ERROR:
            return YAMLError(at: place, "out of memory")
        default:
            let next = unsafe character(at: Int(clamping: parser.pointee.problem_mark.index))
            return YAMLError.translated(
                problem: problem,
                context: context,
                next: next,
                place: place,
                opening: opening
            )
        }
    }

    /// A byte that is no text: not UTF-8, or a control character.
    private func readerFailure(_ problem: String) -> YAMLError {
        let offset = unsafe min(Int(clamping: parser.pointee.problem_offset), input.count)
        var line = firstLine
        var column = 1
        for index in 0..<offset {
            // SAFETY: `offset` is within the input, which lives as long as the parser.
            let byte = unsafe input[index]
            if byte == 0x0A {
                line &+= 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column &+= 1
            }
        }
        let mistake =
            problem.contains("control")
            ? "a control character; remove it, or write it as an escape in double quotes"
            : "not UTF-8; save the file as UTF-8"
        return YAMLError(at: YAMLPosition(line: line, column: column), mistake)
    }

    /// The character at `index`, counted in characters as libyaml does; nil at the end.
    private func character(at index: Int) -> Unicode.Scalar? {
        // SAFETY: as in `readerFailure`.
        var count = 0
        for offset in unsafe input.indices where unsafe input[offset] & 0xC0 != 0x80 {
            if count == index {
                let byte = unsafe input[offset]
                return byte < 0x80 ? Unicode.Scalar(byte) : "\u{FFFD}"
            }
            count &+= 1
        }
        return nil
    }
}
