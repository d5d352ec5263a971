import ISALanguage
import Images
import Scanning
import Virtualizability

/// What a scan has found: the model of every format.
struct ScanFindings {
    struct Variant {
        var name: String
        var mnemonic: String
        /// In what ways it is sensitive: "control, mode".
        var classes: String
        /// What the best policy makes of it: "repaired", "critical", "undecided".
        var underPolicy: String
        /// The settings that repair it.
        var policy: [String]
        var count: CodeScan.Count
        var location: SourceLocation

        var isRepaired: Bool { underPolicy == Variant.repaired }

        static let repaired = "repaired"
    }

    struct Site {
        var address: UInt64
        /// Index into `variants`.
        var variant: Int
        var offset: UInt64
        var certainty: Certainty
        var bytes: [UInt8]
    }

    /// A function with its critical sites.
    struct Function {
        var name: String
        var address: UInt64
        var sites: [Site]
    }

    let file: String
    let image: ProgramImage
    let machine: String
    let scan: CodeScan
    let isStrict: Bool
    /// The critical ones that occur, in the machine's order.
    let variants: [Variant]
    /// Those with critical sites, by address.
    let functions: [Function]
    /// Variants of the machine's file that have no encoding there, so that no scan finds them.
    let unencoded: Int

    init(
        file: String, image: ProgramImage, description: MachineDescription, scan: CodeScan,
        critical: CriticalVariants, unencoded: Int, isStrict: Bool
    ) {
        self.file = file
        self.image = image
        machine = description.name
        self.scan = scan
        self.isStrict = isStrict
        self.unencoded = unencoded
        variants = critical.variants.map { variant in
            let instruction = description.instructions[variant.index]
            return Variant(
                name: instruction.name, mnemonic: instruction.mnemonic,
                classes: ScanFindings.words(for: variant.classes),
                underPolicy: ScanFindings.word(for: variant),
                policy: variant.policy.map { "\($0.component) \($0.handling.text)" },
                count: scan.counts[variant.index], location: instruction.location)
        }
        let places = Dictionary(uniqueKeysWithValues: critical.variants.enumerated().map { ($1.index, $0) })
        functions = ScanFindings.functions(scan.sites(of: Set(places.keys)), places, image)
    }

    private static func word(for variant: CriticalVariants.Variant) -> String {
        switch variant.best {
        case .holds: return variant.strict == .refuted ? Variant.repaired : "undecided"
        case .refuted: return "critical"
        case .undecided, .notApplicable: return "undecided"
        }
    }

    private static func words(for classes: Classes) -> String {
        let members = [
            ("control", classes.control), ("location", classes.location), ("mode", classes.mode),
            ("resource", classes.resource), ("joint", classes.joint), ("trap", classes.trap),
        ]
        return members.filter { $0.1 == .yes }.map(\.0).joined(separator: ", ")
    }

    /// Sites by the function that they lie in: the last one that begins before.
    private static func functions(
        _ sites: [CodeSite], _ places: [Int: Int], _ image: ProgramImage
    ) -> [Function] {
        let names = FunctionNames(image)
        var functions: [Function] = []
        for site in sites {
            guard let variant = places[site.variant] else { continue }
            let (name, start) = names.function(at: site.address, in: site.region)
            if functions.last.map({ $0.address != start || $0.name != name }) ?? true {
                functions.append(Function(name: name, address: start, sites: []))
            }
            functions[functions.count - 1].sites.append(Site(
                address: site.address, variant: variant, offset: site.address &- start, certainty: site.certainty,
                bytes: site.bytes))
        }
        return functions
    }

    var siteCount: Int { functions.reduce(0) { $0 + $1.sites.count } }

    func sites(with certainty: Certainty) -> Int {
        functions.reduce(0) { $0 + $1.sites.count { $0.certainty == certainty } }
    }

    /// Whether a variant's sites count against the program.
    private func counts(_ variant: Variant) -> Bool { isStrict || !variant.isRepaired }

    var status: CommandStatus {
        var status = CommandStatus.holds
        for function in functions {
            for site in function.sites where counts(variants[site.variant]) {
                let isSure = site.certainty == .followed && variants[site.variant].underPolicy != "undecided"
                if isSure { return .refuted }
                status = .undecided
            }
        }
        return status
    }
}

/// The function that an address lies in.
private struct FunctionNames {
    private let regions: [(symbols: [ProgramSymbol], name: String, address: UInt64)]

    init(_ image: ProgramImage) {
        let functions = image.symbols.filter(\.isFunction)
        regions = image.code.map { region in
            (functions.filter { region.contains($0.address) }, region.name, region.address)
        }
    }

    /// The section's own name where no function begins before.
    func function(at address: UInt64, in region: Int) -> (name: String, start: UInt64) {
        let symbols = regions[region].symbols
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return (regions[region].name, regions[region].address) }
        // Of several names for one place the first in the alphabet.
        let start = symbols[low - 1].address
        while low > 1, symbols[low - 2].address == start { low -= 1 }
        return (symbols[low - 1].name, start)
    }
}
