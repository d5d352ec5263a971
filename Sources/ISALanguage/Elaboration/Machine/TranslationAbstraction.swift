/// A machine again, of whose translation less is known than its file says.
///
/// Nearly every instruction translates addresses, and a proof about it would go through the translation's arithmetic
/// for each of its accesses. With this the arithmetic is gone through once, in lemmas about `translation`, and the
/// proofs about instructions start from what the lemmas say.
public struct TranslationAbstraction: Sendable {
    public enum Extent: Sendable {
        /// Unknown is whether an access is allowed, and where its cell is.
        case whole
        /// Unknown is only where the cell is. An access is refused by the file's own traps.
        case addresses
    }

    /// The same machine but for its translation. States, instructions, their fields and forms have the same numbers.
    public let machine: MachineDescription
    /// One bit: the access is allowed. Its arguments, and the next one's: the virtual address, the kind of access in
    /// two bits, the components. Not applied where only addresses are unknown.
    public let allows: FunctionID
    /// The real address.
    public let address: FunctionID
    /// On what the translation depends.
    public let components: [StateID]
    /// Stands where an address is known to exist, which its function does not say: a trap that the lemma excludes.
    public let excluded: TrapID

    /// What is asked of the elaborator.
    struct Request {
        var extent: Extent
        var components: [StateID]
        /// Taken where an access is refused, whatever the translation's own traps are; of addresses the excluded trap.
        var refusal: TrapID
    }
}

extension MachineDescription {
    /// Nil where the translation is unknown anyway, or reads storage or register files.
    ///
    /// As a whole it cannot be left open, either, where it raises a trap that does not reach the monitor: there it
    /// matters which trap it is. Nor can the address, where it depends on the storage's size, which is no component.
    public func abstractingTranslation(_ extent: TranslationAbstraction.Extent) -> TranslationAbstraction? {
        guard let declared, translation.count == Access.allCases.count,
            let components = TranslationShape(translation).components
        else { return nil }
        let raised = TranslationShape(translation).traps
        switch extent {
        case .whole:
            guard !raised.isEmpty, raised.allSatisfy({ traps[$0.index].reachesMonitor }) else { return nil }
        case .addresses:
            guard translation.allSatisfy({ !TranslationShape.resultDependsOnSize($0) }) else { return nil }
        }
        let diagnostics = DiagnosticCollector()
        for source in declared.sources.values { diagnostics.add(source) }
        var elaborator = MachineElaborator(diagnostics)
        let refusal = extent == .whole ? raised[0] : TrapID(traps.count)
        elaborator.abstraction = TranslationAbstraction.Request(
            extent: extent, components: components, refusal: refusal)
        guard let tables = elaborator.tables(declared.declarations, ancestors: declared.ancestors),
            let functions = tables.abstractTranslation,
            tables.description.instructions.map(\.name) == instructions.map(\.name)
        else { return nil }
        return TranslationAbstraction(
            machine: tables.description, allows: functions.allows, address: functions.address,
            components: functions.reads, excluded: TrapID(traps.count))
    }
}

/// What the programs of a translation are made of.
private struct TranslationShape {
    /// What they read; nil where that is more than scalar components.
    private(set) var components: [StateID]? = []
    private(set) var traps: [TrapID] = []

    init(_ programs: [Program]) {
        var read: Set<StateID> = []
        for operation in programs.flatMap(\.operations) {
            switch operation {
            case .read(let id): read.insert(id)
            case .trap(let trap, _, _): traps.append(trap)
            case .parameter(.size), .constant, .argument, .unary, .binary, .select, .extract, .zeroExtend, .signExtend:
                break
            case .parameter, .field, .formIs, .readElement, .load, .apply, .write, .writeElement, .store:
                components = nil
                return
            }
        }
        components = read.sorted()
    }

    static func resultDependsOnSize(_ program: Program) -> Bool {
        var depends: [Bool] = []
        for operation in program.operations {
            if case .parameter(.size) = operation {
                depends.append(true)
            } else {
                depends.append(operation.uses.contains { depends[$0.index] })
            }
        }
        return program.results.contains { depends[$0.index] }
    }
}

/// The declarations of a machine, overlays applied, and the texts in which they stand.
struct MachineDeclarations: Sendable {
    var declarations: [DeclarationSyntax]
    var ancestors: [String]
    var sources: [String: SourceText]
}

/// The functions that stand for a translation, while its machine is elaborated.
struct AbstractTranslation {
    var allows: FunctionID
    var address: FunctionID
    var reads: [StateID]
    /// Nil: the file's own statements say what comes of a refusal.
    var request: TranslationAbstraction.Request?
}

extension MachineTables {
    func abstractTranslation(_ request: TranslationAbstraction.Request) {
        guard let translate else { return }
        if request.extent == .addresses {
            description.traps.append(
                TrapKind(name: "excluded", code: 0, location: translate.syntax.parameters[0].name.span.location))
        }
        abstractTranslation(reading: request.components, addressWidth: translate.addressWidth, request)
    }

    func abstractTranslation(
        reading components: [StateID], addressWidth: Int, _ request: TranslationAbstraction.Request? = nil
    ) {
        let widths = [addressWidth, 2] + components.map { component($0).width }
        let allows = newFunction(
            UninterpretedFunction(
                name: "translation allows", argumentWidths: widths, resultWidth: 1, purpose: .translationAllows))
        let address = newFunction(
            UninterpretedFunction(
                name: "translation address", argumentWidths: widths, resultWidth: realWidth,
                purpose: .translationAddress))
        abstractTranslation = AbstractTranslation(
            allows: allows, address: address, reads: components, request: request)
    }
}
