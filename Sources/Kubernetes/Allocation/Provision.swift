// SPDX-License-Identifier: Apache-2.0

/// Stands between what sources say and what is built: what manifests leave open is given here.
///
/// Objects come and go by `add` and `remove`; `settle` tells what goes and comes because of that,
/// with every Service that can be used in its whole form. What is given depends on the objects, on
/// what is remembered, and not on their order: files may be renamed and documents moved.
///
/// There is one Service of a name at a time, as `ManifestSet` sees to it. All other kinds pass
/// through; what makes objects of others, as workloads do, belongs between `add` and `settle`.
struct Provision: Sendable {
    /// What is wrong with a Service, and what is used in its place.
    struct Complaint: Sendable {
        let key: ServiceKey
        /// The form that it is about.
        let object: StoredObject
        let mistake: AllocationMistake
        /// The form that is used: an older one, the same where this is a warning, or none.
        fileprivate(set) var standIn: StoredObject?
    }

    /// What goes and comes.
    struct Difference: Sendable {
        var gone: [StoredObject] = []
        var come: [StoredObject] = []
    }

    /// What happened to one Service since the last time.
    private struct Edit {
        var gone: StoredObject?
        var come: StoredObject?
    }

    let options: AllocationOptions
    /// What is wrong now, by Service.
    private(set) var complaints: [ServiceKey: Complaint] = [:]
    /// What Services hold that is not written in their manifests, as far as they are in use.
    private(set) var grants: [ServiceKey: Holding] = [:]
    private(set) var remembered: RememberedHoldings
    /// The Services of which a file must be told what they hold, or held.
    private(set) var unsaved: Set<ServiceKey> = []

    private var held: HeldNumbers
    private var edits: [ServiceKey: Edit] = [:]
    private var passing = Difference()
    /// What the Services in use were when `settle` began, and what they are by now.
    private var changes: [ServiceKey: Edit] = [:]
    /// Whether a manifest has the API server's own Service, and whether it was made here.
    private var hasServer = false
    private(set) var madeServer: StoredObject?
    private var isFirst = true

    /// Begins with what is remembered of an earlier run.
    init(
        _ options: AllocationOptions,
        remembering remembered: RememberedHoldings = RememberedHoldings()
    ) {
        self.options = options
        self.remembered = remembered
        held = HeldNumbers(options)
        for memory in remembered.all { held.setWished(memory.holding, true) }
    }

    // MARK: Objects that come and go

    mutating func add(_ object: StoredObject) {
        guard let key = object.serviceKey else {
            passing.come.append(object)
            return
        }
        if key == AllocationOptions.serverKey { hasServer = true }
        edits[key, default: Edit()].come = object
    }

    /// Takes out an object that was added.
    mutating func remove(_ object: StoredObject) {
        guard let key = object.serviceKey else {
            passing.gone.append(object)
            return
        }
        if key == AllocationOptions.serverKey { hasServer = false }
        if edits[key]?.come == object {
            edits[key]?.come = nil
        } else {
            edits[key, default: Edit()].gone = object
        }
    }

    /// Whether `settle` would find anything to do.
    var isSettled: Bool {
        edits.isEmpty && passing.gone.isEmpty && passing.come.isEmpty && !isFirst
    }

    /// Gives and takes until everything fits.
    mutating func settle() -> Difference {
        editServer()
        var hasReleased = serveEdited()
        while hasReleased { hasReleased = retry() }
        if isFirst { giveUpWaiting() }
        var difference = passing
        passing = Difference()
        for change in changes.values where change.gone != change.come {
            if let gone = change.gone { difference.gone.append(gone) }
            if let come = change.come { difference.come.append(come) }
        }
        changes = [:]
        return difference
    }

    /// Takes it that who has not come back by the first look is gone.
    private mutating func giveUpWaiting() {
        isFirst = false
        let (absent, forgotten) = remembered.giveUpWaiting()
        unsaved.formUnion(absent)
        for memory in forgotten { forget(memory) }
    }

    /// Notes that a Service is not remembered any more.
    private mutating func forget(_ forgotten: RememberedHoldings.Forgotten) {
        unsaved.insert(forgotten.key)
        held.setWished(forgotten.holding, false)
    }

    /// Notes that another form of a Service is in use than before.
    private mutating func change(_ key: ServiceKey, from old: StoredObject?, to new: StoredObject?)
    {
        // It may happen more than once, until everything fits.
        if changes[key] == nil { changes[key] = Edit(gone: old) }
        changes[key]?.come = new
    }

    /// How many Services are used in an older form than that of their manifests.
    var keptCount: Int {
        complaints.values.count { $0.standIn != nil && !$0.mistake.isWarning }
    }

    /// What a file must be told: what was given up first, so that nothing has two holders in it at
    /// any time.
    var unsavedRecords: AllocationRecords {
        var records = AllocationRecords(isWhole: false)
        let keys = unsaved.sorted()
        for key in keys where grants[key] == nil {
            records.append(AllocationRecord(key, remembered[key]?.holding))
        }
        for key in keys {
            guard let holding = grants[key] else { continue }
            records.append(AllocationRecord(key, holding, isInUse: true))
        }
        return records
    }

    /// How many records a file needs.
    var recordCount: Int { grants.count + remembered.count }

    /// Everything that a file is to hold, without those that are gone where these are left out.
    func allRecords(withGone: Bool) -> AllocationRecords {
        var records = AllocationRecords(isWhole: true)
        for (key, holding) in withGone ? remembered.all : [] {
            records.append(AllocationRecord(key, holding))
        }
        for (key, holding) in grants.sorted(by: { $0.key < $1.key }) {
            records.append(AllocationRecord(key, holding, isInUse: true))
        }
        return records
    }

    /// Forgets that anything is to be saved, once it is.
    mutating func hasSaved() { unsaved = [] }
}

extension Provision {
    /// Has the API server's own Service come where it is missing, and go where it is not.
    private mutating func editServer() {
        guard options.isServiceNetworkWritten else { return }
        let key = AllocationOptions.serverKey
        if hasServer, let made = madeServer {
            edits[key, default: Edit()].gone = made
            madeServer = nil
        } else if !hasServer, madeServer == nil, let made = options.serverService {
            edits[key, default: Edit()].come = made
            madeServer = made
        }
    }

    /// Takes everything out of use that may change, and serves those who are to be in use.
    ///
    /// - Returns: Whether anything was given back.
    private mutating func serveEdited() -> Bool {
        var hasReleased = false
        var candidates: [ServiceCandidate] = []
        candidates.reserveCapacity(edits.count)
        for (key, edit) in edits {
            let before = stop(key, edit.gone)
            if before != nil { hasReleased = true }
            if let object = edit.come, let service = object.service {
                let candidate = ServiceCandidate(key, object, service, before: before)
                if candidate.asksForNothing {
                    finish(candidate, .used(Holding(), isGranted: false, warning: nil))
                } else {
                    candidates.append(candidate)
                }
            } else if let before {
                change(key, from: before.filled, to: nil)
                remember(before, key)
            }
        }
        edits = [:]
        candidates.sort { $0.key.isServed(before: $1.key) }
        serve(candidates)
        return hasReleased
    }

    private mutating func serve(_ candidates: consuming [ServiceCandidate]) {
        var round = ServiceRound()
        round.run(&candidates, &held, remembered)
        for (index, candidate) in candidates.enumerated() {
            finish(candidate, round.outcome(of: candidate, index))
        }
    }

    /// Tries again what could not be had, one Service after the other, so that nobody loses what is
    /// used in its place.
    ///
    /// - Returns: Whether one got it, so that something else may be free now.
    private mutating func retry() -> Bool {
        var hasHelped = false
        let waiting = complaints.values.sorted { $0.key.isServed(before: $1.key) }
        for complaint in waiting {
            guard let service = complaint.object.service else { continue }
            let key = complaint.key
            let before = stop(key, nil)
            let candidate = ServiceCandidate(key, complaint.object, service, before: before)
            serve([candidate])
            if complaints[key] == nil { hasHelped = true }
        }
        return hasHelped
    }

    /// Takes a Service out of use; what was in use.
    private mutating func stop(_ key: ServiceKey, _ gone: StoredObject?) -> ServiceInUse? {
        let complaint = complaints.removeValue(forKey: key)
        guard let object = complaint == nil ? gone : complaint?.standIn else { return nil }
        let grant = grants.removeValue(forKey: key)
        guard let holding = grant ?? object.service.map(Holding.init(writtenIn:)) else {
            return nil
        }
        held.release(holding, of: object)
        return ServiceInUse(object: object, holding: holding, isGranted: grant != nil)
    }

    private mutating func remember(_ before: ServiceInUse, _ key: ServiceKey) {
        guard before.isGranted else { return }
        unsaved.insert(key)
        let forgotten = remembered.insert(before.holding, of: key, wasInUse: false)
        if let forgotten { forget(forgotten) }
        held.setWished(before.holding, true)
    }

    /// Notes what became of a Service.
    private mutating func finish(_ candidate: ServiceCandidate, _ outcome: ServiceRound.Outcome) {
        let key = candidate.key
        let before = candidate.before
        switch outcome {
        case .used(let holding, let isGranted, let warning):
            if isGranted {
                if before?.holding != holding || before?.isGranted != true { unsaved.insert(key) }
                grants[key] = holding
                if let memory = remembered.remove(key) { held.setWished(memory.holding, false) }
            } else if before?.isGranted == true {
                unsaved.insert(key)
            }
            let object = candidate.object
            let filled = isGranted ? object.filled(with: holding) : object
            if let warning {
                complaints[key] = Complaint(
                    key: key,
                    object: object,
                    mistake: warning,
                    standIn: object
                )
            }
            change(key, from: before?.filled, to: filled)
        case .refused(let mistake, let isKept):
            complaints[key] = Complaint(
                key: key,
                object: candidate.object,
                mistake: mistake,
                standIn: isKept ? before?.object : nil
            )
            guard let before else { return }
            if isKept {
                if before.isGranted { grants[key] = before.holding }
            } else {
                change(key, from: before.filled, to: nil)
                remember(before, key)
            }
        }
    }
}

extension ServiceKey {
    /// The order in which Services are served: the API server's own first, then by their names.
    fileprivate func isServed(before other: ServiceKey) -> Bool {
        let server = AllocationOptions.serverKey
        if self == server || other == server { return self == server && other != server }
        return self < other
    }
}

extension AllocationOptions {
    /// The API server's own Service, as it arranges it itself.
    fileprivate var serverService: StoredObject? {
        guard let network = serviceNetworks.first else { return nil }
        let pool = AddressPool(services: network, isFirstReserved: true)
        guard pool.numbers.count > 0 else { return nil }
        var service = Service(
            metadata: Metadata(
                name: Self.serverKey.name,
                namespace: Self.serverKey.namespace,
                labels: ["component": "apiserver", "provider": "kubernetes"]
            ),
            kind: .clusterIP([pool[0]]),
            ports: [
                ServicePort(name: "https", number: 443, transport: .tcp, target: .number(6_443))
            ],
            selector: [:],
            publishesNotReadyAddresses: false
        )
        service.terms.families = [network.family]
        service.terms.familyPolicy = .singleStack
        return StoredObject(.service(service))
    }
}
