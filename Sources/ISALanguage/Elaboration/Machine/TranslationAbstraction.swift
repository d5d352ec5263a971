/// A machine again, of whose translation only this is known: on what it depends, and that it refuses an access or
/// gives it a place.
///
/// Nearly every instruction translates addresses, and a proof about it would go through the translation's arithmetic
/// for each of its accesses. With this the arithmetic is gone through once, as a lemma about `translation`, and the
/// proofs about instructions start from what the lemma says.
public struct TranslationAbstraction: Sendable {
    /// The same machine but for its translation. States, instructions, their fields and forms have the same numbers.
    public let machine: MachineDescription
    /// One bit: the access is allowed. Its arguments, and the next one's: the virtual address, the kind of access in
    /// two bits, the components.
    public let allows: FunctionID
    /// The real address.
    public let address: FunctionID
    /// On what the translation depends.
    public let components: [StateID]

    /// What is asked of the elaborator.
    struct Request {
        var components: [StateID]
        /// Taken where an access is refused, whatever the translation's own traps are.
        var refusal: TrapID
    }
}

extension MachineDescription {
    /// Nil where the translation is unknown anyway, reads storage or register files, or raises a trap that does not
    /// reach the monitor: there it matters which trap it is.
    public func abstractingTranslation() -> TranslationAbstraction? {
        guard let declared, translation.count == Access.allCases.count else { return nil }
        var components: Set<StateID> = []
        var refusal: TrapID?
        for operation in translation.flatMap(\.operations) {
            switch operation {
            case .read(let id): components.insert(id)
            case .readElement, .load, .apply, .write, .writeElement, .store: return nil
            case .parameter(.size), .constant, .argument, .unary, .binary, .select, .extract: break
            case .zeroExtend, .signExtend: break
            case .parameter, .field, .formIs: return nil
            case .trap(let trap, _, _):
                guard traps[trap.index].reachesMonitor else { return nil }
                refusal = refusal ?? trap
            }
        }
        guard let refusal else { return nil }
        let diagnostics = DiagnosticCollector()
        for source in declared.sources.values { diagnostics.add(source) }
        var elaborator = MachineElaborator(diagnostics)
        elaborator.abstraction = TranslationAbstraction.Request(
            components: components.sorted(), refusal: refusal)
        guard let tables = elaborator.tables(declared.declarations, ancestors: declared.ancestors),
            let functions = tables.abstractTranslation,
            tables.description.instructions.map(\.name) == instructions.map(\.name)
        else { return nil }
        return TranslationAbstraction(
            machine: tables.description, allows: functions.allows, address: functions.address,
            components: functions.reads)
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
    var refusal: TrapID?
}

extension MachineTables {
    func abstractTranslation(_ request: TranslationAbstraction.Request) {
        guard let translate else { return }
        abstractTranslation(
            reading: request.components, addressWidth: translate.addressWidth, refusal: request.refusal)
    }

    func abstractTranslation(reading components: [StateID], addressWidth: Int, refusal: TrapID?) {
        let widths = [addressWidth, 2] + components.map { component($0).width }
        let allows = newFunction(
            UninterpretedFunction(
                name: "translation allows", argumentWidths: widths, resultWidth: 1, purpose: .translationAllows))
        let address = newFunction(
            UninterpretedFunction(
                name: "translation address", argumentWidths: widths, resultWidth: realWidth,
                purpose: .translationAddress))
        abstractTranslation = AbstractTranslation(
            allows: allows, address: address, reads: components, refusal: refusal)
    }
}
